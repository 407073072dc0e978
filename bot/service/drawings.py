"""Drawings are ordered, looked after, cancelled and forgotten, alike in every chat."""

from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from bot.jobs.interface import Jobs, Kept, Order
from bot.jobs.limits import Favourites
from bot.memory import ChatSettings, Memory, merged
from bot.reply import tell
from bot.service.admission import admit
from bot.service.asker import Asker
from bot.service.settings import read
from bot.service.status import Show, StatusFollower
from bot.service.target import ChatTarget
from bot.texts import Texts, texts_in
from mididraw.options import DrawOptions, Video
from worker.contract import Done, Ended

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class DrawingService:
    """What front-ends do for people; every method may raise AwayError and NoRoomError.

    Attributes:
        jobs: the queue.
        memory: of people and chats.
        statuses: tell how far drawings are.
        favourites: how many there may be, and how long they are kept.
    """

    jobs: Jobs
    memory: Memory
    statuses: StatusFollower
    favourites: Favourites = field(default_factory=Favourites)

    async def texts_for(self, user: str, locale: str | None) -> Texts:
        """Speak the language that a person chose, or else the chat's."""
        own = await self.memory.preferences(user)
        return texts_in(own.language or locale)

    async def admit(self, asker: Asker) -> None:
        """Let somebody ask for music, before anything is fetched.

        Raises:
            NotHereError: they get none, or not in this place.
            RefusedError: there is too much in hand.
        """
        chat = await admit(asker, self.memory)
        await self.jobs.check(asker.request, asker.user, asker.chat, chat.jobs)

    async def options_for(self, asker: Asker, asked: dict[str, Any]) -> DrawOptions:
        """Lay what is asked for over the person's defaults, and those over the chat's.

        Raises:
            OptionError: something cannot be had.
        """
        own = await self.memory.preferences(asker.user)
        chat = await self.memory.chat_settings(asker.settings)
        there = [chat.channels.get(place, {}) for place in reversed(tuple(asker.places))]
        return merged(chat.options, *there, own.options, read(asked))

    async def draw(
        self,
        asker: Asker,
        target: ChatTarget,
        show: Show,
        pictures: tuple[bytes, ...],
        options: DrawOptions,
        *,
        prompt: bytes | None = None,
        title: str = "",
    ) -> None:
        """Order music for pictures.

        Args:
            asker: who asks.
            target: where the answer goes.
            show: tells how far it is.
            pictures: 1 to 10 files.
            options: what is asked for.
            prompt: a MIDI file to go on from.
            title: of the piece; a common one if empty.

        Raises:
            MididrawError: it is not accepted.
        """
        texts = await self.texts_for(asker.user, asker.locale)
        chat = await admit(asker, self.memory)
        order = Order(
            request=asker.request,
            pictures=pictures,
            options=options,
            reply=target.reply_to(),
            user=asker.user,
            chat=asker.chat,
            language=texts.language,
            title=title or texts("title"),
            prompt=prompt,
            most=chat.jobs,
            first=await _goes_first(asker, chat),
        )
        await self._submit(order, show, texts)

    async def draw_again(
        self, asker: Asker, target: ChatTarget, show: Show, kept: Kept, options: DrawOptions
    ) -> None:
        """Order another version of a piece; raises like :meth:`draw`."""
        texts = await self.texts_for(asker.user, asker.locale)
        chat = await admit(asker, self.memory)
        music = await music_of(self.jobs, kept, options)
        order = kept.again(asker.request, target.reply_to(), asker.user, options, music)
        first = await _goes_first(asker, chat)
        await self._submit(order.spoken(texts.language, chat.jobs, first=first), show, texts)

    async def show_again(self, asker: Asker, target: ChatTarget, show: Show, kept: Kept) -> None:
        """Answer once more with a piece, which is made anew where its files are gone.

        Raises:
            MididrawError: it is not accepted.
        """
        texts = await self.texts_for(asker.user, asker.locale)
        chat = await admit(asker, self.memory)
        order = kept.same(asker.request, target.reply_to(), asker.user)
        first = await _goes_first(asker, chat)
        await self._submit(order.spoken(texts.language, chat.jobs, first=first), show, texts)

    async def _submit(self, order: Order, show: Show, texts: Texts) -> None:
        receipt = await self.jobs.submit(order)
        await self.memory.write_note(f"last:{order.user}", receipt.job, _DAY)
        if not receipt.again:
            self.statuses.begin(receipt.job, show, texts)

    async def piece(self, job: str) -> Kept | None:
        """Recall a piece and what it was made of; None if it is kept no longer."""
        kept = await self.jobs.recall(job)
        return kept if kept is not None and isinstance(kept.answer, Done) else None

    async def last_status(self, user: str, texts: Texts) -> str | None:
        """Say how a person's own last drawing stands; None if it does not wait or run."""
        job = await self.memory.read_note(f"last:{user}")
        event = await self.jobs.latest_event(job) if job else None
        return None if event is None or isinstance(event, Ended) else tell(event, texts)

    async def cancel_last(self, user: str) -> bool:
        """Stop a person's own last drawing, and nobody else's; whether there was one to stop."""
        job = await self.memory.read_note(f"last:{user}")
        return bool(job) and await self.jobs.cancel(job)

    async def delete_user(self, user: str) -> None:
        """Delete all that is kept of a person."""
        await self.jobs.delete_user(user)
        await self.memory.delete_user(user)

    async def close(self) -> None:
        """Let go of everything; jobs go on."""
        await self.statuses.close()
        await self.jobs.close()
        await self.memory.close()


async def music_of(jobs: Jobs, kept: Kept, options: DrawOptions) -> bytes | None:
    """The MIDI file of music that is there already; None if other music is wanted.

    It is there where nothing but a video is wanted of a piece, or one of several takes.
    """
    before = kept.options
    number = next((n for n in range(1, before.takes + 1) if before.of_take(n) == options), None)
    if before.takes == 1:
        filmed = before.model_copy(update={"video": options.video}) == options
        number = 1 if filmed and options.video is not Video.NONE else None
    if number is None or not isinstance(kept.answer, Done):
        return None
    files = await jobs.files(kept.answer)
    return None if files is None else files.takes[number - 1].midi


async def _goes_first(asker: Asker, chat: ChatSettings) -> bool:
    return bool(chat.first and await asker.roles() & {*chat.first})


def help_picture() -> bytes:
    """A PNG of a drawing and the roll that was made of it."""
    return (resources.files("bot.reply") / "help.png").read_bytes()

"""What a front-end can do with jobs, wherever they run."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from mididraw.options import DrawOptions, Video
from worker.contract import Answer, Done, Event, Job, ReplyTo, ResultFiles
from worker.queue.delivery import Delivery
from worker.queue.limits import Limits

__all__ = ["Delivery", "Jobs", "Kept", "ListedPiece", "Order", "Receipt", "newest_pieces"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a front-end asks for.

    Attributes:
        request: the interaction's or message's own id: the same is never drawn twice.
        pictures: bytes of 1 to 10 pictures.
        options: a seed is chosen where there is none.
        reply: where the answer goes.
        user, chat, language: who asked, where, and in which language.
        title: shown by the MP3 and on the piano roll.
        prompt: a MIDI file to go on from.
        written: whether it is the music itself, of which a video is to be made.
        expires_in: seconds after which the answer is of no use any more.
        most: jobs that the user may have in hand, where the place allows fewer than the host.
        first: whether it waits behind nobody's for being one of many of the user's.
    """

    request: str
    pictures: tuple[bytes, ...]
    options: DrawOptions
    reply: ReplyTo
    user: str
    chat: str = ""
    language: str = "en"
    title: str = "drawing"
    prompt: bytes | None = None
    written: bool = False
    expires_in: float = 3600
    most: int | None = None
    first: bool = False

    def spoken(self, language: str, most: int | None, *, first: bool = False) -> "Order":
        """The same for somebody who speaks another language, where other rules hold."""
        return replace(self, language=language, most=most, first=first)

    def limits(self, host: Limits) -> Limits:
        """What is accepted of this one."""
        return narrowed(host, self.most)


def narrowed(host: Limits, most: int | None) -> Limits:
    """The host's limits where a place allows fewer jobs in hand; None for no fewer."""
    if most is None or most >= host.user:
        return host
    return host.model_copy(update={"user": most})


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a job was accepted; ``again`` if it had been before."""

    job: str
    again: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A job that is not forgotten yet, and all that it was made of.

    Attributes:
        job: as it was ordered.
        answer: what became of it; None as long as it is open.
        pictures, prompt: bytes.
    """

    job: Job
    answer: Answer | None
    pictures: tuple[bytes, ...] = field(repr=False)
    prompt: bytes | None = field(repr=False)

    @property
    def options(self) -> DrawOptions:
        """As resolved, once the music is there: they give the same music again."""
        return self.answer.options if isinstance(self.answer, Done) else self.job.options

    def same(self, request: str, reply: ReplyTo, user: str) -> Order:
        """Order the very same: it is answered at once as long as its files are kept."""
        again = self.again(request, reply, user, self.job.options)
        return replace(again, prompt=self.prompt, written=self.job.written)

    def again(
        self,
        request: str,
        reply: ReplyTo,
        user: str,
        options: DrawOptions,
        music: bytes | None = None,
    ) -> Order:
        """Order the same pictures again, or a video of the ``music`` that they became."""
        prompt = None if self.job.written else self.prompt
        return Order(
            request=request,
            pictures=self.pictures,
            options=options,
            reply=reply,
            user=user,
            chat=self.job.chat,
            language=self.job.language,
            title=self.job.title,
            prompt=prompt if music is None else music,
            written=music is not None,
        )


@dataclass(frozen=True, slots=True)
class ListedPiece:
    """A job of which music was made."""

    job: Job
    answer: Done


def newest_pieces(answered: Iterable[tuple[Job, Answer | None]], most: int) -> list[ListedPiece]:
    """The newest pieces among jobs; a video of one is none of its own."""
    found = [
        ListedPiece(job, answer)
        for job, answer in answered
        if isinstance(answer, Done) and not (job.written and job.options.video is not Video.NONE)
    ]
    return sorted(found, key=lambda piece: piece.job.requested, reverse=True)[:most]


class Jobs(Protocol):
    """Jobs from their order to the posted answer.

    Every accepted job gets exactly one answer, which is delivered until it was said to be posted.
    """

    async def check(self, request: str, user: str, chat: str = "", most: int | None = None) -> None:
        """See whether a job would be accepted now, before anything is fetched for it.

        Raises:
            RefusedError, AwayError: as :meth:`submit` would.
        """

    async def submit(self, order: Order) -> Receipt:
        """Accept a job.

        Raises:
            RefusedError: the user, the chat or the queue has too much in hand.
            OptionError: there are no pictures or too many.
            AwayError, NoRoomError: the queue cannot take it now.
        """

    async def cancel(self, job: str) -> bool:
        """Stop a job; its answer is then that it was cancelled, unless it was there before.

        Returns:
            whether there was something to stop.
        """

    async def latest_event(self, job: str) -> Event | None:
        """The last event of a job; None if nothing is known of it."""

    def follow(self, job: str) -> AsyncIterator[Event]:
        """Tell what happens to a job, from how it stands now to its end."""

    def deliveries(self) -> AsyncIterator[Delivery]:
        """Answers to post, for ever; one that is not said to be posted comes again."""

    async def posting(self, delivery: Delivery) -> None:
        """Say that it is about to be posted."""

    async def posted(self, delivery: Delivery) -> None:
        """Say that it is posted; it does not come again."""

    async def files(self, answer: Done) -> ResultFiles | None:
        """The files of an answer; None if they are kept no longer."""

    async def kept_until(self, answer: Done) -> float | None:
        """When the files of an answer are deleted, in seconds since 1970; None if they are gone."""

    async def keep(self, job: Job, seconds: int) -> float | None:
        """Keep a piece and its files so long from now; when they are deleted, None if gone."""

    async def loosen(self, job: Job) -> None:
        """Keep a piece no longer than any other, whatever :meth:`keep` was told."""

    async def pieces(self, user: str, most: int) -> list[ListedPiece]:
        """A user's last pieces that are kept, the newest first."""

    async def recall(self, job: str) -> Kept | None:
        """A job and its pictures, for another version of it; None if they are kept no longer."""

    async def delete_user(self, user: str) -> int:
        """Cancel and delete all jobs of a user, with pictures and results; tells how many."""

    async def close(self) -> None:
        """Let go of everything; jobs go on."""

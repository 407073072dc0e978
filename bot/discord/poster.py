"""Answers become messages: in place while the interaction lives, beside it later."""

import time
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import discord

from bot.discord.buttons import under
from bot.discord.files import files_of
from bot.discord.refusals import OtherPlaceError, refusals
from bot.discord.target import DiscordTarget
from bot.jobs.interface import Delivery
from bot.memory import Memory
from bot.reply import Action, Reply
from bot.service.delivery import LostError
from bot.service.status import StatusFollower
from bot.texts import Texts
from worker.contract import Done, Job, ReplyTo

_NONCE = 25
_UNDER = (f"md:{Action.AGAIN}:{{}}", f"md:{Action.TAKES}:{{}}")
"""What buttons under a piece are called, of which it has one, and no status."""
_LOOKED_THROUGH = 100
"""Messages among which one is looked for that may have been sent."""


class DiscordPoster:
    """Posts answers; see :class:`bot.service.delivery.Poster`."""

    def __init__(self, client: discord.Client, statuses: StatusFollower, memory: Memory) -> None:
        self._client, self._statuses, self._memory = client, statuses, memory
        self._begun: set[str] = set()
        """Jobs whose answers may have been sent already."""

    def read_target(self, reply: ReplyTo) -> DiscordTarget | None:
        """Read where an answer goes."""
        return DiscordTarget.of(reply)

    def order_key(self, target: DiscordTarget) -> Hashable | None:  # noqa: ARG002 -- the protocol
        """An answer is one message: there is no order to keep."""
        return None

    def file_limit(self, target: DiscordTarget) -> int:
        """What Discord told when the drawing was asked for."""
        return target.limit

    async def acknowledged(
        self,
        delivery: Delivery,
        target: DiscordTarget,  # noqa: ARG002 -- the protocol
        *,
        posted: bool,
    ) -> None:
        """Count the piece; the answer took the place of its status."""
        job = delivery.job
        self._begun.discard(job.id)
        if posted and isinstance(delivery.answer, Done):
            chat = [f"chat:{job.chat}"] if job.chat else []
            await self._memory.count("all", f"user:{job.user}", *chat)

    async def post(
        self, delivery: Delivery, target: DiscordTarget, reply: Reply, texts: Texts
    ) -> str:
        """Post in place, beside it, or in a direct message."""
        # A line that is tried again would be written over the answer.
        await self._statuses.end(delivery.job.id)
        chat = delivery.job.chat
        rules = await self._memory.chat_settings(chat) if target.guild and chat else None
        shown = rules is not None and rules.gallery is not None
        piece = _AnsweredPiece(delivery, target, reply, texts, shown)
        places = [("posted", self._edit)]
        # What one person alone was to see is written nowhere else.
        places += [] if target.private else [("beside", self._send_beside)]
        places += [("direct", self._send_directly)]
        gone = False
        for outcome, attempt in places:
            try:
                with refusals():
                    if await attempt(piece):
                        return outcome
            except OtherPlaceError as error:
                gone = error.gone
        raise LostError("gone" if gone else "refused", "no place takes it")

    async def _edit(self, piece: "_AnsweredPiece") -> bool:
        """Make the message that waits the answer; whether there is one."""
        target, edit = piece.target, None
        if not target.token and target.message:
            channel = self._client.get_partial_messageable(target.channel)
            edit = channel.get_partial_message(target.message).edit
        elif target.token and piece.delivery.job.reply.lives(time.time()):
            webhook = discord.Webhook.partial(target.application, target.token, client=self._client)
            edit = partial(webhook.edit_message, target.message)
        if edit is None:
            return False
        await edit(
            content=piece.text,
            attachments=piece.files(),
            view=piece.buttons(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        return True

    async def _send_beside(self, piece: "_AnsweredPiece") -> bool:
        """Write a message in the same channel."""
        await self._send(
            self._client.get_partial_messageable(piece.target.channel), piece, piece.text
        )
        return True

    async def _send_directly(self, piece: "_AnsweredPiece") -> bool:
        """Write a direct message."""
        direct = await self._client.create_dm(discord.Object(piece.target.user))
        await self._send(direct, piece, f"{piece.text}\n{piece.texts('discord-direct')}")
        return True

    async def _send(
        self, channel: discord.abc.Messageable, piece: "_AnsweredPiece", text: str
    ) -> None:
        job, who = piece.delivery.job, discord.Object(piece.target.user)
        text = f"<@{who.id}> {text}"
        if (piece.delivery.doubtful or job.id in self._begun) and await self._is_there(
            channel, job, text
        ):
            return
        self._begun.add(job.id)
        await channel.send(
            text,
            files=piece.files(),
            view=piece.buttons(),
            allowed_mentions=discord.AllowedMentions(everyone=False, roles=False, users=[who]),
            # Within minutes Discord keeps no two messages of one nonce.
            nonce=job.id[:_NONCE],
        )

    async def _is_there(self, channel: discord.abc.Messageable, job: Job, text: str) -> bool:
        """Whether an answer that may have been sent already is among what was written since."""
        since = datetime.fromtimestamp(job.requested, UTC) - timedelta(minutes=1)
        try:
            async for message in channel.history(limit=_LOOKED_THROUGH, after=since):
                own = self._client.user is not None and message.author.id == self._client.user.id
                below = str(message.components)
                found = any(name.format(job.id) in below for name in _UNDER)
                if own and (message.content == text or found):
                    return True
        except discord.Forbidden:
            return False
        return False


@dataclass(frozen=True, slots=True)
class _AnsweredPiece:
    """An answer, and where it goes."""

    delivery: Delivery
    target: DiscordTarget
    reply: Reply
    texts: Texts
    gallery: bool
    """Whether the server has one."""

    @property
    def text(self) -> str:
        """What is written above the files."""
        if not (self.target.parent and self.reply.files):
            return self.reply.text
        return f"{self.reply.text}\n{self.texts('discord-parent', link=self.target.parent)}"

    def buttons(self) -> discord.ui.View:
        """What can be asked for next."""
        target = self.target
        return under(
            self.reply.buttons, target.user, self.texts, voice=target.guild, gallery=self.gallery
        )

    def files(self) -> list[discord.File]:
        """The files, new ones for every try."""
        return files_of(self.reply, spoiler=self.target.spoiler)

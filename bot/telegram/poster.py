"""Answers become messages, each part once, and where a chat forbids a part it goes another way."""

import logging
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import Message

from bot.jobs.interface import Delivery
from bot.memory import Memory
from bot.reply import Reply
from bot.service.delivery import LaterError, LostError, MovedError, TooLargeError
from bot.telegram.budget import Budget
from bot.telegram.parts import Part, parts_of
from bot.telegram.refusals import forbids, misses_topic
from bot.telegram.status import StatusMessages
from bot.telegram.target import TelegramTarget, reply_parameters
from bot.texts import Texts
from worker.contract import ReplyTo

_log = logging.getLogger(__name__)
_KEPT = 86_400
_PIECES, _PIECES_KEPT = 20, 30 * 86_400
"""A person's last pieces, for other chats, and how long they are offered."""
_FILE_LIMIT = 50 << 20
_SHORT = 2.0
"""Seconds that an answer waits with its files at hand."""
# What stands before Telegram may answer with a page instead of JSON.
_LATER = (TelegramNetworkError, TelegramServerError, TelegramRetryAfter, ClientDecodeError)


class TelegramPoster:
    """Posts answers; see :class:`bot.service.delivery.Poster`.

    What was sent is noted part by part, so that after a restart in the middle of an answer only the
    rest of it goes out.
    """

    def __init__(self, bot: Bot, memory: Memory, messages: StatusMessages, budget: Budget) -> None:
        self._bot, self._memory, self._messages = bot, memory, messages
        self._budget = budget

    def read_target(self, reply: ReplyTo) -> TelegramTarget | None:
        """Read where an answer goes."""
        return TelegramTarget.of(reply)

    def order_key(self, target: TelegramTarget) -> Hashable | None:
        """An answer is several messages: those of one chat must not mix."""
        return target.chat

    def file_limit(self, target: TelegramTarget) -> int:  # noqa: ARG002 -- the protocol
        """What bots may send anywhere."""
        return _FILE_LIMIT

    async def acknowledged(
        self,
        delivery: Delivery,
        target: TelegramTarget,
        *,
        posted: bool,  # noqa: ARG002 -- the protocol
    ) -> None:
        """Show no status any more."""
        await self._messages.end(delivery.job.id, target)

    async def post(
        self, delivery: Delivery, target: TelegramTarget, reply: Reply, texts: Texts
    ) -> str:
        """Post picture, sound, MIDI file and video, or a text."""
        job = delivery.job.id
        sent = _Sent(self._memory, job, await self._memory.read_note(f"sent:{job}") or {})
        try:
            with _errors(target):
                await self._post(delivery, target, reply, texts, sent)
        except LostError as error:
            if error.outcome == "refused":
                await self._notify(texts("telegram-not-taken"), target, sent, silent=False)
            raise
        return "posted"

    async def _post(
        self,
        delivery: Delivery,
        target: TelegramTarget,
        reply: Reply,
        texts: Texts,
        sent: "_Sent",
    ) -> None:
        forbidden = []
        rules = await self._memory.chat_settings(str(target.chat))
        shown = rules.gallery is not None
        for part in parts_of(self._bot, reply, delivery.answer, texts, gallery=shown):
            if part.name not in sent.parts:
                self._wait_outside(target.chat, part)
            try:
                # One sound is enough for one piece.
                await sent.once(part, **_place(target), disable_notification=not part.speaks)
            except TelegramAPIError as error:
                if not forbids(error) or target.private:
                    raise
                forbidden.append(part)
        if forbidden:
            await self._elsewhere(forbidden, delivery, target, reply, texts, sent)
        if (audio := sent.parts.get("audio")) and "remembered" not in sent.parts:
            await self._remember(delivery.job.user, {"audio": audio, "text": reply.text})
            await sent.keep_file("remembered", "")

    def _wait_outside(self, chat: int, part: Part) -> None:
        """Have an answer wait where it holds no memory and keeps nobody else from posting."""
        pause = self._budget.pause(chat, part.messages)
        if pause > _SHORT:
            raise LaterError("the chat has had as many messages as it takes", after=pause)

    async def _elsewhere(
        self,
        parts: list[Part],
        delivery: Delivery,
        target: TelegramTarget,
        reply: Reply,
        texts: Texts,
        sent: "_Sent",
    ) -> None:
        """Send to the person alone what the chat forbids, and tell the chat so."""
        reached = await self._in_private(parts, delivery.job.user, sent)
        me = await self._bot.me()
        name = "telegram-in-private" if reached else "telegram-write-to-me"
        notice = texts(name, bot=str(me.username))
        if any(part.speaks for part in parts):
            notice = f"{reply.text}\n\n{notice}"
        await self._notify(notice, target, sent, silent=reached)
        if not reached:
            raise LostError("gone", "the chat forbids it, and the person cannot be written to")

    async def _notify(
        self, text: str, target: TelegramTarget, sent: "_Sent", *, silent: bool
    ) -> None:
        """Send a notice about an answer once, where that is allowed."""

        async def send(**place: Any) -> Message:
            return await self._bot.send_message(text=text, **place)

        try:
            await sent.once(Part("told", send), **_place(target), disable_notification=silent)
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            _log.info("nobody can be told: %s", error.message)

    async def _in_private(self, parts: list[Part], user: str, sent: "_Sent") -> bool:
        if not user.isdecimal():
            return False  # a group or a channel asked
        try:
            for number, part in enumerate(parts):
                await sent.once(part, chat_id=int(user), disable_notification=number > 0)
        except TelegramAPIError as error:
            if forbids(error) or (isinstance(error, TelegramBadRequest) and _is_gone(error)):
                return False
            raise
        return True

    async def _remember(self, user: str, piece: dict[str, Any]) -> None:
        name = f"pieces:{user}"
        kept = [piece, *(await self._memory.read_note(name) or [])]
        await self._memory.write_note(name, kept[:_PIECES], _PIECES_KEPT)


def _place(target: TelegramTarget) -> dict[str, Any]:
    return {
        "chat_id": target.chat,
        "message_thread_id": target.thread,
        "reply_parameters": reply_parameters(target),
    }


@contextmanager
def _errors(target: TelegramTarget) -> Iterator[None]:
    """Telegram's errors as those of a delivery."""
    try:
        yield
    except TelegramEntityTooLarge as error:
        raise TooLargeError from error
    except _LATER as error:
        raise LaterError(type(error).__name__) from error
    except TelegramMigrateToChat as error:
        raise MovedError(target.model_copy(update={"chat": error.migrate_to_chat_id})) from error
    except (TelegramForbiddenError, TelegramNotFound) as error:
        raise LostError("gone", error.message) from error
    except TelegramBadRequest as error:
        if misses_topic(error) and target.thread is not None:
            # What was in a topic that was deleted comes in the general one.
            general = target.model_copy(update={"thread": None, "message": None})
            raise MovedError(general) from error
        raise LostError("gone" if _is_gone(error) else "refused", error.message) from error


def _is_gone(error: TelegramBadRequest) -> bool:
    return "chat not found" in error.message.lower()


@dataclass(slots=True)
class _Sent:
    """The parts of an answer that are there already, by name, with their files' ids."""

    memory: Memory
    job: str
    parts: dict[str, str]

    async def once(self, part: Part, **place: Any) -> None:
        if part.name not in self.parts:
            message = await part.send(**place)
            await self.keep_file(part.name, _file_id(message))

    async def keep_file(self, name: str, file: str) -> None:
        self.parts[name] = file
        await self.memory.write_note(f"sent:{self.job}", self.parts, _KEPT)


def _file_id(message: Message) -> str:
    if message.photo:
        return message.photo[-1].file_id
    file = message.audio or message.document or message.video
    return file.file_id if file else ""

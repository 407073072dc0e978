"""Answers from the outbox become messages, each part once, in order in each chat."""

import asyncio
import io
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import BufferedInputFile, Message, ReplyParameters
from PIL import Image

from bot.jobs.interface import Delivery, Jobs
from bot.memory import Memory
from bot.reply import Reply, compose
from bot.telegram.address import Address
from bot.telegram.keyboards import under
from bot.telegram.status import Statuses
from bot.texts import texts
from worker.contract import Done, Files
from worker.contract.connection import AwayError

_log = logging.getLogger(__name__)
_KEPT = 86_400
_PIECES, _PIECES_KEPT = 20, 30 * 86_400
"""A person's last pieces, for other chats, and how long they are offered."""
_THUMBNAIL = 320
_PHOTO_SIDES = 10_000
_CAPTION = 1024
_BEATS_PER_BAR = 4
# What stands before Telegram may answer with a page instead of JSON.
_LATER = (TelegramNetworkError, TelegramServerError, TelegramRetryAfter, ClientDecodeError)
_PAUSE = 5.0


@dataclass(slots=True)
class Counts:
    """What became of answers, for metrics and the curious."""

    outcomes: Counter[str] = field(default_factory=Counter)


class Deliverer:
    """Posts what the outbox holds until it is closed.

    What was sent is noted part by part, so that after a restart in the middle of an answer only the
    rest of it goes out. Where Telegram is away an answer waits; where a chat is gone it is dropped
    and counted.
    """

    def __init__(self, bot: Bot, jobs: Jobs, memory: Memory, statuses: Statuses) -> None:
        self._bot, self._jobs, self._memory, self._statuses = bot, jobs, memory, statuses
        self.counts = Counts()
        self._chats: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver for ever; chats do not wait for each other."""
        async for delivery in self._jobs.deliveries():
            address = Address.of(delivery.job.reply)
            if address is None:
                await self._jobs.posted(delivery)
                self.counts.outcomes["unreadable"] += 1
                continue
            before = self._chats.get(address.chat)
            task = asyncio.create_task(self._after(before, delivery, address))
            self._chats[address.chat] = task
            task.add_done_callback(partial(self._left, address.chat))

    async def close(self) -> None:
        """Stop; what was not said to be posted comes again."""
        for task in list(self._chats.values()):
            task.cancel()
        await asyncio.gather(*self._chats.values(), return_exceptions=True)

    def _left(self, chat: int, task: asyncio.Task[None]) -> None:
        if self._chats.get(chat) is task:
            del self._chats[chat]
        if not task.cancelled() and task.exception():
            _log.error("a delivery broke", exc_info=task.exception())

    async def _after(
        self, before: asyncio.Task[None] | None, delivery: Delivery, address: Address
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        while True:
            try:
                await self._deliver(delivery, address)
                outcome = "posted"
            except (*_LATER, AwayError) as error:
                self.counts.outcomes["later"] += 1
                _log.warning("later: %s", type(error).__name__, extra={"job": delivery.job.id})
                await asyncio.sleep(_PAUSE)
                continue
            except TelegramMigrateToChat as error:
                address = address.model_copy(update={"chat": error.migrate_to_chat_id})
                continue
            except (TelegramForbiddenError, TelegramNotFound):
                outcome = "gone"
            except TelegramBadRequest as error:
                gone = "chat not found" in error.message.lower()
                outcome = "gone" if gone else "refused"
                if not gone:
                    _log.error("refused: %s", error.message, extra={"job": delivery.job.id})
            break
        self.counts.outcomes[outcome] += 1
        if outcome != "posted":
            _log.info(outcome, extra={"job": delivery.job.id})
        await self._jobs.posted(delivery)
        with suppress(AwayError):
            await self._memory.note(f"told:{delivery.job.id}", value=True, seconds=_KEPT)
            if outcome == "posted":
                await self._statuses.end(delivery.job.id, address)

    async def _deliver(self, delivery: Delivery, address: Address) -> None:
        job, answer = delivery.job, delivery.answer
        await self._jobs.posting(delivery)
        files = await self._jobs.files(answer) if isinstance(answer, Done) else None
        reply = compose(job, answer, files, texts(job.language))
        sent = _Sent(self._memory, job.id, await self._memory.noted(f"sent:{job.id}") or {})
        place: dict[str, Any] = {"chat_id": address.chat, "message_thread_id": address.thread}
        if address.message is not None:
            place["reply_parameters"] = ReplyParameters(
                message_id=address.message, allow_sending_without_reply=True
            )
        if files is None or not isinstance(answer, Done):
            await sent.once("text", lambda: self._bot.send_message(text=reply.text, **place))
            return
        await sent.once("photo", lambda: self._photo(reply, place))
        audio = await sent.once("audio", lambda: self._audio(reply, answer, files, place))
        if "midi" not in sent.parts:
            await self._remember(job.user, {"audio": audio, "text": reply.text})
        await sent.once(
            "midi",
            lambda: self._bot.send_document(
                document=_file(reply.midi), disable_content_type_detection=True, **place
            ),
        )

    async def _photo(self, reply: Reply, place: dict[str, Any]) -> Message:
        caption, buttons = reply.text[:_CAPTION], under(reply.buttons)
        name, png = reply.png
        if _sides(png) <= _PHOTO_SIDES:
            return await self._bot.send_photo(
                photo=_file((name, png)), caption=caption, reply_markup=buttons, **place
            )
        # A long roll would be refused as a photo.
        return await self._bot.send_document(
            document=_file((name, png)), caption=caption, reply_markup=buttons, **place
        )

    async def _audio(
        self, reply: Reply, answer: Done, files: Files, place: dict[str, Any]
    ) -> Message:
        return await self._bot.send_audio(
            audio=_file(reply.mp3),
            title=reply.title,
            performer="midiDraw",
            duration=_seconds(answer),
            thumbnail=BufferedInputFile(thumbnail(files.png), "thumbnail.jpg"),
            **place,
        )

    async def _remember(self, user: str, piece: dict[str, Any]) -> None:
        name = f"pieces:{user}"
        kept = [piece, *(await self._memory.noted(name) or [])]
        await self._memory.note(name, kept[:_PIECES], _PIECES_KEPT)


@dataclass(slots=True)
class _Sent:
    """The parts of an answer that are there already, by name, with their files' ids."""

    memory: Memory
    job: str
    parts: dict[str, str]

    async def once(self, name: str, send: Callable[[], Awaitable[Message]]) -> str:
        if name not in self.parts:
            message = await send()
            self.parts[name] = _file_id(message)
            await self.memory.note(f"sent:{self.job}", self.parts, _KEPT)
        return self.parts[name]


def thumbnail(png: bytes) -> bytes:
    """A JPEG of at most 320 pixels a side, from a picture's beginning."""
    with Image.open(io.BytesIO(png)) as roll:
        side = min(roll.size)
        square = roll.crop((0, 0, side, side)).convert("RGB")
    square.thumbnail((_THUMBNAIL, _THUMBNAIL))
    out = io.BytesIO()
    square.save(out, "JPEG", quality=85)
    return out.getvalue()


def _sides(png: bytes) -> int:
    with Image.open(io.BytesIO(png)) as roll:
        return sum(roll.size)


def _seconds(answer: Done) -> int:
    """How long the music plays, without its last notes' ringing on."""
    return round(answer.bars * _BEATS_PER_BAR * 60 / (answer.options.tempo or 120))


def _file(named: tuple[str, bytes]) -> BufferedInputFile:
    name, data = named
    return BufferedInputFile(data, name)


def _file_id(message: Message) -> str:
    if message.photo:
        return message.photo[-1].file_id
    file = message.audio or message.document
    return file.file_id if file else ""

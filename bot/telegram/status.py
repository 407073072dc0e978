"""One message a drawing that tells how far it is, edited with restraint, gone at the end."""

import asyncio
import logging
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import ReplyParameters

from bot.jobs.interface import Jobs
from bot.memory import Memory
from bot.reply import tell
from bot.telegram.address import Address
from bot.texts import Texts
from mididraw.errors import MididrawError
from worker.contract import Rendering

_log = logging.getLogger(__name__)
_KEPT = 86_400
_ACTION_LASTS = 4.5
"""Seconds after which Telegram shows a chat action no longer, and a bit."""


class Statuses:
    """The statuses of all drawings that are under way."""

    def __init__(self, bot: Bot, jobs: Jobs, memory: Memory, rest: float = 3.0) -> None:
        """``rest`` is the least number of seconds between two edits of a message."""
        self._bot, self._jobs, self._memory, self._rest = bot, jobs, memory, rest
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, job: str, address: Address, texts: Texts) -> None:
        """Follow a job; what goes wrong in telling of it does not touch the drawing."""
        for make in (self._tell(job, address, texts), self._act(job, address)):
            task = asyncio.create_task(make)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def end(self, job: str, address: Address) -> None:
        """Delete the message, also one that was sent before a restart."""
        message = await self._memory.noted(f"status:{job}")
        if message is not None:
            await self._memory.cross_out(f"status:{job}")
            try:
                await self._bot.delete_message(address.chat, message)
            except TelegramAPIError as error:
                # It may be deleted already, or too old for that.
                _log.debug("a status stays: %s", type(error).__name__)

    async def close(self) -> None:
        """Follow nothing any more; the messages stay until their answers come."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self, job: str, address: Address, texts: Texts) -> None:
        message: Any = None
        shown = ""
        try:
            async for line in self._lines(job, texts):
                if line == shown:
                    continue
                shown = line
                if message is None:
                    sent = await self._bot.send_message(
                        address.chat,
                        line,
                        message_thread_id=address.thread,
                        reply_parameters=_to(address),
                        disable_notification=True,
                    )
                    message = sent.message_id
                    await self._memory.note(f"status:{job}", message, _KEPT)
                else:
                    await self._bot.edit_message_text(
                        line, chat_id=address.chat, message_id=message
                    )
        except (TelegramAPIError, MididrawError) as error:
            _log.info("a status is not told: %s", type(error).__name__, extra={"job": job})
        if message is not None and await self._memory.noted(f"told:{job}"):
            await self.end(job, address)

    async def _lines(self, job: str, texts: Texts) -> Any:
        """The newest line whenever there was a rest; whatever came in between is passed over."""
        newest = ""
        changed = asyncio.Event()

        async def listen() -> None:
            nonlocal newest
            async for event in self._jobs.follow(job):
                newest = tell(event, texts) or newest
                changed.set()

        listener = asyncio.create_task(listen())
        try:
            while not listener.done():
                waiter = asyncio.create_task(changed.wait())
                await asyncio.wait({waiter, listener}, return_when=asyncio.FIRST_COMPLETED)
                waiter.cancel()
                if listener.done():
                    return
                changed.clear()
                yield newest
                await asyncio.wait({listener}, timeout=self._rest)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def _act(self, job: str, address: Address) -> None:
        """Keep alive what Telegram shows at the top: that a voice or a picture is on its way."""
        action = "upload_voice"

        async def listen() -> None:
            nonlocal action
            async for event in self._jobs.follow(job):
                if isinstance(event, Rendering):
                    action = "upload_photo"

        listener = asyncio.create_task(listen())
        try:
            while not listener.done():
                await self._bot.send_chat_action(
                    address.chat, action, message_thread_id=address.thread
                )
                await asyncio.wait({listener}, timeout=_ACTION_LASTS)
        except (TelegramAPIError, MididrawError) as error:
            _log.debug("no chat action: %s", type(error).__name__)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)


def _to(address: Address) -> ReplyParameters | None:
    if address.message is None:
        return None
    return ReplyParameters(message_id=address.message, allow_sending_without_reply=True)

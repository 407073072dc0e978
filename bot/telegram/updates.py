"""Long polling that says of no update that it was handled before it was.

aiogram's own polling tells Telegram that it has an update as soon as it begins to handle it: what a
crash interrupts is gone. Here the offset moves up to the first update that is not handled yet, and
what comes again meanwhile is passed over.
"""

import asyncio
import logging
import time

from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramConflictError,
    TelegramUnauthorizedError,
)
from aiogram.types import Update

_log = logging.getLogger(__name__)
_AT_ONCE = 100
"""Updates that are in work or come in one answer, Telegram's own limit."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_LINGER = 0.05
_SILENCE = 35.0
"""Seconds that an answer may be late before polling counts as dead."""


class Poller:
    """Fetches updates and has them handled side by side, those of one chat in order."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, seconds: int = 25) -> None:
        """``seconds`` is how long Telegram may hold an answer back until something comes."""
        self._bot, self._dispatcher, self._seconds = bot, dispatcher, seconds
        self._in_work: dict[int, asyncio.Task[None]] = {}
        self._chats: dict[int, asyncio.Task[None]] = {}
        self._newest = 0
        self._heard = time.monotonic()

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            TelegramUnauthorizedError: the token is wrong or was revoked.
        """
        wait = _FIRST_WAIT
        kinds = self._dispatcher.resolve_used_update_types()
        while True:
            try:
                # With something in work, its updates come at once with every answer.
                hold = 0 if self._in_work else self._seconds
                updates = await self._bot.get_updates(
                    offset=self._offset,
                    timeout=hold,
                    limit=_AT_ONCE,
                    allowed_updates=kinds,
                    request_timeout=hold + 10,
                )
            except TelegramUnauthorizedError:
                raise
            except TelegramAPIError as error:
                if isinstance(error, TelegramConflictError):
                    _log.error("another process polls with the same token")
                _log.warning("no updates: %s", type(error).__name__)
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
                continue
            wait, self._heard = _FIRST_WAIT, time.monotonic()
            fresh = [one for one in updates if one.update_id > self._newest]
            for update in fresh:
                self._begin(update)
            if self._in_work and not fresh:
                await asyncio.wait(
                    self._in_work.values(), timeout=1, return_when=asyncio.FIRST_COMPLETED
                )
            elif self._in_work:
                await asyncio.sleep(_LINGER)

    def alive(self) -> bool:
        """Whether Telegram answered lately."""
        return time.monotonic() - self._heard < self._seconds + _SILENCE

    async def close(self) -> None:
        """Stop; what is in work is handled again after the next start."""
        for task in self._in_work.values():
            task.cancel()
        await asyncio.gather(*self._in_work.values(), return_exceptions=True)

    async def settle(self) -> None:
        """Finish what is in work, and tell Telegram so."""
        await asyncio.gather(*self._in_work.values(), return_exceptions=True)
        await self._bot.get_updates(offset=self._newest + 1, timeout=0, limit=1)

    @property
    def _offset(self) -> int:
        return min(self._in_work, default=self._newest + 1)

    def _begin(self, update: Update) -> None:
        number = update.update_id
        self._newest = max(self._newest, number)
        chat = _chat(update)
        before = None if chat is None else self._chats.get(chat)
        task = asyncio.create_task(self._handle(update, before), name=f"update {number}")
        self._in_work[number] = task
        if chat is not None:
            self._chats[chat] = task
        task.add_done_callback(lambda done: self._done(number, chat, done))

    async def _handle(self, update: Update, before: asyncio.Task[None] | None) -> None:
        if before is not None and not _of_album(update):
            await asyncio.wait({before})
        await self._dispatcher.feed_update(self._bot, update)

    def _done(self, number: int, chat: int | None, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        del self._in_work[number]
        if chat is not None and self._chats.get(chat) is task:
            del self._chats[chat]
        if error := task.exception():
            _log.error("an update broke: %s", type(error).__name__, exc_info=error)


def _chat(update: Update) -> int | None:
    message = update.message or (update.callback_query and update.callback_query.message)
    return message.chat.id if message else None


def _of_album(update: Update) -> bool:
    """Its parts wait for each other and must therefore not stand in line."""
    return bool(update.message and update.message.media_group_id)

"""Long polling: Telegram is asked for updates, and told with the next question that they came."""

import asyncio
import logging
import time

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramConflictError,
    TelegramUnauthorizedError,
)

from bot.telegram.updates import Intake

_log = logging.getLogger(__name__)
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_SILENCE = 35.0
"""Seconds that an answer may be late before polling counts as dead."""


class Poller:
    """Fetches updates and hands them to the intake."""

    def __init__(self, bot: Bot, intake: Intake, newest: int | None, seconds: int = 25) -> None:
        """Ask Telegram for updates with a bot.

        Args:
            bot: speaks to Telegram.
            intake: takes updates in.
            newest: number of the update that came last; None if that is not known.
            seconds: how long Telegram may hold an answer back until something comes.
        """
        self._bot, self._intake, self._seconds = bot, intake, seconds
        self._offset = None if newest is None else newest + 1
        self._heard = time.monotonic()

    async def run(self) -> None:
        """Ask for updates until cancelled.

        Raises:
            TelegramUnauthorizedError: the token is wrong or was revoked.
        """
        wait = _FIRST_WAIT
        while True:
            try:
                updates = await self._bot.get_updates(
                    offset=self._offset,
                    timeout=self._seconds,
                    allowed_updates=self._intake.kinds,
                    request_timeout=self._seconds + 10,
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
            for update in updates:
                await self._intake.accept(update)
                self._offset = update.update_id + 1

    def alive(self) -> bool:
        """Whether Telegram answered lately."""
        return time.monotonic() - self._heard < self._seconds + _SILENCE

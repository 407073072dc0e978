"""Telegram's limits: messages of one chat go out in order, none before its time."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

_log = logging.getLogger(__name__)
_CHATS = 10_000
_TRIES = 5
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_LIGHT = {"SendChatAction", "EditMessageText"}
"""What may be left out: it is not repeated where Telegram wants a pause."""


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0


class Pace(BaseRequestMiddleware):
    """Keeps the order of a chat's messages, and waits as long as Telegram asks.

    What was refused for coming too fast is sent again after the pause that Telegram names, before
    anything else goes to that chat; other chats go on meanwhile. Failures of the network and of
    Telegram are tried again with growing pauses.
    """

    def __init__(self) -> None:
        self._lines: OrderedDict[str, _Line] = OrderedDict()
        self.waits = 0
        """How often Telegram wanted a pause."""

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Send a request when its chat is free for it."""
        chat = getattr(method, "chat_id", None)
        if chat is None:
            return await self._insist(make_request, bot, method, None)
        line = self._line(str(chat))
        if type(method).__name__ in _LIGHT and line.lock.locked():
            return await self._insist(make_request, bot, method, line)
        async with line.lock:
            return await self._insist(make_request, bot, method, line)

    async def _insist(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
        line: _Line | None,
    ) -> Response[TelegramType]:
        loop = asyncio.get_running_loop()
        light = type(method).__name__ in _LIGHT
        wait = _FIRST_WAIT
        for attempt in range(_TRIES):
            if line is not None and not light:
                await asyncio.sleep(max(line.free_at - loop.time(), 0.0))
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as error:
                self.waits += 1
                if line is not None:
                    line.free_at = loop.time() + error.retry_after
                if light or attempt == _TRIES - 1:
                    raise
                _log.info("Telegram wants a pause of %s s", error.retry_after)
                await asyncio.sleep(error.retry_after)
            except (TelegramNetworkError, TelegramServerError):
                # Whoever asks for updates waits by himself.
                if light or attempt == _TRIES - 1 or type(method).__name__ == "GetUpdates":
                    raise
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
        raise AssertionError("the last attempt raises")

    def _line(self, chat: str) -> _Line:
        line: Any = self._lines.setdefault(chat, _Line())
        self._lines.move_to_end(chat)
        while len(self._lines) > _CHATS:
            self._lines.popitem(last=False)
        return line if isinstance(line, _Line) else _Line()

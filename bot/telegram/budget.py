"""How much Telegram takes from a bot: one budget a chat, from which all that is written is paid."""

import asyncio
import logging
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import (
    EditMessageText,
    GetUpdates,
    Response,
    SendMediaGroup,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType

_log = logging.getLogger(__name__)
_CHATS = 10_000
_TRIES = 5
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_UNFORESEEN = 14
"""Messages of a group's minute that are kept for answers to orders that are still to come."""
_DECORATION = ("SendChatAction", "SetMessageReaction")
_COUNTED = ("Send", "EditMessage", "CopyMessage", "ForwardMessage")


@dataclass(frozen=True, slots=True)
class Window:
    """So many messages within so many seconds."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Rates:
    """What Telegram takes, edits included: in a group, in another chat, and in all together.

    Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    """

    group: Window = Window(20, 60.0)
    chat: Window = Window(5, 5.0)
    all: Window = Window(30, 1.0)


@dataclass(slots=True)
class _ChatBudget:
    """What went to a chat lately; whoever writes there stands in it."""

    window: Window
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    sent: deque[float] = field(default_factory=deque)
    free_at: float = 0.0

    def left(self, now: float) -> int:
        while self.sent and self.sent[0] <= now - self.window.seconds:
            self.sent.popleft()
        return 0 if now < self.free_at else self.window.count - len(self.sent)

    def wait(self, now: float, count: int) -> float:
        """Seconds until so many fit."""
        over = min(count, self.window.count) - self.left(now)
        pause = max(0.0, self.free_at - now)
        if over <= 0 or len(self.sent) < over:
            return pause
        return max(pause, self.sent[over - 1] + self.window.seconds - now)

    def count(self, now: float, count: int) -> None:
        self.sent.extend([now] * count)


class Budget(BaseRequestMiddleware):
    """Lets nothing go before its time, and keeps the order of a chat's messages.

    What was refused for coming too fast all the same is sent again after the pause that Telegram
    names, before anything else goes to that chat; other chats go on meanwhile. Failures of the
    network and of Telegram are tried again with growing pauses.
    """

    def __init__(self, rates: Rates | None = None, tries: int = _TRIES) -> None:
        self._rates, self._tries = rates or Rates(), tries
        self._all = _ChatBudget(self._rates.all)
        self._lines: OrderedDict[str, _ChatBudget] = OrderedDict()

    def spare(self, chat: int, reserved: int) -> bool:
        """Whether something that may be left out can go now.

        In a group it leaves room for ``reserved`` messages, and for some that nobody foresees;
        nobody waits for it.
        """
        line = self._line(chat)
        whole = line.window.count
        kept = max(reserved, _UNFORESEEN) if chat < 0 else min(reserved, whole - 2)
        now = asyncio.get_running_loop().time()
        return not line.lock.locked() and line.left(now) > kept

    def pause(self, chat: int, count: int) -> float:
        """Seconds until so many messages fit into a chat's budget."""
        return self._line(chat).wait(asyncio.get_running_loop().time(), count)

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Send a request when its chat is free for it."""
        chat, name = getattr(method, "chat_id", None), type(method).__name__
        if name in _DECORATION:
            try:
                return await make_request(bot, method)
            except TelegramAPIError as error:
                # Nothing is lost, and aiogram repeats an action from a task that nobody listens to.
                _log.debug("%s: %s", name, error.message)
                return cast("Response[TelegramType]", True)
        if chat is None or not name.startswith(_COUNTED):
            return await self._insist(make_request, bot, method, None)
        line = self._line(chat)
        async with line.lock:
            return await self._insist(make_request, bot, method, line)

    async def _insist(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
        line: _ChatBudget | None,
    ) -> Response[TelegramType]:
        light, wait = isinstance(method, EditMessageText), _FIRST_WAIT
        last = 1 if light or isinstance(method, GetUpdates) else self._tries
        for attempt in range(1, last + 1):
            try:
                return await self._paid(make_request, bot, method, line)
            except TelegramRetryAfter as error:
                _log.info("Telegram wants a pause of %s s", error.retry_after)
                if line is not None:
                    line.free_at = asyncio.get_running_loop().time() + error.retry_after
                if attempt == last:
                    raise
                if line is None:
                    await asyncio.sleep(error.retry_after)
            except (TelegramNetworkError, TelegramServerError):
                if attempt == last:
                    raise
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
        raise AssertionError("the last attempt raises")

    async def _paid(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
        line: _ChatBudget | None,
    ) -> Response[TelegramType]:
        if line is None:
            return await make_request(bot, method)
        loop = asyncio.get_running_loop()
        count = len(method.media) if isinstance(method, SendMediaGroup) else 1
        for each in (line, self._all):
            while (pause := each.wait(loop.time(), count)) > 0:
                await asyncio.sleep(pause)
        self._all.count(loop.time(), count)
        try:
            return await make_request(bot, method)
        finally:
            # Telegram has counted it by now, whatever became of it.
            line.count(loop.time(), count)

    def _line(self, chat: Any) -> _ChatBudget:
        name = str(chat)
        group = name.startswith(("-", "@"))
        line = self._lines.setdefault(
            name, _ChatBudget(self._rates.group if group else self._rates.chat)
        )
        self._lines.move_to_end(name)
        while len(self._lines) > _CHATS:
            self._lines.popitem(last=False)
        return line

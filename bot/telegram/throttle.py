"""Who sends too much is passed over for a moment, and told so once."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.telegram.context import TelegramContext, sender_of

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
_PEOPLE = 10_000


class Throttle(BaseMiddleware):
    """A bucket of tokens for each person: so many at once, and so many a second in the long run."""

    def __init__(
        self,
        at_once: int = 20,
        a_second: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._size, self._rate, self._clock = float(at_once), a_second, clock
        self._buckets: OrderedDict[str, tuple[float, float, bool]] = OrderedDict()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Let through, or say once that it is too much."""
        if not isinstance(event, Message | CallbackQuery):
            return await handler(event, data)
        who, now = sender_of(event).id, self._clock()
        tokens, since, warned = self._buckets.pop(who, (self._size, now, False))
        tokens = min(self._size, tokens + (now - since) * self._rate)
        allowed = tokens >= 1
        self._buckets[who] = (tokens - 1 if allowed else tokens, now, not allowed)
        while len(self._buckets) > _PEOPLE:
            self._buckets.popitem(last=False)
        if allowed:
            return await handler(event, data)
        context: TelegramContext = data["context"]
        if isinstance(event, Message) and not warned and event.chat.type == "private":
            await context.tell(event, "telegram-slow-down")
        return None

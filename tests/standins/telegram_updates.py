"""Updates on their way to a bot: a queue that it asks, or a webhook that is called.

As https://github.com/tdlib/telegram-bot-api does it: ``Client::process_get_updates_query`` and
``WebhookActor``.
"""

import asyncio
import itertools
import time
from collections import defaultdict, deque
from contextlib import suppress
from typing import Any

import aiohttp

_AGAIN, _LIMITED = 3.0, 0.5
"""Seconds within which the same offset is answered late, or with one update."""
_USUAL = {
    *("message", "edited_message", "channel_post", "edited_channel_post", "inline_query"),
    *("callback_query", "my_chat_member", "business_message", "business_connection"),
}


class ConflictError(Exception):
    """Somebody else asks for updates."""


class Updates:
    """All updates that the bot has not yet said to have."""

    def __init__(self) -> None:
        self.queue: deque[dict[str, Any]] = deque()
        self.webhook: tuple[str, str] | None = None
        self.refused = 0
        """Calls of the webhook that were not answered with success."""
        self.longest_call = 0.0
        """Seconds that a call of the webhook took at most."""
        self._kinds = _USUAL
        self._asked = (-1, 0.0)
        self._asking: asyncio.Event | None = None
        self._came = asyncio.Condition()
        self._waiting: defaultdict[int, deque[dict[str, Any]]] = defaultdict(deque)
        self._callers: dict[int, asyncio.Task[None]] = {}

    @property
    def pending(self) -> int:
        """How many there are."""
        return len(self.queue) + sum(map(len, self._waiting.values()))

    async def add(self, update: dict[str, Any]) -> None:
        """Something happened; kinds that the bot did not ask for are left out."""
        if not self._kinds & update.keys():
            return
        if self.webhook is not None:
            self._call_with(update)
            return
        async with self._came:
            self.queue.append(update)
            self._came.notify_all()

    def confirm(self, offset: int) -> None:
        """What comes before an offset is not told again."""
        while self.queue and self.queue[0]["update_id"] < offset:
            self.queue.popleft()

    async def get(self, offset: int, limit: int, hold: float) -> list[dict[str, Any]]:
        """Answer a request for updates.

        Raises:
            ConflictError: a later request or a webhook takes its place.
        """
        if self.webhook is not None:
            raise ConflictError(
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook "
                "to delete the webhook first"
            )
        if self._asking is not None:
            self._asking.set()
        ended = self._asking = asyncio.Event()
        before, since = self._asked
        now = time.monotonic()
        if offset == before and hold < _AGAIN and now < since + _AGAIN:
            hold = _AGAIN
        if offset == before and now < since + _LIMITED:
            limit = 1
        self._asked = (offset, now)
        try:
            if not self.queue and hold:
                await self._wait(ended, hold)
        finally:
            if self._asking is ended:
                self._asking = None
        if ended.is_set():
            raise ConflictError(
                "Conflict: terminated by other getUpdates request; make sure that only one bot "
                "instance is running"
            )
        return list(itertools.islice(self.queue, limit))

    async def _wait(self, ended: asyncio.Event, hold: float) -> None:
        async def comes() -> None:
            async with self._came:
                while not self.queue:
                    await self._came.wait()

        waiters = [asyncio.create_task(comes()), asyncio.create_task(ended.wait())]
        try:
            await asyncio.wait(waiters, timeout=hold, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiters:
                waiter.cancel()
            await asyncio.gather(*waiters, return_exceptions=True)

    def ask_for(self, kinds: list[str] | None) -> None:
        """Deliver these kinds from now on; the usual ones where the list is empty."""
        if kinds is not None:
            self._kinds = set(kinds) or _USUAL

    def call(self, url: str, secret: str) -> None:
        """Call a webhook from now on, with what waits first."""
        self.webhook = (url, secret)
        if self._asking is not None:
            self._asking.set()
        while self.queue:
            self._call_with(self.queue.popleft())

    def _call_with(self, update: dict[str, Any]) -> None:
        chat = _chat(update) or update["update_id"]
        self._waiting[chat].append(update)
        if chat not in self._callers:
            self._callers[chat] = asyncio.create_task(self._call_in_order(chat))

    async def _call_in_order(self, chat: int) -> None:
        """A chat's next update is only sent when the one before was taken."""
        try:
            pause, waiting = 0.1, self._waiting[chat]
            while waiting and self.webhook is not None:
                began = time.monotonic()
                status = 0
                with suppress(aiohttp.ClientError):
                    status = await self.post(waiting[0])
                self.longest_call = max(self.longest_call, time.monotonic() - began)
                if 200 <= status < 300:
                    pause = 0.1
                    waiting.popleft()
                else:
                    self.refused += 1
                    await asyncio.sleep(pause)
                    pause *= 2
        finally:
            del self._callers[chat]

    async def post(self, update: dict[str, Any], secret: str | None = None) -> int:
        """Call the webhook once; gives the status that it answers with."""
        assert self.webhook is not None
        url, own = self.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": own if secret is None else secret}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json=update, headers=headers) as response,
        ):
            return response.status

    async def close(self) -> None:
        """Call nobody any more."""
        self.webhook = None
        tasks = list(self._callers.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _chat(update: dict[str, Any]) -> int | None:
    """The chat whose updates are sent one after another."""
    for name, content in update.items():
        if name == "callback_query":
            content = content.get("message")
        if isinstance(content, dict) and "chat" in content:
            return int(content["chat"]["id"])
    return None

"""Albums arrive as messages of their own: they are collected and handled as one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import Message, TelegramObject

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


@dataclass(slots=True)
class _Album:
    parts: dict[int, Message] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Albums(BaseMiddleware):
    """Hands the handler all messages of an album at once, as ``album``, sorted.

    The first part waits until no further one has come for a while, and is then handled for all; the
    others wait for it, so that none counts as done before the whole album is.
    """

    def __init__(self, patience: float = 0.8) -> None:
        """``patience`` is how many seconds a further part is waited for."""
        self._patience = patience
        self._albums: dict[str, _Album] = {}

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Collect, or pass on at once what is no part of an album."""
        if not isinstance(event, Message) or event.media_group_id is None:
            data["album"] = [event] if isinstance(event, Message) else []
            return await handler(event, data)
        name = f"{event.chat.id}:{event.media_group_id}"
        first = name not in self._albums
        album = self._albums.setdefault(name, _Album())
        album.parts[event.message_id] = event
        album.changed.set()
        if not first:
            await album.done.wait()
            return None
        try:
            await self._whole(album)
            del self._albums[name]
            data["album"] = [album.parts[number] for number in sorted(album.parts)]
            # Filters look at the words, which stand at one of the parts.
            spoken = next((part for part in data["album"] if part.caption), data["album"][0])
            return await handler(spoken, data)
        finally:
            self._albums.pop(name, None)
            album.done.set()

    async def _whole(self, album: _Album) -> None:
        while True:
            album.changed.clear()
            try:
                async with asyncio.timeout(self._patience):
                    await album.changed.wait()
            except TimeoutError:
                return

"""Updates that Telegram was told we have, kept in Redis until they are handled."""

import json
import time

from worker.queue.connection import AsyncRedis, connect_async, redis_errors

_KEY = "mididraw:memory:telegram:inbox"
_NEWEST = "newest"
_KEPT = 86_400
_TRIED = 3600.0
"""Seconds after which what was never handled to its end is handled no more."""


class Inbox:
    """What came and is not handled yet; every method may raise AwayError and NoRoomError."""

    def __init__(self, url: str) -> None:
        self._redis: AsyncRedis = connect_async(url)

    async def keep(self, number: int, update: str) -> None:
        """Keep an update, as JSON."""
        entry = json.dumps({"at": time.time(), "update": update})
        with redis_errors():
            await self._redis.hset(_KEY, mapping={str(number): entry, _NEWEST: number})
            await self._redis.expire(_KEY, _KEPT)

    async def remove(self, number: int) -> None:
        """Let go of an update that is handled."""
        with redis_errors():
            await self._redis.hdel(_KEY, str(number))

    async def left(self) -> tuple[int | None, list[str]]:
        """The number of the newest update that came, and those that were not handled, in order."""
        with redis_errors():
            kept = {
                name.decode(): value for name, value in (await self._redis.hgetall(_KEY)).items()
            }
        newest = kept.pop(_NEWEST, None)
        entries = {int(number): json.loads(entry) for number, entry in kept.items()}
        for number, entry in list(entries.items()):
            # What a process dies of must not be handled for ever.
            if time.time() - entry["at"] > _TRIED:
                del entries[number]
                await self.remove(number)
        updates = [str(entries[number]["update"]) for number in sorted(entries)]
        return None if newest is None else int(newest), updates

    async def close(self) -> None:
        """Let go of the connection."""
        await self._redis.aclose()

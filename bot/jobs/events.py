"""One listener a front-end: events go to whoever follows their job."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator

from worker.contract import ContractError, Event, keys, parse_event
from worker.contract.connection import AWAY, AsyncRedis, backoff, heed

_log = logging.getLogger(__name__)
_BLOCK = 1000
"""Milliseconds that a read waits for an event."""


class Listener:
    """Reads the front-end's events while anybody follows a job."""

    def __init__(self, redis: AsyncRedis, front: str) -> None:
        self._redis, self._stream = redis, keys.events(front)
        self._ears: defaultdict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def listen(self, job: str, silence: float) -> AsyncGenerator[Event | None, None]:
        """Events of a job; None at first, and whenever there was none for ``silence`` seconds."""
        ear: asyncio.Queue[Event] = asyncio.Queue()
        self._ears[job].add(ear)
        try:
            if self._task is None:
                self._task = asyncio.create_task(self._read(), name=f"events {self._stream}")
            await self._ready.wait()
            yield None
            while True:
                try:
                    yield await asyncio.wait_for(ear.get(), silence)
                except TimeoutError:
                    yield None
        finally:
            self._ears[job].discard(ear)
            if not self._ears[job]:
                del self._ears[job]

    async def close(self) -> None:
        """Stop to read."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _read(self) -> None:
        last, failures = b"", 0
        while True:
            heed()
            try:
                if not last:
                    # Not "$": what comes between two reads must not be missed.
                    newest = await self._redis.xrevrange(self._stream, count=1)
                    last = newest[0][0] if newest else b"0"
                    self._ready.set()
                for _, entries in await self._redis.xread({self._stream: last}, block=_BLOCK) or []:
                    for last, fields in entries:  # noqa: B007 -- where to go on from
                        self._tell(fields)
                failures = 0
            except AWAY:
                # Followers look by themselves meanwhile.
                self._ready.set()
                failures += 1
                await asyncio.sleep(backoff().compute(failures))

    def _tell(self, fields: dict[bytes, bytes]) -> None:
        try:
            event = parse_event(fields[b"event"])
        except ContractError as error:
            _log.error("an event was passed over: %s", error)
            return
        for ear in self._ears.get(event.job, ()):
            ear.put_nowait(event)

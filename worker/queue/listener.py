"""One listener a front-end: events go to whoever follows their job."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator

from worker.contract import ContractError, Event, parse_event
from worker.queue import keys
from worker.queue.connection import AWAY, AsyncRedis, backoff, raise_if_cancelled

_log = logging.getLogger(__name__)
_BLOCK = 1000
"""Milliseconds that a read waits for an event."""


class EventListener:
    """Reads the front-end's events while anybody follows a job."""

    def __init__(self, redis: AsyncRedis, front: str) -> None:
        self._redis, self._stream = redis, keys.events(front)
        self._followers: defaultdict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    @property
    def followed(self) -> frozenset[str]:
        """The jobs that somebody follows."""
        return frozenset(self._followers)

    async def listen(self, job: str, silence: float) -> AsyncGenerator[Event | None, None]:
        """Events of a job; None at first, and whenever there was none for ``silence`` seconds."""
        inbox: asyncio.Queue[Event] = asyncio.Queue()
        self._followers[job].add(inbox)
        try:
            if self._task is None:
                self._task = asyncio.create_task(self._read(), name=f"events {self._stream}")
            await self._ready.wait()
            yield None
            while True:
                try:
                    yield await asyncio.wait_for(inbox.get(), silence)
                except TimeoutError:
                    yield None
        finally:
            self._followers[job].discard(inbox)
            if not self._followers[job]:
                del self._followers[job]

    async def close(self) -> None:
        """Stop reading and close the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _read(self) -> None:
        last, failures = b"", 0
        while True:
            raise_if_cancelled()
            try:
                if not last:
                    # Not "$": what comes between two reads must not be missed.
                    newest = await self._redis.xrevrange(self._stream, count=1)
                    last = newest[0][0] if newest else b"0"
                    self._ready.set()
                for _, entries in await self._redis.xread({self._stream: last}, block=_BLOCK) or []:
                    for last, fields in entries:  # noqa: B007 -- where to go on from
                        self._dispatch(fields)
                failures = 0
            except AWAY:
                # Followers look by themselves meanwhile.
                self._ready.set()
                failures += 1
                await asyncio.sleep(backoff().compute(failures))

    def _dispatch(self, fields: dict[bytes, bytes]) -> None:
        try:
            event = parse_event(fields[b"event"])
        except ContractError as error:
            _log.error("an event was passed over: %s", error)
            return
        for inbox in self._followers.get(event.job, ()):
            inbox.put_nowait(event)

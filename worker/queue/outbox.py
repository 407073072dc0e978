"""Answers wait in a stream of their front-end until it says that they are posted."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from redis.exceptions import ResponseError

from worker.contract import ContractError, Done, parse_answer, parse_job
from worker.queue import keys, scripts
from worker.queue.connection import AWAY, AsyncRedis, backoff, raise_if_cancelled
from worker.queue.delivery import Delivery

_log = logging.getLogger(__name__)
_BLOCK = 1000
_MANY = 32
"""Answers that are fetched at a time."""
_GROUP = "front"


class Outbox:
    """Reads a front-end's stream as one of its consumers."""

    def __init__(
        self,
        redis: AsyncRedis,
        front: str,
        consumer: str,
        patience: float,
        retention: keys.Retention,
    ) -> None:
        """Read as ``consumer``; take over what another one left for ``patience`` seconds."""
        self._redis, self._stream = redis, keys.outbox(front)
        self._consumer, self._patience, self._retention = consumer, patience, retention
        self._let_go = redis.register_script(scripts.LET_GO)
        self._held: set[str] = set()
        """Entries that were handed out and are not yet posted."""

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """Answers to post, for ever: first what this consumer had left, then what comes."""
        found = await _until_done(self._left)
        claimed_at = asyncio.get_running_loop().time()
        while True:
            for entry, fields in found:
                if entry.decode() not in self._held:
                    delivery = await _until_done(partial(self._open, entry, fields))
                    if delivery is not None:
                        self._held.add(delivery.entry)
                        yield delivery
            now = asyncio.get_running_loop().time()
            if now - claimed_at >= self._patience / 2:
                claimed_at, found = now, await _until_done(self._claim)
            else:
                found = await _until_done(self._fresh)

    async def posting(self, delivery: Delivery) -> None:
        """Note that a posting begins; waits out an outage."""
        job = keys.job(delivery.job.id)
        await _until_done(lambda: self._redis.hset(job, "posting", self._consumer))

    async def posted(self, delivery: Delivery) -> None:
        """Let go of an answer; waits out an outage."""

        async def let_go() -> None:
            async with self._redis.pipeline() as pipeline:
                pipeline.xack(self._stream, _GROUP, delivery.entry)
                pipeline.xdel(self._stream, delivery.entry)
                if isinstance(delivery.answer, Done):
                    music = keys.music(delivery.answer.music)
                    life = [time.time(), self._retention.music]
                    await self._let_go(keys=[music], args=life, client=pipeline)
                await pipeline.execute()

        await _until_done(let_go)
        self._held.discard(delivery.entry)

    async def _left(self) -> list[Any]:
        return await self._read("0", None)

    async def _fresh(self) -> list[Any]:
        return await self._read(">", _BLOCK)

    async def _read(self, since: str, block: int | None) -> list[Any]:
        try:
            streams = await self._redis.xreadgroup(
                _GROUP, self._consumer, {self._stream: since}, _MANY, block
            )
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self._create_group()
            return []
        # What was trimmed while it was pending comes without fields.
        return [entry for _, entries in streams or [] for entry in entries if entry[1]]

    async def _claim(self) -> list[Any]:
        """Take over what another process has not finished for long."""
        try:
            _, entries, _ = await self._redis.xautoclaim(
                self._stream, _GROUP, self._consumer, int(1000 * self._patience), count=_MANY
            )
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self._create_group()
            return []
        return list(entries)

    async def _create_group(self) -> None:
        """The stream dies when nothing is in it for long, and its group with it."""
        try:
            await self._redis.xgroup_create(self._stream, _GROUP, id="0", mkstream=True)
            await self._redis.expire(self._stream, self._retention.outbox)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _open(self, entry: bytes, fields: dict[bytes, bytes]) -> Delivery | None:
        name = fields[b"job"].decode()
        job, posting = await self._redis.hmget(keys.job(name), ["job", "posting"])
        try:
            answer = parse_answer(fields[b"answer"])
            # Where the job is kept no longer, that is no JSON.
            return Delivery(parse_job(job or ""), answer, posting is not None, entry.decode())
        except ContractError as error:
            _log.error("the answer to job %s cannot be delivered: %s", name, error)
            await self._redis.xack(self._stream, _GROUP, entry)
            await self._redis.xdel(self._stream, entry)
            return None


async def _until_done(act: Callable[[], Awaitable[Any]]) -> Any:
    """Do what must be done, however long Redis is away."""
    failures = 0
    while True:
        raise_if_cancelled()
        try:
            return await act()
        except AWAY as error:
            failures += 1
            _log.warning("Redis is away: %s", type(error).__name__)
            await asyncio.sleep(backoff().compute(failures))

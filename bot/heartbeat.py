"""A front-end's heartbeat in Redis: its process hears from the chat, and reaches Redis."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from typing import Any

from mididraw.errors import MididrawError
from worker.contract import HEARTBEAT_PERIOD, Heartbeat
from worker.queue import keys
from worker.queue.connection import connect, connect_async, redis_errors
from worker.queue.heartbeats import fresh_heartbeats

_log = logging.getLogger(__name__)
_KEPT = 86_400


class DeadError(MididrawError):
    """A process does not do its work."""


class HeartbeatSender:
    """Sends heartbeats as long as its front-end is alive."""

    def __init__(self, url: str, front: str, alive: Callable[[], bool]) -> None:
        """``alive`` tells whether the chat was heard from lately."""
        self._redis, self._alive = connect_async(url), alive
        self._name = f"{_here(front)}{os.getpid()}"

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            while True:
                try:
                    await self._send()
                except MididrawError as error:
                    _log.warning("no heartbeat: %s", error)
                await asyncio.sleep(HEARTBEAT_PERIOD)
        finally:
            await self._redis.aclose()

    async def _send(self) -> None:
        if not self._alive():
            _log.warning("the chat was not heard from lately")
            return
        with redis_errors():
            await self._redis.hset(keys.FRONTS, self._name, Heartbeat(seen=time.time()).write())
            await self._redis.expire(keys.FRONTS, _KEPT)


def last_heartbeat(url: str, front: str, now: float) -> float:
    """Seconds since the latest heartbeat of a front-end of this host.

    Raises:
        DeadError: there is none, or none that is fresh.
        AwayError: Redis cannot be reached.
    """
    with connect(url) as connection, redis_errors():
        fields: Any = connection.hgetall(keys.FRONTS)
    here = _here(front)
    ages = [
        now - beat.seen
        for name, beat in fresh_heartbeats(fields, now).items()
        if name.startswith(here)
    ]
    if not ages:
        raise DeadError(
            "front-end-dead",
            "No sign of life from {front} on this host: its log says what keeps it from its chat.",
            front=front,
        )
    return min(ages)


def _here(front: str) -> str:
    return f"{front}:{socket.gethostname()}:"

"""A front-end's sign of life in Redis: its process hears from the chat, and reaches Redis."""

import asyncio
import json
import logging
import os
import socket
import time
from collections.abc import Callable

from mididraw.errors import MididrawError
from worker.contract import keys
from worker.contract.connection import connect, connect_async, said

_log = logging.getLogger(__name__)
_BEAT = 5.0
_FRESH = 20.0
"""Seconds after which a sign of life says nothing any more."""
_KEPT = 86_400


class DeadError(MididrawError):
    """A process does not do its work."""


class Pulse:
    """Beats as long as its front-end is alive."""

    def __init__(self, url: str, front: str, alive: Callable[[], bool]) -> None:
        """``alive`` tells whether the chat was heard from lately."""
        self._redis, self._alive = connect_async(url), alive
        self._name = f"{_here(front)}{os.getpid()}"

    async def run(self) -> None:
        """Beat until cancelled."""
        try:
            while True:
                try:
                    await self._beat()
                except MididrawError as error:
                    _log.warning("no sign of life: %s", error)
                await asyncio.sleep(_BEAT)
        finally:
            await self._redis.aclose()

    async def _beat(self) -> None:
        if not self._alive():
            _log.warning("the chat was not heard from lately")
            return
        with said():
            await self._redis.hset(keys.FRONTS, self._name, json.dumps({"seen": time.time()}))
            await self._redis.expire(keys.FRONTS, _KEPT)


def seen(url: str, front: str, now: float) -> float:
    """Seconds since a front-end of this host gave a sign of life.

    Raises:
        DeadError: it gave none, or too long ago.
        AwayError: Redis cannot be reached.
    """
    with connect(url) as connection, said():
        signs = connection.hgetall(keys.FRONTS)
    ages = [
        now - float(json.loads(sign)["seen"])
        for name, sign in signs.items()
        if name.decode().startswith(_here(front))
    ]
    if not ages or min(ages) > _FRESH:
        raise DeadError(
            f"No sign of life from {front} on this host: its log says what keeps it from its chat."
        )
    return min(ages)


def _here(front: str) -> str:
    return f"{front}:{socket.gethostname()}:"

"""How front-ends and workers reach Redis: outages are waited out, with jitter and a cap."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.sentinel
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from mididraw.errors import MididrawError, OptionError
from worker.queue.sentinel import SentinelAddress, is_sentinel_address, read_sentinel_address

AsyncRedis = Any
"""``redis.asyncio.Redis``, whose annotations allow for text wherever we get bytes."""
_TRIES = 2
"""Further attempts; redis-py makes as many to connect within each of them. About a second in all,
for whoever waits for an answer; what must be done is insisted on by its caller."""
_TIMEOUT = 10.0
"""Seconds that an answer may take; no command of ours blocks for as long."""
AWAY = (RedisConnectionError, RedisTimeoutError, OSError)
"""What is raised while Redis is not there."""


class AwayError(MididrawError):
    """Redis cannot be reached."""


class NoRoomError(MididrawError):
    """Redis' memory is full."""


def backoff() -> ExponentialWithJitterBackoff:
    """Waits between attempts: 50 ms and doubling, at most 2 s, up to half of it chance."""
    return ExponentialWithJitterBackoff(cap=2.0, base=0.05)


def raise_if_cancelled() -> None:
    """End a task that was cancelled: redis-py can take that for an outage and go on."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class _CancellableRedis(redis.asyncio.Redis):
    async def execute_command(self, *arguments: Any, **options: Any) -> Any:
        try:
            return await super().execute_command(*arguments, **options)  # type: ignore[no-untyped-call]
        finally:
            raise_if_cancelled()


class _SentinelRedis(_CancellableRedis):
    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close the connections to the sentinels, too."""
        await super().aclose(close_connection_pool)
        pool: Any = self.connection_pool
        for sentinel in pool.sentinel_manager.sentinels:
            await sentinel.aclose()


def connect(url: str, tries: int = _TRIES) -> redis.Redis:
    """A connection for threads; a command is tried so often again.

    Raises:
        OptionError: the address cannot be read.
    """
    more = _options(Retry(backoff(), tries))
    if is_sentinel_address(url):
        at = read_sentinel_address(url)
        watch = redis.sentinel.Sentinel(at.hosts, sentinel_kwargs=_sentinels(at))  # type: ignore[no-untyped-call]
        return watch.master_for(at.service, **at.options, **more)  # type: ignore[no-any-return, no-untyped-call]
    with _address_errors():
        return redis.Redis.from_url(url, **more)


def connect_async(url: str) -> AsyncRedis:
    """The same for event loops; a cancelled task ends."""
    more = _options(AsyncRetry(backoff(), _TRIES))
    if is_sentinel_address(url):
        at = read_sentinel_address(url)
        watch = redis.asyncio.sentinel.Sentinel(at.hosts, sentinel_kwargs=_sentinels(at))  # type: ignore[no-untyped-call]
        return watch.master_for(at.service, redis_class=_SentinelRedis, **at.options, **more)
    with _address_errors():
        return _CancellableRedis.from_url(url, **more)


def _options(retry: Any) -> dict[str, Any]:
    return {
        "retry": retry,
        "retry_on_error": list(AWAY),
        "socket_timeout": _TIMEOUT,
        "socket_connect_timeout": _TIMEOUT,
        "health_check_interval": 30,
    }


def _sentinels(at: SentinelAddress) -> dict[str, Any]:
    # One that is down must not hold up the question to the next.
    return {**at.own, "socket_timeout": 2.0, "socket_connect_timeout": 2.0}


@contextmanager
def _address_errors() -> Iterator[None]:
    try:
        yield
    except ValueError:
        # The error's own words may hold the password.
        raise OptionError(
            "redis-url-unread", "REDIS_URL cannot be read: it looks like redis://user@host:6379/0."
        ) from None


@contextmanager
def redis_errors() -> Iterator[None]:
    """Turn what Redis raises into a sentence for the user.

    Raises:
        AwayError: it cannot be reached.
        NoRoomError: its memory is full.
    """
    try:
        yield
    except AWAY as error:
        raise AwayError(
            "queue-away", "The drawing queue is away for a moment: try again in a minute."
        ) from error
    except RedisError as error:
        if not isinstance(error, OutOfMemoryError) and "OOM" not in str(error):
            raise
        raise NoRoomError(
            "queue-no-room", "The drawing queue has no room left: try again later."
        ) from error

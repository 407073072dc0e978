"""Whether a worker of this host is warm and alive, and whether Redis is as it should be."""

import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any

from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from mididraw.doctor import Finding, absent, fault, well
from mididraw.errors import MididrawError
from worker.queue import keys
from worker.queue.connection import AWAY, connect, redis_errors
from worker.queue.heartbeats import fresh_heartbeats
from worker.queue.settings import QueueSettings
from worker.settings import WorkerSettings

_OLDEST = (6, 2)


class UnwellError(MididrawError):
    """No worker of this host does its work."""


def healthy(environment: Mapping[str, str]) -> str:
    """How this host's worker is; it sends heartbeats only once its model is warm.

    Raises:
        UnwellError: it gives none, or none lately.
        AwayError: Redis cannot be reached.
    """
    settings = WorkerSettings.from_environment(environment)
    with connect(settings.redis) as connection, redis_errors():
        fields: Any = connection.hgetall(keys.WORKERS)
    here = f"{socket.gethostname()}-"
    found = fresh_heartbeats(fields, time.time())
    ours = [beat for name, beat in found.items() if name.startswith(here)]
    if not ours:
        raise UnwellError(
            "worker-dead", "No worker of this host is warm, or it was not heard from lately."
        )
    return f"warm, with {sum(beat.held for beat in ours)} jobs in hand"


def check(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look at Redis and at the workers that it knows."""
    settings = QueueSettings.from_environment(environment)
    with connect(settings.redis, tries=0) as connection:
        try:
            connection.ping()
        except AuthenticationError:
            yield fault(
                "Redis",
                "it refuses the name or the password",
                "Compare REDIS_URL's name and REDIS_PASSWORD (or …_FILE) with Redis' ACL file.",
            )
            return
        except NoPermissionError:
            yield fault(
                "Redis", "this user may do nothing there", "Use deploy/redis/users.acl's rules."
            )
            return
        except AWAY:
            yield fault(
                "Redis",
                "it cannot be reached",
                "Start it (docker compose up -d redis), and compare host, port, and rediss:// for "
                "TLS in REDIS_URL.",
            )
            return
        yield from _redis(connection)
        yield _workers(connection)


def _redis(connection: Redis) -> Iterator[Finding]:
    try:
        info: dict[str, Any] = dict(connection.info("everything"))
    except NoPermissionError:
        yield absent("Redis", "it answers; this user may not look at how it is set up")
        return
    version = str(info.get("redis_version", "0.0"))
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST:
        yield fault("Redis", f"version {version} is too old", "Install Redis 7.")
        return
    yield well("Redis", f"version {version} answers")
    if info.get("maxmemory_policy") != "noeviction":
        yield fault(
            "Redis' memory",
            "it throws away what it has no room for, jobs too",
            "Set maxmemory-policy noeviction, as deploy/redis/redis.conf does.",
        )
    if not info.get("aof_enabled"):
        yield fault(
            "Redis' disk",
            "a restart loses jobs that were accepted",
            "Set appendonly yes, as deploy/redis/redis.conf does.",
        )


def _workers(connection: Redis) -> Finding:
    try:
        fields: Any = connection.hgetall(keys.WORKERS)
    except RedisError:
        return absent("workers", "this user may not look at them")
    fresh = fresh_heartbeats(fields, time.time()).values()
    if not fresh:
        return fault(
            "workers", "none is there", "Start one: mididraw worker, or docker compose up -d."
        )
    return well("workers", f"{len(fresh)} there, room for {sum(beat.room for beat in fresh)} jobs")

"""Jobs whose ticket was lost or whose worker died are found and put in line again."""

import logging
import random
import time
from collections.abc import Callable
from typing import Any

from redis import Redis

from worker.queue import keys, scripts
from worker.queue.connection import redis_errors
from worker.queue.ending import end_arguments, end_keys, end_state, expired, register_end_scripts
from worker.queue.heartbeats import read_heartbeats
from worker.queue.policy import RetryPolicy
from worker.queue.rq import TicketReader
from worker.queue.states import JobState

_log = logging.getLogger(__name__)
_FORGOTTEN_AFTER = 4
"""Times the time after which a worker is dead: its heartbeat is deleted."""


class LostJobs:
    """Looks for lost jobs.

    Every worker does it; what two do at once is done once, for a job is begun by one alone.
    """

    def __init__(
        self,
        connection: Redis,
        policy: RetryPolicy | None = None,
        is_ours: Callable[[str], bool] = lambda _: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Look in one Redis.

        Args:
            connection: to it.
            policy: when a job counts as lost.
            is_ours: whether a job is in the hand of the process that looks.
            clock: seconds since 1970.
        """
        self._redis, self._policy, self._is_ours = connection, policy or RetryPolicy(), is_ours
        self._clock, self._retention = clock, self._policy.retention
        self._tickets = TicketReader(connection, "", self._retention.job, self._policy.alive)
        self._release = connection.register_script(scripts.RELEASE)
        self._end = register_end_scripts(connection.register_script)
        self._missed: dict[str, float] = {}

    def requeue(self) -> int:
        """Put lost jobs in line again, and answer those that have expired in line.

        A job is lost once it was missed at every call for the policy's grace.

        Returns:
            How many jobs were put in line.

        Raises:
            AwayError: Redis cannot be reached.
            NoRoomError: its memory is full.
        """
        now = self._clock()
        with redis_errors():
            missed, requeued = {}, 0
            running, waiting = self._tickets.running(), self._tickets.waiting()
            for name, state, level, expires in self._open_jobs():
                if state is JobState.QUEUED and expires <= now:
                    self._expire(name, level)
                elif name not in (waiting if state is JobState.QUEUED else running):
                    if self._is_ours(name):
                        continue
                    missed[name] = self._missed.get(name, now)
                    if now - missed[name] >= self._policy.grace:
                        del missed[name]
                        self._requeue(name, state, level)
                        requeued += 1
            self._missed = missed
            self._clean(now)
        return requeued

    def _open_jobs(self) -> list[tuple[str, JobState, str, float]]:
        opened: Any = self._redis.zrange(keys.OPEN, 0, -1)
        names = [name.decode() for name in opened]
        with self._redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.hmget(keys.job(name), ["state", "level", "expires"])
            found = pipeline.execute()
        jobs = []
        for name, (state, level, expires) in zip(names, found, strict=True):
            if state is None:
                self._redis.zrem(keys.OPEN, name)
            else:
                jobs.append((name, JobState(state.decode()), level.decode(), float(expires)))
        return jobs

    def _requeue(self, name: str, state: JobState, level: str) -> None:
        _log.warning("a %s job was lost and waits again", state, extra={"job": name})
        if state is JobState.RUNNING:
            self._release(keys=[keys.job(name)], args=["", 0])
        self._tickets.put_back(name, level)

    def _expire(self, name: str, level: str) -> None:
        answer = expired(name)
        arguments = end_arguments(answer, self._clock(), self._retention, only=JobState.QUEUED)
        self._end[end_state(answer)](keys=end_keys(name), args=arguments)
        self._tickets.tickets.delete(name, level)

    def _clean(self, now: float) -> None:
        fields: Any = self._redis.hgetall(keys.WORKERS)
        heartbeats = read_heartbeats(fields)
        for name in fields:
            beat = heartbeats.get(name.decode())
            if beat is None or now - beat.seen > _FORGOTTEN_AFTER * self._policy.alive:
                self._redis.hdel(keys.WORKERS, name)
        if random.random() < 0.2:  # noqa: S311 -- now and then is enough
            self._tickets.clean()

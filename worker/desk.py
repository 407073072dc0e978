"""A worker's side of Redis: jobs are taken, kept alive, answered, and found again if lost."""

import json
import logging
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from worker.contract import (
    Answer,
    ContractError,
    Event,
    Failed,
    Files,
    Job,
    Reason,
    Started,
    keys,
    parse_job,
    scripts,
)
from worker.contract.connection import said
from worker.contract.ending import end_arguments, end_keys
from worker.crew import Work
from worker.rq import Counter, Execution

_log = logging.getLogger(__name__)
_MANY = 16
"""Answers that are sent at once."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How jobs are treated.

    Attributes:
        attempts: how often each is begun at most.
        alive: seconds without a sign of life after which a job's worker is taken for dead.
        lives: how long things are kept.
    """

    attempts: int = 3
    alive: int = 15
    lives: keys.Lives = field(default_factory=keys.Lives)

    @property
    def beat(self) -> float:
        """Seconds between signs of life, and between looks for those that are missed."""
        return self.alive / 5

    @property
    def grace(self) -> float:
        """Seconds that a job must have been missed for; between two lists it is for a moment."""
        return self.alive / 3


@dataclass(frozen=True, slots=True)
class _Held:
    """A job that is ours."""

    job: str
    level: str
    front: str
    execution: Execution
    since: float


@dataclass(slots=True)
class _Unsent:
    answer: Answer
    files: Files | None
    took: float | None


class Desk:
    """What a worker does with Redis; an outage costs no answer."""

    def __init__(
        self,
        connection: Redis,
        name: str,
        rules: Rules | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name, self._redis, self._clock = name, connection, clock
        self._rules = rules or Rules()
        self._lives = self._rules.lives
        self._counter = Counter(connection, name, self._lives.job, self._rules.alive)
        self._begin = connection.register_script(scripts.BEGIN)
        self._yield = connection.register_script(scripts.YIELD)
        self._end = connection.register_script(scripts.END)
        self._held: dict[str, _Held] = {}
        self._unsent: list[_Unsent] = []
        self._missed: dict[str, float] = {}

    @property
    def rules(self) -> Rules:
        """How jobs are treated."""
        return self._rules

    @property
    def held(self) -> int:
        """How many jobs are ours."""
        return len(self._held)

    @property
    def unsent(self) -> int:
        """How many answers wait for Redis to come back."""
        return len(self._unsent)

    def take(self, block: float = 0.0, *, later: bool = True) -> Work | None:
        """The next job, if ``later`` is not set of the first levels alone; None if there is none.

        Raises:
            AwayError: Redis cannot be reached; what was half taken is found again.
            NoRoomError: its memory is full.
        """
        with said():
            while (found := self._counter.take(block, later=later)) is not None:
                work = self._look_at(*found)
                if work is not None:
                    return work
        return None

    def _look_at(self, name: str, level: str) -> Work | None:
        now = self._clock()
        verdict, text, attempt = self._begin(
            keys=[keys.job(name)], args=[self.name, now, self._rules.attempts]
        )
        if verdict in (b"taken", b"over"):
            # A second ticket, written because the first seemed lost.
            with self._redis.pipeline() as pipeline:
                self._counter.forget(name, level, pipeline, tear=verdict == b"over")
                pipeline.execute()
            return None
        try:
            job = parse_job(text)
        except ContractError as error:
            _log.error("the job cannot be read: %s", error, extra={"job": name})
            job = None
        with self._redis.pipeline() as pipeline:
            execution = self._counter.begin(name, level, pipeline)
            for blob in job.blobs if job else ():
                pipeline.get(keys.blob(blob))
            answers = pipeline.execute()
        front = job.reply.front if job else ""
        self._held[name] = _Held(name, level, front, execution, now)
        refused = self._refuse(name, verdict, job)
        blobs = answers[len(answers) - len(job.blobs) :] if job else []
        if refused is None and None in blobs:
            refused = Failed(job=name, reason=Reason.EXPIRED, sentence=_EXPIRED)
        if refused is not None or job is None:
            self.finish(refused or _unreadable(name))
            return None
        self.tell([Started(job=name, attempt=attempt)])
        pictures = tuple(blobs[: len(job.pictures)])
        return Work(job, pictures, blobs[-1] if job.prompt else None, attempt)

    def _refuse(self, name: str, verdict: bytes, job: Job | None) -> Failed | None:
        if verdict == b"expired":
            return Failed(job=name, reason=Reason.EXPIRED, sentence=_EXPIRED)
        if verdict == b"lost":
            return Failed(job=name, reason=Reason.LOST, sentence=_LOST)
        return _unreadable(name) if job is None else None

    def tell(self, events: Iterable[Event]) -> None:
        """Tell front-ends what happens; in an outage they miss it."""
        with self._redis.pipeline(transaction=False) as pipeline:
            for event in events:
                if (held := self._held.get(event.job)) is not None and held.front:
                    stream = keys.events(held.front)
                    pipeline.xadd(stream, {"event": event.write()}, maxlen=2000, approximate=True)
                    pipeline.expire(stream, self._lives.events)
            try:
                pipeline.execute()
            except (RedisError, OSError) as error:
                _log.warning("events were not told: %s", type(error).__name__)

    def finish(self, answer: Answer, files: Files | None = None) -> None:
        """Note an answer, which :meth:`send` puts into the outbox."""
        held = self._held.get(answer.job)
        took = self._clock() - held.since if held and files else None
        self._unsent.append(_Unsent(answer, files, took))

    def send(self) -> None:
        """Put all that was noted into the outbox; what cannot go now goes with the next call.

        Raises:
            AwayError: Redis cannot be reached.
            NoRoomError: its memory is full.
        """
        while self._unsent:
            batch = self._unsent[:_MANY]
            with said(), self._redis.pipeline() as pipeline:
                for one in batch:
                    arguments = end_arguments(
                        one.answer, self._clock(), self._lives, took=one.took, files=one.files
                    )
                    self._end(keys=end_keys(one.answer.job), args=arguments, client=pipeline)
                    if (held := self._held.get(one.answer.job)) is not None:
                        self._counter.end(held.execution, pipeline)
                pipeline.execute()
            for one in batch:
                self._held.pop(one.answer.job, None)
            del self._unsent[: len(batch)]

    def give_back(self, job: str) -> None:
        """Put a job that is ours in line again; nobody counts it as an attempt."""
        held = self._held.pop(job)
        with said():
            with self._redis.pipeline() as pipeline:
                self._yield(keys=[keys.job(job)], args=[self.name, -1], client=pipeline)
                self._counter.end(held.execution, pipeline, tear=False)
                pipeline.execute()
            self._counter.put_back(job, held.level)

    def cancelled(self) -> list[str]:
        """Jobs of ours that are to stop."""
        names = list(self._held)
        if not names:
            return []
        with said():
            found = self._redis.zmscore(keys.CANCELLED, names)
        return [name for name, since in zip(names, found, strict=True) if since is not None]

    def beat(self, capacity: int) -> None:
        """Say that we live, and our jobs with us; called by a thread of its own.

        Args:
            capacity: how many jobs we do at a time; 0 if we take no more.
        """
        with said(), self._redis.pipeline(transaction=False) as pipeline:
            for held in list(self._held.values()):
                self._counter.renew(held.execution, pipeline)
            sign = {"seen": self._clock(), "room": capacity, "held": len(self._held)}
            pipeline.hset(keys.WORKERS, self.name, json.dumps(sign))
            pipeline.expire(keys.WORKERS, self._lives.ended)
            pipeline.execute()

    def leave(self) -> None:
        """Say that we are gone."""
        with said():
            self._redis.hdel(keys.WORKERS, self.name)

    def sweep(self) -> int:
        """Find jobs whose ticket was lost or whose worker died, and put them in line again.

        Every worker does it; what two do at once is done once, for a job is begun by one alone.

        Returns:
            how many jobs were put in line.
        """
        now = self._clock()
        with said():
            opened: Any = self._redis.zrange(keys.OPEN, 0, -1)
            names = [name.decode() for name in opened]
            running, waiting = self._counter.running(), self._counter.waiting()
            with self._redis.pipeline(transaction=False) as pipeline:
                for name in names:
                    pipeline.hmget(keys.job(name), ["state", "level", "expires"])
                states = pipeline.execute()
            missed: dict[str, float] = {}
            repaired = 0
            for name, (state, level, expires) in zip(names, states, strict=True):
                if state is None:
                    self._redis.zrem(keys.OPEN, name)
                    continue
                if state == b"queued" and float(expires) <= now:
                    self._expire(name, level.decode())
                    continue
                well = name in (waiting if state == b"queued" else running)
                if well or name in self._held:
                    continue
                missed[name] = self._missed.get(name, now)
                if now - missed[name] >= self._rules.grace:
                    del missed[name]
                    self._repair(name, state, level.decode())
                    repaired += 1
            self._missed = missed
            self._tidy(now)
        return repaired

    def _repair(self, name: str, state: bytes, level: str) -> None:
        _log.warning("a %s job was lost and waits again", state.decode(), extra={"job": name})
        if state == b"running":
            self._yield(keys=[keys.job(name)], args=["", 0])
        self._counter.put_back(name, level)

    def _expire(self, name: str, level: str) -> None:
        answer = Failed(job=name, reason=Reason.EXPIRED, sentence=_EXPIRED)
        arguments = end_arguments(answer, self._clock(), self._lives, only="queued")
        self._end(keys=end_keys(name), args=arguments)
        self._counter.tickets.tear(name, level)

    def _tidy(self, now: float) -> None:
        for name, sign in self._redis.hgetall(keys.WORKERS).items():
            if now - json.loads(sign)["seen"] > 4 * self._rules.alive:
                self._redis.hdel(keys.WORKERS, name)
        if random.random() < 0.2:  # noqa: S311 -- now and then is enough
            self._counter.clean()


_EXPIRED = "Your drawing waited for too long and was given up: please send it again."
_LOST = (
    "Your drawing could not be finished: our machine went down each time that it tried. "
    "Try another drawing or other options."
)


def _unreadable(job: str) -> Failed:
    return Failed(
        job=job,
        reason=Reason.BROKEN,
        sentence="Your drawing came from another version of midiDraw: please send it again.",
    )

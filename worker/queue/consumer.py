"""A worker's side of the queue: jobs are claimed, kept alive and answered."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from mididraw.errors import Sentence
from worker.contract import (
    Answer,
    ContractError,
    Event,
    Failed,
    Heartbeat,
    Job,
    Reason,
    ResultFiles,
    Started,
    parse_job,
)
from worker.queue import keys, scripts
from worker.queue.connection import redis_errors
from worker.queue.ending import end_arguments, end_keys, end_state, expired, register_end_scripts
from worker.queue.policy import RetryPolicy
from worker.queue.rq import Execution, TicketReader
from worker.queue.states import OPEN_STATES

_log = logging.getLogger(__name__)
_ANSWERS_AT_ONCE = 16
_LOST = Sentence(
    "job-lost",
    "Your drawing could not be finished: our machine went down each time that it "
    "tried. Try another drawing or other options.",
)
_UNREADABLE = Sentence(
    "job-unreadable", "Your drawing came from another version of midiDraw: please send it again."
)


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job and all that it takes to do it."""

    job: Job
    pictures: tuple[bytes, ...]
    prompt: bytes | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class _Lease:
    """That a job is ours."""

    level: str
    front: str
    execution: Execution
    since: float


@dataclass(frozen=True, slots=True)
class _UnsentAnswer:
    answer: Answer
    files: ResultFiles | None
    took: float | None


class JobConsumer:
    """What a worker does with Redis; an outage costs no answer."""

    def __init__(
        self,
        connection: Redis,
        name: str,
        policy: RetryPolicy | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Consume as the worker ``name``; ``clock`` gives seconds since 1970."""
        self.name, self._redis, self._clock = name, connection, clock
        self.policy = policy or RetryPolicy()
        self._retention = self.policy.retention
        self._tickets = TicketReader(connection, name, self._retention.job, self.policy.alive)
        self._begin = connection.register_script(scripts.BEGIN)
        self._release = connection.register_script(scripts.RELEASE)
        self._end = register_end_scripts(connection.register_script)
        self._leases: dict[str, _Lease] = {}
        self._unsent: list[_UnsentAnswer] = []

    @property
    def held(self) -> int:
        """How many jobs are ours."""
        return len(self._leases)

    def holds(self, job: str) -> bool:
        """Whether a job is ours."""
        return job in self._leases

    @property
    def unsent(self) -> int:
        """How many answers wait for Redis to come back."""
        return len(self._unsent)

    def claim(self, block: float = 0.0, *, later: bool = True) -> ClaimedJob | None:
        """Claim the next job; None if there is none.

        Args:
            block: seconds to wait where there is no job at all; 0 not to wait.
            later: whether a job of the last level will do.

        Raises:
            AwayError: Redis cannot be reached; what was half claimed is found again.
            NoRoomError: its memory is full.
        """
        with redis_errors():
            while (found := self._tickets.claim(block, later=later)) is not None:
                claimed = self._begin_job(*found)
                if claimed is not None:
                    return claimed
        return None

    def _begin_job(self, name: str, level: str) -> ClaimedJob | None:
        now = self._clock()
        outcome, state, text, attempt = self._begin(
            keys=[keys.job(name)], args=[self.name, now, self.policy.attempts]
        )
        if outcome == b"no":
            # A second ticket, written because the first seemed lost; it goes with its job.
            over = state.decode() not in OPEN_STATES
            with self._redis.pipeline() as pipeline:
                self._tickets.remove_aside(name, level, pipeline, delete=over)
                pipeline.execute()
            return None
        try:
            job = parse_job(text)
        except ContractError as error:
            _log.error("the job cannot be read: %s", error, extra={"job": name})
            job = None
        with self._redis.pipeline() as pipeline:
            execution = self._tickets.begin(name, level, pipeline)
            for blob in job.blobs if job else ():
                pipeline.get(keys.blob(blob))
            answers = pipeline.execute()
        front = job.reply.front if job else ""
        self._leases[name] = _Lease(level, front, execution, now)
        blobs = answers[len(answers) - len(job.blobs) :] if job else []
        refused = self._refusal(name, outcome, job, blobs)
        if refused is not None or job is None:
            self.record_answer(refused or _failed(name, Reason.BROKEN, _UNREADABLE))
            return None
        self.publish_events([Started(job=name, attempt=attempt)])
        pictures = tuple(blobs[: len(job.pictures)])
        return ClaimedJob(job, pictures, blobs[-1] if job.prompt else None, attempt)

    def _refusal(self, name: str, outcome: bytes, job: Job | None, blobs: list[Any]) -> Any:
        if outcome == b"expired" or (job is not None and outcome == b"run" and None in blobs):
            return expired(name)
        return _failed(name, Reason.LOST, _LOST) if outcome == b"lost" else None

    def publish_events(self, events: Iterable[Event]) -> None:
        """Tell front-ends what happens; in an outage they miss it."""
        with self._redis.pipeline(transaction=False) as pipeline:
            for event in events:
                if (lease := self._leases.get(event.job)) is not None and lease.front:
                    stream = keys.events(lease.front)
                    pipeline.xadd(stream, {"event": event.write()}, maxlen=2000, approximate=True)
                    pipeline.expire(stream, self._retention.events)
            try:
                pipeline.execute()
            except (RedisError, OSError) as error:
                _log.warning("events were not published: %s", type(error).__name__)

    def record_answer(self, answer: Answer, files: ResultFiles | None = None) -> None:
        """Keep an answer until :meth:`send_answers` puts it into the outbox."""
        lease = self._leases.get(answer.job)
        took = self._clock() - lease.since if lease and files else None
        self._unsent.append(_UnsentAnswer(answer, files, took))

    def send_answers(self) -> None:
        """Put all recorded answers into the outbox; what cannot go now goes with the next call.

        Raises:
            AwayError: Redis cannot be reached.
            NoRoomError: its memory is full.
        """
        while self._unsent:
            batch = self._unsent[:_ANSWERS_AT_ONCE]
            with redis_errors(), self._redis.pipeline() as pipeline:
                for one in batch:
                    arguments = end_arguments(
                        one.answer, self._clock(), self._retention, took=one.took, files=one.files
                    )
                    end = self._end[end_state(one.answer)]
                    end(keys=end_keys(one.answer.job), args=arguments, client=pipeline)
                    if (lease := self._leases.get(one.answer.job)) is not None:
                        self._tickets.end(lease.execution, pipeline)
                pipeline.execute()
            for one in batch:
                self._leases.pop(one.answer.job, None)
            del self._unsent[: len(batch)]

    def release(self, job: str) -> None:
        """Put a job that is ours in line again; nobody counts it as an attempt."""
        lease = self._leases.pop(job)
        with redis_errors():
            with self._redis.pipeline() as pipeline:
                self._release(keys=[keys.job(job)], args=[self.name, -1], client=pipeline)
                self._tickets.end(lease.execution, pipeline, delete=False)
                pipeline.execute()
            self._tickets.put_back(job, lease.level)

    def jobs_to_stop(self) -> list[str]:
        """The jobs of ours that somebody cancelled."""
        names = list(self._leases)
        if not names:
            return []
        with redis_errors():
            found = self._redis.zmscore(keys.CANCELLED, names)
        return [name for name, since in zip(names, found, strict=True) if since is not None]

    def send_heartbeat(self, capacity: int) -> None:
        """Say that we live, and our jobs with us; called by a thread of its own.

        Args:
            capacity: how many jobs we do at a time; 0 if we take no more.
        """
        with redis_errors(), self._redis.pipeline(transaction=False) as pipeline:
            for lease in list(self._leases.values()):
                self._tickets.renew(lease.execution, pipeline)
            beat = Heartbeat(seen=self._clock(), room=capacity, held=len(self._leases))
            pipeline.hset(keys.WORKERS, self.name, beat.write())
            pipeline.expire(keys.WORKERS, self._retention.ended)
            pipeline.execute()

    def remove_heartbeat(self) -> None:
        """Say that we are gone."""
        with redis_errors():
            self._redis.hdel(keys.WORKERS, self.name)


def _failed(job: str, reason: Reason, sentence: Sentence) -> Failed:
    return Failed(job=job, reason=reason, sentence=sentence)

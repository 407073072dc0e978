"""A front-end's side of the queue: jobs are handed in, looked up, cancelled and forgotten."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from redis import Redis

from worker.contract import Answer, Cancelled, Done, Job, ResultFiles, parse_answer, parse_job
from worker.queue import keys, scripts
from worker.queue.connection import AsyncRedis, redis_errors
from worker.queue.ending import (
    NAMES,
    end_arguments,
    end_keys,
    end_state,
    files_of,
    register_end_scripts,
)
from worker.queue.limits import AdmissionOutcome, Limits
from worker.queue.states import JobState
from worker.queue.status import JobStatus, read_status
from worker.queue.tickets import TicketQueues

_MOST_JOBS = 200
"""Of a user's jobs the newest, and those that are kept for longest, are looked at."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a job that was handed in.

    Attributes:
        outcome: whether it was accepted.
        seconds: after which it may be handed in again, where it came too soon; else 0.
    """

    outcome: AdmissionOutcome
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job as it is kept, with its answer once there is one, and its pictures and prompt."""

    job: Job
    answer: Answer | None
    pictures: tuple[bytes, ...]
    prompt: bytes | None


class Producer:
    """Works on one Redis; every method raises AwayError and NoRoomError."""

    def __init__(
        self, redis: AsyncRedis, blocking: Redis, front: str, retention: keys.Retention
    ) -> None:
        """Submit a front-end's jobs through a connection.

        Args:
            redis: for this event loop.
            blocking: to the same Redis, for threads: RQ knows no event loops.
            front: the front-end whose jobs these are.
            retention: how long things are kept.
        """
        self._redis, self._front, self._retention = redis, front, retention
        self._tickets = TicketQueues(blocking, retention.job)
        self._admit = redis.register_script(scripts.ADMIT)
        self._check = redis.register_script(scripts.CHECK)
        self._ask_to_stop = redis.register_script(scripts.ASK_TO_STOP)
        self._keep = redis.register_script(scripts.KEEP)
        self._loosen = redis.register_script(scripts.LOOSEN)
        self._end = register_end_scripts(redis.register_script)

    async def check(self, job: str, user: str, chat: str, limits: Limits, now: float) -> Admission:
        """Tell what would become of a job of that id if it were handed in now."""
        with redis_errors():
            found = await self._check(
                keys=_admission_keys(self._front, job, user, chat),
                args=_admission_args(limits, now),
            )
        return Admission(AdmissionOutcome(found[0].decode()), int(found[1] or 0))

    async def submit(
        self, job: Job, blobs: Sequence[bytes], limits: Limits, now: float, *, first: bool = False
    ) -> Admission:
        """Hand in a job; one whose music is known already is answered at once.

        Args:
            job: the job.
            blobs: the bytes of its pictures and prompt, in the order of ``job.blobs``.
            limits: what is accepted.
            now: seconds since 1970.
            first: whether it is of the first level, however many the user has in hand.
        """
        with redis_errors():
            known = await self._redis.hget(keys.music(job.music), "answer")
            arguments = self._admit_arguments(job, blobs, limits, now, first=first)
            found = await self._admit(keys=self._admit_keys(job), args=arguments)
            outcome, detail = AdmissionOutcome(found[0].decode()), found[1].decode()
            if outcome is not AdmissionOutcome.OK:
                return Admission(outcome, int(detail or 0))
            done = None if known is None else parse_answer(known)
            if isinstance(done, Done):
                await self._end_job(done.model_copy(update={"job": job.id}), now)
            else:
                # The job is safe already: a ticket that gets lost is written again by a worker.
                await asyncio.to_thread(self._tickets.put, job.id, detail)
        return Admission(outcome)

    def _admit_keys(self, job: Job) -> list[str]:
        front = job.reply.front
        return [
            *_admission_keys(front, job.id, job.user, job.chat),
            keys.of_user(front, job.user),
            *(keys.blob(name) for name in job.blobs),
        ]

    def _admit_arguments(
        self, job: Job, blobs: Sequence[bytes], limits: Limits, now: float, *, first: bool
    ) -> list[str | bytes | float]:
        return [
            *_admission_args(limits, now),
            job.id,
            job.write(),
            job.expires,
            self._retention.job,
            # Nobody has more in hand than are allowed.
            limits.user if first else keys.NEXT,
            limits.user if first else keys.LATER,
            keys.outbox(job.reply.front),
            keys.events(job.reply.front),
            keys.music(job.music),
            *blobs,
        ]

    async def _end_job(
        self, answer: Done | Cancelled, now: float, only: JobState | None = None
    ) -> bool:
        arguments = end_arguments(answer, now, self._retention, only=only)
        return bool(await self._end[end_state(answer)](keys=end_keys(answer.job), args=arguments))

    async def cancel(self, job: str, now: float) -> bool:
        """Cancel a job that waits, and ask the worker of one that runs to stop.

        Returns:
            Whether there was something to cancel.
        """
        with redis_errors():
            if await self._end_job(Cancelled(job=job), now, only=JobState.QUEUED):
                level = await self._redis.hget(keys.job(job), "level")
                name = keys.LEVELS[0] if level is None else level.decode()
                await asyncio.to_thread(self._tickets.delete, job, name)
                return True
            state = await self._ask_to_stop(
                keys=[keys.job(job), keys.CANCELLED], args=[job, now, self._retention.job]
            )
        return bool(state.decode() == JobState.RUNNING)

    async def status(self, job: str, now: float) -> JobStatus | None:
        """Read how a job stands; None if nothing is known of it."""
        with redis_errors():
            return await read_status(self._redis, job, now)

    async def position(self, job: str, level: str) -> int:
        """Count the jobs that are to be served up to this one, itself included."""
        with redis_errors():
            return await asyncio.to_thread(self._tickets.position, job, level)

    async def files(self, answer: Done) -> ResultFiles | None:
        """Read the files of an answer; None if they are kept no longer."""
        with redis_errors():
            return files_of(await self._redis.hmget(keys.music(answer.music), NAMES))

    async def keep(self, job: Job, seconds: int, now: float) -> float | None:
        """Keep a piece and its files so long; tells until when, None if it is gone."""
        with redis_errors():
            until = await self._keep(keys=self._keys_of(job), args=[job.id, now, seconds])
        return float(until) or None

    async def loosen(self, job: Job, now: float) -> None:
        """Keep a piece no longer than any other."""
        lives = [self._retention.ended, self._retention.music]
        with redis_errors():
            await self._loosen(keys=self._keys_of(job), args=[job.id, now, *lives])

    def _keys_of(self, job: Job) -> list[str]:
        blobs = [keys.blob(name) for name in job.blobs]
        own = keys.of_user(self._front, job.user)
        return [keys.job(job.id), keys.music(job.music), own, *blobs]

    async def answered(self, user: str, now: float) -> list[tuple[Job, Answer]]:
        """Read a user's jobs that are kept and have an answer, in no order."""
        own = keys.of_user(self._front, user)
        with redis_errors():
            names = await self._redis.zrange(
                own, "+inf", now, desc=True, byscore=True, offset=0, num=_MOST_JOBS
            )
            async with self._redis.pipeline(transaction=False) as pipeline:
                for name in names:
                    pipeline.hmget(keys.job(name.decode()), ["job", "answer"])
                found = await pipeline.execute()
        return [(parse_job(job), parse_answer(answer)) for job, answer in found if job and answer]

    async def kept_until(self, answer: Done) -> float | None:
        """Tell until when the files of an answer are kept; None if they are gone."""
        with redis_errors():
            until = await self._redis.expiretime(keys.music(answer.music))
        return float(until) if until > 0 else None

    async def recall(self, job: str) -> StoredJob | None:
        """Read a job and its pictures; None if they are kept no longer."""
        with redis_errors():
            text, answer = await self._redis.hmget(keys.job(job), ["job", "answer"])
            if text is None:
                return None
            kept = parse_job(text)
            blobs = await self._redis.mget([keys.blob(name) for name in kept.blobs])
        if None in blobs:
            return None
        return StoredJob(
            job=kept,
            answer=None if answer is None else parse_answer(answer),
            pictures=tuple(blobs[: len(kept.pictures)]),
            prompt=blobs[-1] if kept.prompt else None,
        )

    async def delete_user(self, user: str, now: float) -> int:
        """Cancel and delete all jobs of a user, with pictures and results; tells how many."""
        own = keys.of_user(self._front, user)
        with redis_errors():
            names = [name.decode() for name in await self._redis.zrange(own, 0, -1)]
            for name in names:
                await self.cancel(name, now)
                text = await self._redis.hget(keys.job(name), "job")
                if text is not None:
                    job = parse_job(text)
                    blobs = [keys.blob(blob) for blob in job.blobs]
                    await self._redis.delete(keys.job(name), keys.music(job.music), *blobs)
            await self._redis.delete(own, keys.rate(self._front, user))
        return len(names)


def _admission_keys(front: str, job: str, user: str, chat: str) -> list[str]:
    return [
        keys.job(job),
        keys.OPEN,
        keys.in_hand(front, "user", user),
        # Without a chat there is nobody to share one with.
        keys.in_hand(front, "chat", chat or f"of {user}"),
        keys.rate(front, user),
        keys.CLOSED,
    ]


def _admission_args(limits: Limits, now: float) -> list[float]:
    return [now, limits.user, limits.chat, limits.rate, limits.window, limits.total]

"""Jobs that workers on this and other machines do, over Redis."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from bot.jobs.interface import Delivery, Kept, ListedPiece, Order, Receipt, narrowed, newest_pieces
from bot.jobs.limits import Limits, refuse
from bot.jobs.orders import job_of
from worker.contract import Done, Ended, Event, Job, Queued, ResultFiles, Started, job_id
from worker.queue import keys
from worker.queue.connection import connect, connect_async
from worker.queue.limits import AdmissionOutcome
from worker.queue.listener import EventListener
from worker.queue.outbox import Outbox
from worker.queue.producer import Producer
from worker.queue.states import JobState

_POLL = 2.0
"""Seconds after which a follower asks by itself: positions change without an event."""


class RedisJobs:
    """The queue in Redis, as :class:`bot.jobs.interface.Jobs`."""

    def __init__(
        self,
        url: str,
        front: str,
        *,
        limits: Limits | None = None,
        retention: keys.Retention | None = None,
        consumer: str = "one",
        patience: float = 60.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Connects with the first call.

        Args:
            url: of Redis.
            front: which front-end this is; its outbox is read.
            limits: what is accepted.
            retention: how long things are kept.
            consumer: tells processes of one front-end apart; one that comes back under its name
                finds at once what it had not finished.
            patience: seconds after which it takes over what another process has not finished.
            clock: seconds since 1970.
        """
        self.front, self._limits, self._clock = front, limits or Limits(), clock
        retention = retention or keys.Retention()
        self._redis, self._blocking = connect_async(url), connect(url)
        self._producer = Producer(self._redis, self._blocking, front, retention)
        self._listener = EventListener(self._redis, front)
        self._outbox = Outbox(self._redis, front, consumer, patience, retention)

    async def check(self, request: str, user: str, chat: str = "", most: int | None = None) -> None:
        """See whether a job would be accepted; see :class:`bot.jobs.interface.Jobs`."""
        job, limits = job_id(self.front, request), narrowed(self._limits, most)
        found = await self._producer.check(job, user, chat, limits, self._clock())
        if found.outcome not in (AdmissionOutcome.OK, AdmissionOutcome.AGAIN):
            raise refuse(found.outcome, found.seconds, limits)

    async def submit(self, order: Order) -> Receipt:
        """Accept a job; see :class:`bot.jobs.interface.Jobs`."""
        now = self._clock()
        limits = order.limits(self._limits)
        job = job_of(order, now, limits)
        blobs = [*order.pictures, *([] if order.prompt is None else [order.prompt])]
        admission = await self._producer.submit(job, blobs, limits, now, first=order.first)
        if admission.outcome not in (AdmissionOutcome.OK, AdmissionOutcome.AGAIN):
            raise refuse(admission.outcome, admission.seconds, limits)
        return Receipt(job.id, again=admission.outcome is AdmissionOutcome.AGAIN)

    async def cancel(self, job: str) -> bool:
        """Stop a job; see :class:`bot.jobs.interface.Jobs`."""
        return await self._producer.cancel(job, self._clock())

    async def latest_event(self, job: str) -> Event | None:
        """How a job stands; see :class:`bot.jobs.interface.Jobs`."""
        status = await self._producer.status(job, self._clock())
        if status is None:
            return None
        if status.answer is not None:
            return Ended(job=job, answer=status.answer)
        if status.state is JobState.RUNNING:
            return Started(job=job, attempt=max(status.attempts, 1))
        position = await self._producer.position(job, status.level)
        return Queued(job=job, position=position, wait=status.wait(position))

    async def follow(self, job: str) -> AsyncGenerator[Event, None]:
        """Tell what happens to a job; see :class:`bot.jobs.interface.Jobs`."""
        async with aclosing(self._listener.listen(job, _POLL)) as heard:
            last: Event | None = None
            async for event in heard:
                # Silence is the time to look; an end that was missed is found so, too.
                found = event or await self.latest_event(job)
                if found is None:
                    return
                began = isinstance(found, Started) and not isinstance(last, Queued | None)
                if found != last and not (event is None and began):
                    last = found
                    yield found
                if isinstance(found, Ended):
                    return

    def deliveries(self) -> AsyncIterator[Delivery]:
        """Answers to post; see :class:`bot.jobs.interface.Jobs`."""
        return self._outbox.deliveries()

    async def posting(self, delivery: Delivery) -> None:
        """Say that it is about to be posted."""
        await self._outbox.posting(delivery)

    async def posted(self, delivery: Delivery) -> None:
        """Say that it is posted."""
        await self._outbox.posted(delivery)

    async def files(self, answer: Done) -> ResultFiles | None:
        """The files of an answer; None if they are kept no longer."""
        return await self._producer.files(answer)

    async def kept_until(self, answer: Done) -> float | None:
        """When the files of an answer are deleted; None if they are gone."""
        return await self._producer.kept_until(answer)

    async def keep(self, job: Job, seconds: int) -> float | None:
        """Keep a piece and its files so long; when they are deleted."""
        return await self._producer.keep(job, seconds, self._clock())

    async def loosen(self, job: Job) -> None:
        """Keep a piece no longer than any other."""
        await self._producer.loosen(job, self._clock())

    async def pieces(self, user: str, most: int) -> list[ListedPiece]:
        """A user's last pieces that are kept, the newest first."""
        return newest_pieces(await self._producer.answered(user, self._clock()), most)

    async def recall(self, job: str) -> Kept | None:
        """A job and its pictures; None if they are kept no longer."""
        found = await self._producer.recall(job)
        if found is None:
            return None
        return Kept(found.job, found.answer, found.pictures, found.prompt)

    async def delete_user(self, user: str) -> int:
        """Cancel and delete all jobs of a user, with pictures and results."""
        return await self._producer.delete_user(user, self._clock())

    async def close(self) -> None:
        """Let go of all connections; jobs go on."""
        await self._listener.close()
        await self._redis.aclose()
        await asyncio.to_thread(self._blocking.close)

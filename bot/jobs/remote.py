"""Jobs that workers on this and other machines do, over Redis."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from bot.jobs.estimate import Standing, read_standing
from bot.jobs.events import Listener
from bot.jobs.interface import Delivery, Kept, Order, Receipt
from bot.jobs.limits import Limits, refuse
from bot.jobs.orders import job_of
from bot.jobs.outbox import Outbox
from worker.contract import (
    Cancelled,
    Done,
    Ended,
    Event,
    Files,
    Job,
    Queued,
    Started,
    keys,
    parse_answer,
    parse_job,
    scripts,
)
from worker.contract.connection import connect, connect_async, said
from worker.contract.ending import end_arguments, end_keys
from worker.contract.tickets import Tickets

_LOOK_AGAIN = 2.0
"""Seconds after which a follower looks by itself: positions change without an event."""


class RedisJobs:
    """The front-end's side of the queue."""

    def __init__(
        self,
        url: str,
        front: str,
        *,
        limits: Limits | None = None,
        lives: keys.Lives | None = None,
        consumer: str = "one",
        patience: float = 60.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Connects with the first call.

        Args:
            url: of Redis.
            front: which front-end this is; its outbox is read.
            limits: what is accepted.
            lives: how long things are kept.
            consumer: tells processes of one front-end apart; one that comes back under its name
                finds at once what it had not finished.
            patience: seconds after which it takes over what another process has not finished.
            clock: seconds since 1970.
        """
        self.front, self._limits, self._clock = front, limits or Limits(), clock
        self._lives = lives or keys.Lives()
        self._redis = connect_async(url)
        self._blocking = connect(url)
        self._tickets = Tickets(self._blocking, self._lives.job)
        self._admit = self._redis.register_script(scripts.ADMIT)
        self._cancel = self._redis.register_script(scripts.CANCEL)
        self._end = self._redis.register_script(scripts.END)
        self._listener = Listener(self._redis, front)
        self._outbox = Outbox(self._redis, front, consumer, patience, self._lives)

    async def submit(self, order: Order) -> Receipt:
        """Accept a job; see :class:`bot.jobs.interface.Jobs`."""
        now = self._clock()
        job = job_of(order, now)
        blobs = [*order.pictures, *([] if order.prompt is None else [order.prompt])]
        with said():
            known = await self._redis.hget(keys.music(job.music), "answer")
            limits = order.limits(self._limits)
            verdict, detail = await self._ask(job, blobs, limits, now)
            if verdict == "again":
                return Receipt(job.id, again=True)
            if verdict != "ok":
                raise refuse(verdict, int(detail or 0), limits)
            if known is not None:
                done = parse_answer(known)
                if isinstance(done, Done):
                    await self._finish(done.model_copy(update={"job": job.id}), now)
                    return Receipt(job.id, again=False)
            # From here on the job is safe: a ticket that gets lost is written again by a worker.
            await asyncio.to_thread(self._tickets.put, job.id, detail)
        return Receipt(job.id, again=False)

    async def _ask(
        self, job: Job, blobs: list[bytes], limits: Limits, now: float
    ) -> tuple[str, str]:
        front = job.reply.front
        found = await self._admit(
            keys=[
                keys.job(job.id),
                keys.OPEN,
                keys.in_hand(front, "user", job.user),
                # Without a chat there is nobody to share one with.
                keys.in_hand(front, "chat", job.chat or f"of {job.user}"),
                keys.rate(front, job.user),
                keys.of_user(front, job.user),
                keys.CLOSED,
                *(keys.blob(name) for name in job.blobs),
            ],
            args=[
                job.id,
                job.write(),
                now,
                job.expires,
                limits.user,
                limits.chat,
                limits.rate,
                limits.window,
                limits.total,
                self._lives.job,
                keys.NEXT,
                keys.LATER,
                keys.outbox(front),
                keys.events(front),
                keys.music(job.music),
                *blobs,
            ],
        )
        verdict, detail = (part.decode() for part in found)
        return verdict, detail

    async def _finish(self, answer: Done | Cancelled, now: float, only: str = "") -> bool:
        arguments = end_arguments(answer, now, self._lives, only=only)
        return bool(await self._end(keys=end_keys(answer.job), args=arguments))

    async def cancel(self, job: str) -> bool:
        """Stop a job; see :class:`bot.jobs.interface.Jobs`."""
        now = self._clock()
        with said():
            if await self._finish(Cancelled(job=job), now, only="queued"):
                level = await self._redis.hget(keys.job(job), "level")
                await asyncio.to_thread(self._tickets.tear, job, (level or b"first").decode())
                return True
            state = await self._cancel(
                keys=[keys.job(job), keys.CANCELLED], args=[job, now, self._lives.job]
            )
        return bool(state == b"running")

    async def look(self, job: str) -> Event | None:
        """How a job stands; see :class:`bot.jobs.interface.Jobs`."""
        with said():
            standing = await read_standing(self._redis, job, self._clock())
            if standing is None:
                return None
            if standing.answer is not None:
                return Ended(job=job, answer=standing.answer)
            if standing.state == "running":
                return Started(job=job, attempt=max(standing.attempts, 1))
            return await self._queued(job, standing)

    async def _queued(self, job: str, standing: Standing) -> Queued:
        position = await asyncio.to_thread(self._tickets.position, job, standing.level)
        return Queued(job=job, position=position, wait=standing.wait(position))

    async def follow(self, job: str) -> AsyncGenerator[Event, None]:
        """Tell what happens to a job; see :class:`bot.jobs.interface.Jobs`."""
        async with aclosing(self._listener.listen(job, _LOOK_AGAIN)) as heard:
            last: Event | None = None
            async for event in heard:
                # Silence is the time to look; an end that was missed is found so, too.
                found = event or await self.look(job)
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

    async def files(self, answer: Done) -> Files | None:
        """The files of an answer; None if they are kept no longer."""
        with said():
            found = await self._redis.hmget(keys.music(answer.music), ["midi", "mp3", "png"])
        midi, mp3, png = found
        if midi is None or mp3 is None or png is None:
            return None
        return Files(midi, mp3, png)

    async def recall(self, job: str) -> Kept | None:
        """A job and its pictures; None if they are kept no longer."""
        with said():
            order, answer = await self._redis.hmget(keys.job(job), ["job", "answer"])
            if order is None:
                return None
            kept = parse_job(order)
            blobs = await self._redis.mget([keys.blob(name) for name in kept.blobs])
        if None in blobs:
            return None
        return Kept(
            job=kept,
            answer=None if answer is None else parse_answer(answer),
            pictures=tuple(blobs[: len(kept.pictures)]),
            prompt=blobs[-1] if kept.prompt else None,
        )

    async def forget(self, user: str) -> int:
        """Cancel and delete all jobs of a user, with pictures and results."""
        own = keys.of_user(self.front, user)
        with said():
            names = [name.decode() for name in await self._redis.zrange(own, 0, -1)]
            for name in names:
                await self.cancel(name)
                order = await self._redis.hget(keys.job(name), "job")
                if order is not None:
                    job = parse_job(order)
                    blobs = [keys.blob(blob) for blob in job.blobs]
                    await self._redis.delete(keys.job(name), keys.music(job.music), *blobs)
            await self._redis.delete(own, keys.rate(self.front, user))
        return len(names)

    async def close(self) -> None:
        """Let go of all connections; jobs go on."""
        await self._listener.close()
        await self._redis.aclose()
        await asyncio.to_thread(self._blocking.close)

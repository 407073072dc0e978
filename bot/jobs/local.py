"""Jobs that run within the process: the same interface without Redis, and nothing outlives it."""

import asyncio
import itertools
import logging
import math
import threading
import time
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bot.jobs.estimate import estimate
from bot.jobs.interface import Delivery, Kept, Order, Receipt
from bot.jobs.limits import Limits, refuse
from bot.jobs.orders import job_of
from mididraw.errors import MididrawError
from worker.contract import (
    Answer,
    Cancelled,
    Done,
    Ended,
    Event,
    Failed,
    Files,
    Job,
    Queued,
    Reason,
    Started,
    keys,
)

_log = logging.getLogger(__name__)

Tell = Callable[[Event], None]
Perform = Callable[[Job, tuple[bytes, ...], bytes | None, Tell], tuple[Done, Files]]
"""Does a job in a thread; what ``tell`` raises ends it."""

_BROKEN = "Something went wrong with your drawing: that is our fault. Please try again later."


class _StoppedError(Exception):
    """The job was cancelled."""


@dataclass(slots=True, eq=False)
class _Entry:
    job: Job
    order: Order
    level: str
    started: float | None = None
    ended: float | None = None
    answer: Answer | None = None
    posting: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)


class LocalJobs:
    """A queue, and threads that serve it."""

    def __init__(
        self,
        perform: Perform,
        front: str = "web",
        *,
        room: int = 1,
        limits: Limits | None = None,
        lives: keys.Lives | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Threads begin with the first job.

        Args:
            perform: does a job.
            front: the front-end, of which there is one.
            room: how many jobs are done at a time.
            limits: what is accepted.
            lives: how long ended jobs and their files are kept.
            clock: seconds since 1970.
        """
        self._perform, self.front, self._room = perform, front, room
        self._limits, self._lives, self._clock = limits or Limits(), lives or keys.Lives(), clock
        self._entries: dict[str, _Entry] = {}
        self._lines: dict[str, deque[_Entry]] = {level: deque() for level in keys.LEVELS}
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)
        self._music: dict[str, tuple[Done, Files, float]] = {}
        self._pace: deque[float] = deque(maxlen=20)
        self._outbox: dict[str, Delivery] = {}
        self._numbers = itertools.count()
        self._changed = asyncio.Condition()
        self._ears: defaultdict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._running: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(room, "draw")

    async def submit(self, order: Order) -> Receipt:
        """Accept a job; see :class:`bot.jobs.interface.Jobs`."""
        now = self._clock()
        self._forget(now)
        job = job_of(order, now)
        if job.id in self._entries:
            return Receipt(job.id, again=True)
        mine = self._admit(job, order.limits(self._limits), now)
        level = keys.LEVELS[(mine >= keys.NEXT) + (mine >= keys.LATER)]
        entry = self._entries[job.id] = _Entry(job, order, level)
        if job.music in self._music:
            await self._end(entry, self._music[job.music][0].model_copy(update={"job": job.id}))
        else:
            self._lines[level].append(entry)
            self._start()
        return Receipt(job.id, again=False)

    def _admit(self, job: Job, limits: Limits, now: float) -> int:
        asked = self._asked[job.user]
        open_jobs = [entry.job for entry in self._entries.values() if entry.answer is None]
        mine = sum(one.user == job.user for one in open_jobs)
        if mine >= limits.user:
            raise refuse("user", 0, limits)
        if job.chat and sum(one.chat == job.chat for one in open_jobs) >= limits.chat:
            raise refuse("chat", 0, limits)
        while asked and asked[0] <= now - limits.window:
            asked.popleft()
        if len(asked) >= limits.rate:
            raise refuse("rate", math.ceil(asked[0] + limits.window - now), limits)
        if len(open_jobs) >= limits.total:
            raise refuse("full", 0, limits)
        asked.append(now)
        return mine

    def _forget(self, now: float) -> None:
        kept = self._lives.ended
        for name, entry in list(self._entries.items()):
            if entry.ended is not None and entry.ended < now - kept:
                del self._entries[name]
                for place, delivery in list(self._outbox.items()):
                    if delivery.job.id == name:
                        del self._outbox[place]
        for music, (_, _, until) in list(self._music.items()):
            if until < now:
                del self._music[music]
        for user, asked in list(self._asked.items()):
            if not asked or asked[-1] < now - self._limits.window:
                del self._asked[user]

    def _start(self) -> None:
        while len(self._running) < self._room:
            entry = next((line.popleft() for line in self._lines.values() if line), None)
            if entry is None:
                return
            task = asyncio.create_task(self._run(entry), name=f"job {entry.job.id}")
            self._running.add(task)
            task.add_done_callback(self._ran)

    def _ran(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            self._start()

    async def _run(self, entry: _Entry) -> None:
        job, loop = entry.job, asyncio.get_running_loop()
        if self._clock() >= job.expires:
            sentence = "Your drawing waited for too long and was given up: please send it again."
            await self._end(entry, Failed(job=job.id, reason=Reason.EXPIRED, sentence=sentence))
            return
        entry.started = self._clock()
        self._tell(Started(job=job.id, attempt=1))

        def tell(event: Event) -> None:
            if entry.stopped.is_set():
                raise _StoppedError
            loop.call_soon_threadsafe(self._tell, event)

        answer: Answer
        try:
            done, files = await loop.run_in_executor(
                self._threads, self._perform, job, entry.order.pictures, entry.order.prompt, tell
            )
            answer = done
            self._music[job.music] = done, files, self._clock() + self._lives.outbox
            self._pace.appendleft(self._clock() - entry.started)
        except _StoppedError:
            answer = Cancelled(job=job.id)
        except MididrawError as error:
            answer = Failed(job=job.id, reason=Reason.REFUSED, sentence=str(error))
        except Exception:  # noqa: BLE001 -- whatever breaks a job must not break the queue
            _log.exception("a job broke", extra={"job": job.id})
            answer = Failed(job=job.id, reason=Reason.BROKEN, sentence=_BROKEN)
        await self._end(entry, answer)

    async def _end(self, entry: _Entry, answer: Answer) -> None:
        entry.answer, entry.ended = answer, self._clock()
        delivery = Delivery(entry.job, answer, doubtful=False, entry=str(next(self._numbers)))
        self._outbox[delivery.entry] = delivery
        self._tell(Ended(job=entry.job.id, answer=answer))
        async with self._changed:
            self._changed.notify_all()

    def _tell(self, event: Event) -> None:
        for ear in self._ears.get(event.job, ()):
            ear.put_nowait(event)

    async def cancel(self, job: str) -> bool:
        """Stop a job; see :class:`bot.jobs.interface.Jobs`."""
        entry = self._entries.get(job)
        if entry is None or entry.answer is not None:
            return False
        entry.stopped.set()
        if entry in self._lines[entry.level]:
            self._lines[entry.level].remove(entry)
            await self._end(entry, Cancelled(job=job))
        return True

    async def look(self, job: str) -> Event | None:
        """How a job stands; None if nothing is known of it."""
        entry = self._entries.get(job)
        if entry is None:
            return None
        if entry.answer is not None:
            return Ended(job=job, answer=entry.answer)
        if entry.started is not None:
            return Started(job=job, attempt=1)
        line = [waiting for level in self._lines.values() for waiting in level]
        position = line.index(entry) + 1 if entry in line else 1
        wait = estimate(position, tuple(self._pace), self._room)
        return Queued(job=job, position=position, wait=wait)

    async def follow(self, job: str) -> AsyncGenerator[Event, None]:
        """Tell what happens to a job; see :class:`bot.jobs.interface.Jobs`."""
        ear: asyncio.Queue[Event] = asyncio.Queue()
        self._ears[job].add(ear)
        try:
            event = await self.look(job)
            while event is not None:
                yield event
                if isinstance(event, Ended):
                    return
                event = await ear.get()
        finally:
            self._ears[job].discard(ear)
            if not self._ears[job]:
                del self._ears[job]

    async def deliveries(self) -> AsyncGenerator[Delivery, None]:
        """Answers to post; see :class:`bot.jobs.interface.Jobs`."""
        seen: set[str] = set()

        def fresh() -> bool:
            return bool(self._outbox.keys() - seen)

        while True:
            async with self._changed:
                await self._changed.wait_for(fresh)
            for delivery in [self._outbox[name] for name in self._outbox if name not in seen]:
                seen.add(delivery.entry)
                yield delivery
            seen.intersection_update(self._outbox)

    async def posting(self, delivery: Delivery) -> None:
        """Say that it is about to be posted."""
        if delivery.entry in self._outbox:
            self._outbox[delivery.entry] = Delivery(
                delivery.job, delivery.answer, doubtful=True, entry=delivery.entry
            )

    async def posted(self, delivery: Delivery) -> None:
        """Say that it is posted; it does not come again."""
        self._outbox.pop(delivery.entry, None)

    async def files(self, answer: Done) -> Files | None:
        """The files of an answer; None if they are kept no longer."""
        found = self._music.get(answer.music)
        return None if found is None else found[1]

    async def recall(self, job: str) -> Kept | None:
        """A job and its pictures; None if they are kept no longer."""
        entry = self._entries.get(job)
        if entry is None:
            return None
        return Kept(entry.job, entry.answer, entry.order.pictures, entry.order.prompt)

    async def forget(self, user: str) -> int:
        """Cancel and delete all jobs of a user, with pictures and results."""
        own = [name for name, entry in self._entries.items() if entry.job.user == user]
        for name in own:
            await self.cancel(name)
            entry = self._entries.pop(name)
            self._music.pop(entry.job.music, None)
            for place, delivery in list(self._outbox.items()):
                if delivery.job.id == name:
                    del self._outbox[place]
        self._asked.pop(user, None)
        return len(own)

    async def close(self) -> None:
        """Stop all jobs."""
        for entry in self._entries.values():
            entry.stopped.set()
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

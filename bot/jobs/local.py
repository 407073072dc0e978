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
from dataclasses import dataclass, field, replace

from bot.jobs.interface import Delivery, Kept, ListedPiece, Order, Receipt, narrowed, newest_pieces
from bot.jobs.limits import Limits, refuse
from bot.jobs.orders import job_of
from bot.tasks import end
from mididraw.errors import MididrawError, Sentence
from worker.contract import (
    Answer,
    Cancelled,
    Done,
    Ended,
    Event,
    Failed,
    Job,
    Queued,
    Reason,
    ResultFiles,
    Started,
    job_id,
)
from worker.queue import keys
from worker.queue.ending import BROKEN, TOOK_TOO_LONG, expired
from worker.queue.limits import AdmissionOutcome
from worker.queue.states import ENDS, JobState, Step, next_state
from worker.queue.status import estimate_wait

_log = logging.getLogger(__name__)

Tell = Callable[[Event], None]
Perform = Callable[[Job, tuple[bytes, ...], bytes | None, Tell], tuple[Done, ResultFiles]]
"""Does a job in a thread; what ``tell`` raises ends it."""


class _GivenUpError(Exception):
    """The job is to end, with the answer that is given."""


@dataclass(slots=True, eq=False)
class _LocalJob:
    job: Job
    order: Order
    level: str
    state: JobState | None = None
    started: float = 0.0
    ended: float | None = None
    until: float = 0.0
    """How long it is kept because it is shared."""
    answer: Answer | None = None
    posting: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)

    def advance(self, step: Step) -> bool:
        """Take a step of the table; False where it may not happen in this state."""
        after = next_state(self.state, step)
        self.state = after or self.state
        return after is not None


class LocalJobs:
    """A queue, and threads that serve it."""

    def __init__(
        self,
        perform: Perform,
        front: str = "web",
        *,
        room: int = 1,
        job_seconds: float = 300.0,
        limits: Limits | None = None,
        retention: keys.Retention | None = None,
        most_bytes: int = 96 << 20,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Threads begin with the first job.

        Args:
            perform: does a job.
            front: the front-end, of which there is one.
            room: how many jobs are done at a time.
            job_seconds: that a job may take; it ends the next time that it tells of something.
            limits: what is accepted.
            retention: how long ended jobs and their files are kept.
            most_bytes: of pictures, and of results, that are kept; the oldest go first.
            clock: seconds since 1970.
        """
        self._perform, self.front, self._room = perform, front, room
        self._job_seconds = job_seconds
        self._limits, self._clock = limits or Limits(), clock
        self._retention, self._most_bytes = retention or keys.Retention(), most_bytes
        self._entries: dict[str, _LocalJob] = {}
        self._lines: dict[str, deque[_LocalJob]] = {level: deque() for level in keys.LEVELS}
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)
        self._music: dict[str, tuple[Done, ResultFiles, float]] = {}
        self._durations: deque[float] = deque(maxlen=20)
        self._outbox: dict[str, Delivery] = {}
        self._numbers = itertools.count()
        self._changed = asyncio.Condition()
        self._followers: defaultdict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._running: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(room, "draw")

    async def check(self, request: str, user: str, chat: str = "", most: int | None = None) -> None:
        """See whether a job would be accepted; see :class:`bot.jobs.interface.Jobs`."""
        now = self._clock()
        self._drop_old(now)
        if job_id(self.front, request) not in self._entries:
            self._in_hand(user, chat, narrowed(self._limits, most), now)

    async def submit(self, order: Order) -> Receipt:
        """Accept a job; see :class:`bot.jobs.interface.Jobs`."""
        now = self._clock()
        self._drop_old(now)
        limits = order.limits(self._limits)
        job = job_of(order, now, limits)
        if job.id in self._entries:
            return Receipt(job.id, again=True)
        mine = self._in_hand(job.user, job.chat, limits, now)
        self._make_room(_weight(order))
        self._asked[job.user].append(now)
        many = 0 if order.first else mine
        level = keys.LEVELS[(many >= keys.NEXT) + (many >= keys.LATER)]
        entry = self._entries[job.id] = _LocalJob(job, order, level)
        entry.advance(Step.ADMIT)
        if job.music in self._music:
            await self._end(entry, self._music[job.music][0].model_copy(update={"job": job.id}))
        else:
            self._lines[level].append(entry)
            self._start()
        return Receipt(job.id, again=False)

    def _in_hand(self, user: str, chat: str, limits: Limits, now: float) -> int:
        """How many jobs a user has in hand; refuses another one over the limits."""
        asked = self._asked[user]
        open_jobs = [entry.job for entry in self._entries.values() if entry.answer is None]
        mine = sum(one.user == user for one in open_jobs)
        if mine >= limits.user:
            raise refuse(AdmissionOutcome.USER, 0, limits)
        if chat and sum(one.chat == chat for one in open_jobs) >= limits.chat:
            raise refuse(AdmissionOutcome.CHAT, 0, limits)
        while asked and asked[0] <= now - limits.window:
            asked.popleft()
        if len(asked) >= limits.rate:
            raise refuse(AdmissionOutcome.RATE, math.ceil(asked[0] + limits.window - now), limits)
        if len(open_jobs) >= limits.total:
            raise refuse(AdmissionOutcome.FULL, 0, limits)
        return mine

    def _make_room(self, size: int) -> None:
        """Let go of the oldest ended jobs' pictures where new ones would be too many."""
        kept = [entry for entry in self._entries.values() if _weight(entry.order)]
        over = sum(_weight(entry.order) for entry in kept) + size - self._most_bytes
        for entry in kept:
            if over > 0 and entry.answer is not None:
                over -= _weight(entry.order)
                entry.order = _without_blobs(entry.order)
        if over > 0:
            raise refuse(AdmissionOutcome.FULL, 0, self._limits)

    def _keep_music(self, music: str, done: Done, files: ResultFiles) -> None:
        """Keep results, and let go of the oldest where they are too many."""
        self._music[music] = done, files, self._clock() + self._retention.outbox
        while len(self._music) > 1 and sum(map(_size, self._music.values())) > self._most_bytes:
            del self._music[next(iter(self._music))]

    def _drop_old(self, now: float) -> None:
        kept = self._retention.ended
        for name, entry in list(self._entries.items()):
            if entry.ended is not None and max(entry.ended + kept, entry.until) < now:
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

    async def _run(self, entry: _LocalJob) -> None:
        job, loop = entry.job, asyncio.get_running_loop()
        if self._clock() >= job.expires:
            await self._end(entry, expired(job.id))
            return
        if not entry.advance(Step.BEGIN):
            return
        entry.started = self._clock()
        self._publish(Started(job=job.id, attempt=1))

        def tell(event: Event) -> None:
            if entry.stopped.is_set():
                raise _GivenUpError(Cancelled(job=job.id))
            if self._clock() - entry.started > self._job_seconds:
                raise _GivenUpError(_failed(job, Reason.TIMEOUT, TOOK_TOO_LONG))
            loop.call_soon_threadsafe(self._publish, event)

        try:
            done, files = await loop.run_in_executor(
                self._threads, self._perform, job, entry.order.pictures, entry.order.prompt, tell
            )
            self._keep_music(job.music, done, files)
            self._durations.appendleft(self._clock() - entry.started)
            answer: Answer = done
        except _GivenUpError as given_up:
            (answer,) = given_up.args
        except MididrawError as error:
            answer = _failed(job, Reason.REFUSED, error.sentence)
        except Exception:  # noqa: BLE001 -- whatever breaks a job must not break the queue
            _log.exception("a job broke", extra={"job": job.id})
            answer = _failed(job, Reason.BROKEN, BROKEN)
        await self._end(entry, answer)

    async def _end(self, entry: _LocalJob, answer: Answer) -> None:
        if not entry.advance(ENDS[JobState(answer.kind)]):
            return
        entry.answer, entry.ended = answer, self._clock()
        if not isinstance(answer, Done):
            # Nothing can be made of them any more.
            entry.order = _without_blobs(entry.order)
        delivery = Delivery(entry.job, answer, doubtful=False, entry=str(next(self._numbers)))
        self._outbox[delivery.entry] = delivery
        self._publish(Ended(job=entry.job.id, answer=answer))
        async with self._changed:
            self._changed.notify_all()

    def _publish(self, event: Event) -> None:
        for inbox in self._followers.get(event.job, ()):
            inbox.put_nowait(event)

    async def cancel(self, job: str) -> bool:
        """Stop a job; see :class:`bot.jobs.interface.Jobs`."""
        entry = self._entries.get(job)
        if entry is None or next_state(entry.state, Step.CANCEL) is None:
            return False
        entry.stopped.set()
        if entry in self._lines[entry.level]:
            self._lines[entry.level].remove(entry)
            await self._end(entry, Cancelled(job=job))
        return True

    async def latest_event(self, job: str) -> Event | None:
        """How a job stands; None if nothing is known of it."""
        entry = self._entries.get(job)
        if entry is None:
            return None
        if entry.answer is not None:
            return Ended(job=job, answer=entry.answer)
        if entry.state is JobState.RUNNING:
            return Started(job=job, attempt=1)
        line = [waiting for level in self._lines.values() for waiting in level]
        position = line.index(entry) + 1 if entry in line else 1
        wait = estimate_wait(position, tuple(self._durations), self._room)
        return Queued(job=job, position=position, wait=wait)

    async def follow(self, job: str) -> AsyncGenerator[Event, None]:
        """Tell what happens to a job; see :class:`bot.jobs.interface.Jobs`."""
        inbox: asyncio.Queue[Event] = asyncio.Queue()
        self._followers[job].add(inbox)
        try:
            event = await self.latest_event(job)
            while event is not None:
                yield event
                if isinstance(event, Ended):
                    return
                event = await inbox.get()
        finally:
            self._followers[job].discard(inbox)
            if not self._followers[job]:
                del self._followers[job]

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

    async def files(self, answer: Done) -> ResultFiles | None:
        """The files of an answer; None if they are kept no longer."""
        found = self._music.get(answer.music)
        return None if found is None else found[1]

    async def kept_until(self, answer: Done) -> float | None:
        """When the files of an answer are deleted; None if they are gone."""
        self._drop_old(self._clock())
        found = self._music.get(answer.music)
        return None if found is None else found[2]

    async def keep(self, job: Job, seconds: int) -> float | None:
        """Keep a piece and its files so long; when they are deleted, None if they are gone."""
        entry, found = self._entries.get(job.id), self._music.get(job.music)
        if entry is None or found is None:
            return None
        done, files, until = found
        entry.until = until = max(self._clock() + seconds, until)
        self._music[job.music] = done, files, until
        return until

    async def loosen(self, job: Job) -> None:
        """Keep a piece no longer than any other."""
        entry, found = self._entries.get(job.id), self._music.get(job.music)
        if entry is not None and found is not None:
            done, files, until = found
            entry.until = 0.0
            until = min(until, self._clock() + self._retention.outbox)
            self._music[job.music] = done, files, until

    async def pieces(self, user: str, most: int) -> list[ListedPiece]:
        """A user's last pieces that are kept, the newest first."""
        self._drop_old(self._clock())
        own = [entry for entry in self._entries.values() if entry.job.user == user]
        return newest_pieces(((entry.job, entry.answer) for entry in own), most)

    async def recall(self, job: str) -> Kept | None:
        """A job and its pictures; None if they are kept no longer."""
        entry = self._entries.get(job)
        if entry is None:
            return None
        return Kept(entry.job, entry.answer, entry.order.pictures, entry.order.prompt)

    async def delete_user(self, user: str) -> int:
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
        await end(self._running)
        self._threads.shutdown(wait=False, cancel_futures=True)


def _failed(job: Job, reason: Reason, sentence: Sentence) -> Failed:
    return Failed(job=job.id, reason=reason, sentence=sentence)


def _weight(order: Order) -> int:
    return sum(map(len, order.pictures)) + len(order.prompt or b"")


def _without_blobs(order: Order) -> Order:
    return replace(order, pictures=(), prompt=None)


def _size(kept: tuple[Done, ResultFiles, float]) -> int:
    return kept[1].size

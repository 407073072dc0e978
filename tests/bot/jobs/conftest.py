"""Both kinds of queue, each with somebody who does the jobs."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from redis import Redis

from bot.jobs.counted import CountedJobs
from bot.jobs.interface import Jobs, Order
from bot.jobs.local import LocalJobs, Tell
from bot.jobs.redis_server import RedisServer
from bot.jobs.remote import RedisJobs
from bot.metrics import FrontMetrics
from mididraw.errors import PictureError, Sentence
from mididraw.options import DrawOptions
from worker.contract import Done, Job, Likeness, Progress, Reason, ReplyTo, ResultFiles
from worker.queue.connection import connect
from worker.queue.consumer import ClaimedJob
from worker.queue.policy import RetryPolicy
from worker.run import Worker
from worker.runner import Failure, Finished, JobRunner, RunnerEvent, Update
from worker.serve import make_worker

PATIENCE = 120.0
"""Seconds after which a test has failed."""
REFUSED = b"refuse me"
BLANK = Sentence("picture-blank", "Nothing is drawn on the picture.")


@dataclass
class Gate:
    """Holds every job until it is opened."""

    opened: threading.Event = field(default_factory=threading.Event)
    begun: list[str] = field(default_factory=list)


def order(request: str, user: str = "ada", picture: bytes = b"picture", **more: Any) -> Order:
    fields: dict[str, Any] = {
        "options": DrawOptions(seed=1, bars=2),
        "reply": ReplyTo(front="web", address=f"page of {user}"),
        **more,
    }
    return Order(request=request, pictures=(picture,), user=user, **fields)


def done(job: Job) -> Done:
    return Done(
        job=job.id,
        music=job.music,
        options=job.options,
        bars=2,
        match=Likeness(coverage=1, precision=1, f1=1),
        seconds={"engine": 0.5},
    )


def perform_at(gate: Gate) -> Callable[..., tuple[Done, ResultFiles]]:
    def perform(
        job: Job, pictures: tuple[bytes, ...], prompt: bytes | None, tell: Tell
    ) -> tuple[Done, ResultFiles]:
        gate.begun.append(job.user)
        tell(Progress(job=job.id, bar=1, bars=2))
        if pictures[0] == REFUSED:
            raise PictureError(BLANK)
        while not gate.opened.wait(0.01):
            tell(Progress(job=job.id, bar=1, bars=2))
        tell(Progress(job=job.id, bar=2, bars=2))
        return done(job), ResultFiles(pictures[0], b"mp3", prompt or b"png")

    return perform


class GateRunner:
    """The same for a worker."""

    max_wait = 0.01

    def __init__(self, gate: Gate, capacity: int = 1) -> None:
        self._gate, self.capacity = gate, capacity
        self._works: list[ClaimedJob] = []
        self._fresh: list[ClaimedJob] = []

    def start(self, work: ClaimedJob) -> None:
        self._gate.begun.append(work.job.user)
        self._works.append(work)
        self._fresh.append(work)

    def abort(self, job: str) -> None:
        self._works = [work for work in self._works if work.job.id != job]

    def step(self) -> list[RunnerEvent]:
        news: list[RunnerEvent] = [
            Update(Progress(job=work.job.id, bar=1, bars=2)) for work in self._fresh
        ]
        self._fresh = []
        for work in list(self._works):
            name = work.job.id
            if work.pictures[0] == REFUSED:
                news.append(Failure(name, Reason.REFUSED, BLANK))
            elif self._gate.opened.is_set():
                news.append(Update(Progress(job=name, bar=2, bars=2)))
                files = ResultFiles(work.pictures[0], b"mp3", work.prompt or b"png")
                news.append(Finished(done(work.job), files))
            else:
                continue
            self._works.remove(work)
        return news

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    with redis_server.client() as client:
        client.flushall()
    return redis_server.url


Open = Callable[..., AbstractAsyncContextManager[Jobs]]


@pytest.fixture(params=["local", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def open_jobs(kind: str, gate: Gate, request: pytest.FixtureRequest) -> Open:
    """Opens a queue whose jobs wait at the gate; give it limits and a clock as you like."""

    @asynccontextmanager
    async def local(**more: Any) -> AsyncIterator[Jobs]:
        jobs = LocalJobs(perform_at(gate), **more)
        try:
            # Whoever counts hands everything on.
            yield CountedJobs(jobs, "web", FrontMetrics())
        finally:
            gate.opened.set()
            await jobs.close()

    @asynccontextmanager
    async def remote(**more: Any) -> AsyncIterator[Jobs]:
        url = request.getfixturevalue("redis_url")
        with connect(url) as connection, running_worker(connection, GateRunner(gate)):
            jobs = RedisJobs(url, "web", **more)
            try:
                yield jobs
            finally:
                gate.opened.set()
                await jobs.close()

    return local if kind == "local" else remote


@contextmanager
def running_worker(
    connection: Redis, runner: JobRunner, policy: RetryPolicy | None = None
) -> Iterator[Worker]:
    """A worker in a thread."""
    worker = make_worker(connection, "w1", runner, policy)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await holds():
            await asyncio.sleep(0.005)

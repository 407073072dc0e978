"""How fast the queue is, and what the shared batch gains: real redis-server, real workers."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.table import Table

from bot.jobs.interface import Order
from bot.jobs.limits import Limits
from bot.jobs.redis_server import RedisServer
from bot.jobs.remote import RedisJobs
from mididraw.errors import OptionError
from mididraw.options import DrawOptions, Engine
from worker.contract import Done, ReplyTo
from worker.queue import keys

_FREE = Limits(user=10_000, chat=10_000, rate=10_000, total=10_000)
_IDLE, _TINY, _DRAWS = 200, 1000, 32
_AT_ONCE = 16
_BARS = 8
_PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class QueueReport:
    """All that a run measured.

    Attributes:
        overhead_ms: from the order to the start by an idle worker: median, and 99 of 100.
        jobs_per_second: tiny jobs from order to acknowledged answer.
        together, alone: seconds for the simultaneous drawings, and for the same one by one.
        single_place: how many of a user's 30 jobs were answered before another's single one.
    """

    overhead_ms: tuple[float, float]
    jobs_per_second: float
    together: float
    alone: float
    single_place: int

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return asdict(self)

    def tables(self) -> Iterator[Table]:
        """All figures as tables, for people."""
        table = Table("the queue", "figure")
        table.add_row("order to start, idle, median", f"{self.overhead_ms[0]:.1f} ms")
        table.add_row("order to start, idle, p99", f"{self.overhead_ms[1]:.1f} ms")
        table.add_row(f"{_TINY} tiny jobs", f"{self.jobs_per_second:.0f} jobs/s")
        table.add_row(f"{_DRAWS} drawings of {_BARS} bars together", f"{self.together:.1f} s")
        table.add_row("the same one after another", f"{self.alone:.1f} s")
        table.add_row("gain", f"{self.alone / self.together:.2f} ×")
        table.add_row("answered before a single job behind 30", str(self.single_place))
        yield table


def run_queue_bench() -> QueueReport:
    """Measure everything in one run.

    Raises:
        OptionError: there is no redis-server, or a worker does not start.
    """
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            return asyncio.run(_measure(server))
        finally:
            server.stop()


async def _measure(server: RedisServer) -> QueueReport:
    async with _jobs(server) as jobs:
        with _worker(server, "worker.echo", "0", "32"):
            await _awaited(server)
            overhead = await _overhead(jobs, server)
            rate = await _rate(jobs)
        with _worker(server, "worker.echo", "0.5", "8"):
            await _awaited(server)
            place = await _place_of_single(jobs)
        together = await _time_drawings(jobs, server, 1000, _DRAWS)
        alone = await _time_drawings(jobs, server, 2000, 1)
    return QueueReport(overhead, rate, together, alone, place)


def _order(request: str, user: str, seed: int, picture: bytes = b"x", **more: Any) -> Order:
    options = DrawOptions.of(seed=seed, **more)
    return Order(request, (picture,), options, ReplyTo(front="bench", address=""), user)


async def _overhead(jobs: RedisJobs, server: RedisServer) -> tuple[float, float]:
    spent = []
    for number in range(_IDLE):
        start = time.time()
        receipt = await jobs.submit(_order(f"idle {number}", f"u{number}", number))
        await _acknowledge(jobs, 1)
        with server.client() as client:
            began: Any = client.hget(keys.job(receipt.job), "started")
        spent.append(1000 * (float(began) - start))
    return median(spent), quantiles(spent, n=100)[98]


async def _rate(jobs: RedisJobs) -> float:
    numbers = iter(range(_TINY))

    async def submit() -> None:
        for number in numbers:
            await jobs.submit(_order(f"tiny {number}", f"u{number}", 10_000 + number))

    start = time.perf_counter()
    await asyncio.gather(_acknowledge(jobs, _TINY), *(submit() for _ in range(_AT_ONCE)))
    return _TINY / (time.perf_counter() - start)


async def _place_of_single(jobs: RedisJobs) -> int:
    for number in range(30):
        await jobs.submit(_order(f"many {number}", "greedy", 20_000 + number))
    await jobs.submit(_order("single", "modest", 30_000))
    before = 0
    answered = 0
    async for delivery in jobs.deliveries():
        await jobs.posted(delivery)
        answered += 1
        if delivery.job.user == "modest":
            before = answered - 1
        if answered == 31:
            break
    return before


async def _time_drawings(
    jobs: RedisJobs, server: RedisServer, first: int, at_once: int, draws: int = _DRAWS
) -> float:
    """Seconds for as many drawings, so many ordered at a time, by a worker a core, or by one."""
    cores = len(os.sched_getaffinity(0))
    alone = at_once == 1
    environment = {} if alone else {"MIDIDRAW_WORKER_THREADS": "1"}
    many = 1 if alone or os.path.exists("/dev/nvidia0") else cores  # noqa: PTH110
    with ExitStack() as workers:
        for _ in range(many):
            workers.enter_context(_worker(server, "mididraw", "worker", **environment))
        await _awaited(server, many)
        await _draw(jobs, [first - 1], 1)
        return await _draw(jobs, list(range(first, first + draws)), at_once)


async def _draw(jobs: RedisJobs, seeds: list[int], at_once: int) -> float:
    pictures = [
        (resources.files("mididraw") / "examples" / f"{name}.png").read_bytes()
        for name in ("cat", "fish", "whale")
    ]
    start = time.perf_counter()
    for first in range(0, len(seeds), at_once):
        some = seeds[first : first + at_once]
        for seed in some:
            picture = pictures[seed % len(pictures)]
            order = _order(
                f"draw {seed}", f"u{seed}", seed, picture, engine=Engine.GUIDED, bars=_BARS
            )
            await jobs.submit(order)
        await _acknowledge(jobs, len(some))
    return time.perf_counter() - start


async def _acknowledge(jobs: RedisJobs, count: int) -> None:
    """Take as many answers and say that they are posted, several at a time."""
    posting: set[asyncio.Task[None]] = set()
    async with asyncio.timeout(_PATIENCE):
        async for delivery in jobs.deliveries():
            if not isinstance(delivery.answer, Done):
                raise OptionError(
                    "bench-job-failed",
                    "A job of the bench failed: {answer}.",
                    answer=delivery.answer,
                )
            posting.add(asyncio.create_task(jobs.posted(delivery)))
            count -= 1
            if not count:
                break
        await asyncio.gather(*posting)


@asynccontextmanager
async def _jobs(server: RedisServer) -> AsyncIterator[RedisJobs]:
    jobs = RedisJobs(server.url, "bench", limits=_FREE)
    try:
        yield jobs
    finally:
        await jobs.close()


@contextmanager
def _worker(server: RedisServer, module: str, *arguments: str, **more: str) -> Iterator[None]:
    environment = {**os.environ, "REDIS_URL": server.url, **more}
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)
        with server.client() as client:
            client.delete(keys.WORKERS)


async def _awaited(server: RedisServer, many: int = 1) -> None:
    """Wait until so many workers are there."""
    with server.client() as client:
        async with asyncio.timeout(_PATIENCE):
            while int(str(client.hlen(keys.WORKERS))) < many:
                await asyncio.sleep(0.02)

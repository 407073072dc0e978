"""Everything dies at random, and every job is answered once.

``python -m tests.chaos.run 500`` is the full form, which ``make chaos`` runs.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.jobs.interface import Order
from bot.jobs.limits import Limits
from bot.jobs.redis_server import RedisServer
from bot.jobs.remote import RedisJobs
from mididraw.options import DrawOptions
from tests.conftest import ROOT
from worker.contract import ReplyTo
from worker.queue import keys
from worker.queue.connection import AwayError

FRONT = "chaos"
POSTS = "posts"
WORKERS, FRONTS, RESTARTS = 3, 2, 3
ROUND = 8
"""Jobs of a round, in which one process is killed."""
_FREE = Limits(user=10_000, chat=10_000, rate=10_000, total=10_000)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    Attributes:
        jobs: accepted jobs.
        posts: how often each was posted, by job.
        kills: processes killed, Redis apart.
        seconds: from the first order to the last answer.
        left: keys that are left although nothing is in hand, and those that never die.
    """

    jobs: int
    posts: dict[str, int]
    kills: int
    seconds: float
    left: dict[str, Any]


class _Cast:
    """The processes, each of which is started again when it was killed."""

    def __init__(self, url: str, chat_url: str) -> None:
        self._log = Path(tempfile.gettempdir()) / f"mididraw-chaos-{os.getpid()}.log"
        python = [sys.executable, "-m"]
        self._commands = [[*python, "worker.echo", "0.3", "4"] for _ in range(WORKERS)] + [
            [*python, "tests.chaos.front", url, chat_url, f"front-{number}"]
            for number in range(FRONTS)
        ]
        self._environment = {
            **os.environ,
            "REDIS_URL": url,
            "MIDIDRAW_WORKER_ATTEMPTS": "20",
            "MIDIDRAW_WORKER_ALIVE_SECONDS": "3",
        }
        self._processes = [self._start(command) for command in self._commands]
        self.kills = 0

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(command, env=self._environment, cwd=ROOT, stderr=log)

    def kill_one(self, chance: random.Random) -> None:
        which = chance.randrange(len(self._processes))
        self._processes[which].kill()
        self._processes[which].wait()
        self._processes[which] = self._start(self._commands[which])
        self.kills += 1

    def close(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(240)
            except subprocess.TimeoutExpired:
                process.kill()


async def _submit(jobs: RedisJobs, numbers: range, chance: random.Random) -> set[str]:
    """Orders with a client that gives up too early now and then, and asks again."""
    accepted = set()
    for number in numbers:
        order = Order(
            f"request {number}",
            (b"picture %d" % number,),
            DrawOptions(seed=number),
            ReplyTo(front=FRONT, address=""),
            f"user {number % 40}",
        )
        while True:
            try:
                patience = chance.choice([0.002, 0.01, 5.0])
                receipt = await asyncio.wait_for(jobs.submit(order), patience)
            except (TimeoutError, AwayError):
                continue
            accepted.add(receipt.job)
            break
        await asyncio.sleep(chance.uniform(0, 0.04))
    return accepted


async def _play(server: RedisServer, chat: RedisServer, count: int, seed: int) -> Outcome:
    chance = random.Random(seed)
    cast = _Cast(server.url, chat.url)
    jobs = RedisJobs(server.url, FRONT, limits=_FREE)
    start = time.monotonic()
    deadline = start + 120 + count / 2
    accepted: set[str] = set()
    rounds = [range(first, min(first + ROUND, count)) for first in range(0, count, ROUND)]
    restarts = {len(rounds) * (one + 1) // (RESTARTS + 1): one for one in range(RESTARTS)}
    try:
        for number, orders in enumerate(rounds):
            submitting = asyncio.create_task(_submit(jobs, orders, chance))
            await asyncio.sleep(chance.uniform(0.1, 1))
            cast.kill_one(chance)
            if number in restarts:
                server.kill() if restarts[number] % 2 else server.stop()
                await asyncio.sleep(chance.uniform(0.2, 1.5))
                server.start()
            accepted |= await submitting
        with chat.client() as posts:
            while posts.hlen(POSTS) < count:
                assert time.monotonic() < deadline, f"{posts.hlen(POSTS)} of {count} answers"
                await asyncio.sleep(0.1)
            seconds = time.monotonic() - start
            left = await _left(server, deadline)
            counted: Any = posts.hgetall(POSTS)
            found = {job.decode(): int(times) for job, times in counted.items()}
        assert found.keys() == accepted
        return Outcome(len(accepted), found, cast.kills, seconds, left)
    finally:
        await jobs.close()
        cast.close()


async def _left(server: RedisServer, deadline: float) -> dict[str, Any]:
    """What remains once all is quiet."""
    with server.client() as client:
        while True:
            outbox = keys.outbox(FRONT)
            lines = [f"rq:queue:{keys.queue(level)}" for level in keys.LEVELS]
            left: dict[str, Any] = {
                "open": client.zcard(keys.OPEN),
                "cancelled": client.zcard(keys.CANCELLED),
                "outbox": client.xlen(outbox),
                "pending": client.xpending(outbox, "front")["pending"],
                "lines": sum(client.llen(line) for line in lines),
                "aside": sum(client.llen(f"{line}:intermediate") for line in lines),
                "running": sum(client.zcard(key) for key in client.scan_iter("rq:wip:*")),
                "tickets": len(client.keys("rq:job:*")),
                "in hand": len(client.keys("mididraw:hand:*")),
            }
            left = {name: many for name, many in left.items() if many}
            if not left or time.monotonic() > deadline:
                immortal = [key for key in client.scan_iter() if client.ttl(key) == -1]
                return left | {"immortal": sorted(set(immortal) - {b"rq:queues"})}
            await asyncio.sleep(0.2)


def play(count: int, seed: int) -> Outcome:
    """Run ``count`` jobs while everything dies at random."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as chat_folder:
        server, chat = RedisServer(Path(folder)), RedisServer(Path(chat_folder))
        chat.start()
        server.start()
        try:
            return asyncio.run(_play(server, chat, count, seed))
        finally:
            server.stop()
            chat.stop()


if __name__ == "__main__":
    found = play(int(sys.argv[1]), int(time.time()))
    twice = sum(times != 1 for times in found.posts.values())
    print(  # noqa: T201
        f"{found.jobs} jobs, {len(found.posts)} answers, {twice} not exactly once, "
        f"{found.kills} processes killed, Redis restarted {RESTARTS} times, "
        f"{found.seconds:.0f} s, left: {found.left}"
    )
    sys.exit(bool(twice))

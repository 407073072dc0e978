"""How light and quick the Discord bot is: the real process against the tests' stand-in."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.table import Table

from bot.benches import echo_worker, most_memory, reach_tests, sample
from bot.discord.target import DiscordTarget
from bot.jobs.redis_server import RedisServer
from mididraw.errors import OptionError
from worker.contract import parse_job
from worker.queue import keys

_DRAWINGS = 40
_TOGETHER = 50
_FIRST = 1000


@dataclass(frozen=True, slots=True)
class DiscordReport:
    """All that a run measured.

    Attributes:
        memory: of the bot's process at its most, in bytes.
        posted_ms: from the worker's answer to the posted message: median, and 95 of 100.
        acknowledged_s: the slowest acknowledgement of fifty interactions at once.
    """

    memory: int
    posted_ms: tuple[float, float]
    acknowledged_s: float

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return asdict(self)

    def tables(self) -> Iterator[Table]:
        """All figures as tables, for people."""
        table = Table("the Discord bot", "figure")
        table.add_row("memory at its most", f"{self.memory / 1e6:.0f} MB")
        table.add_row("answer to posted message, median", f"{self.posted_ms[0]:.0f} ms")
        table.add_row("answer to posted message, p95", f"{self.posted_ms[1]:.0f} ms")
        table.add_row("slowest acknowledgement of 50 at once", f"{self.acknowledged_s:.2f} s")
        yield table


def run_discord_bench() -> DiscordReport:
    """Measure everything in one run.

    Raises:
        OptionError: there is no redis-server, or no checkout with the stand-in.
    """
    reach_tests()
    try:
        from tests.standins import discord as standin
    except ModuleNotFoundError as error:
        raise OptionError(
            "bench-needs-tests", "This bench needs the tests: run it in a checkout."
        ) from error
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            return asyncio.run(_measure(server, standin))
        finally:
            server.stop()


async def _measure(server: RedisServer, standin: Any) -> DiscordReport:
    drawing = (resources.files("mididraw") / "examples" / "cat.png").read_bytes()
    files = await asyncio.to_thread(sample, drawing)
    async with standin.DiscordStandIn().serve() as discord:
        environment = {
            **os.environ,
            "REDIS_URL": server.url,
            "DISCORD_TOKEN": standin.TOKEN,
            "MIDIDRAW_DISCORD_API_URL": discord.api,
            "MIDIDRAW_JOBS_CHAT": "1000",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "mididraw", "discord"],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        try:
            await discord.until(lambda: discord.identified, 60)
            with echo_worker(server, files):
                for number in range(_DRAWINGS):
                    token = await discord.command("draw", by=_FIRST + number, image=drawing)
                    await discord.until(lambda one=token: discord.answers(one), 60)
            delays = _delays(server, discord)
            # Nobody works now, and all of these wait.
            acknowledged = await _at_once(discord, drawing)
            memory = most_memory(process.pid)
        finally:
            process.terminate()
            process.wait(40)
    return DiscordReport(memory, delays, acknowledged)


async def _at_once(discord: Any, drawing: bytes) -> float:
    asked: dict[str, float] = {}
    for number in range(_TOGETHER):
        token = await discord.command("draw", by=2 * _FIRST + number, image=drawing, seed=number)
        asked[token] = discord.now()
    await discord.until(lambda: all(discord.done("POST", token) for token in asked), 60)
    return max(float(discord.done("POST", token)[0].at) - at for token, at in asked.items())


def _delays(server: RedisServer, discord: Any) -> tuple[float, float]:
    delays = []
    with server.client() as client:
        for key in client.scan_iter(f"{keys.job('')}*"):
            ended, job = client.hmget(key, ["ended", "job"])
            address = DiscordTarget.of(parse_job(job).reply)
            if address is not None:
                (answer,) = discord.answers(address.token)
                delays.append(1000 * (answer.at - float(ended)))
    return median(delays), quantiles(delays, n=20)[18]

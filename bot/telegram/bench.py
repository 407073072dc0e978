"""How light and quick the Telegram bot is: the real process against the tests' stand-in."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.table import Table

from bot.benches import echo_worker, most_memory, reach_tests, sample
from bot.jobs.redis_server import RedisServer
from bot.telegram.budget import Rates
from bot.telegram.status import MESSAGES
from bot.telegram.target import TelegramTarget
from mididraw.errors import OptionError
from worker.contract import parse_job
from worker.queue import keys

_DRAWINGS = 40
_CHAT = 1000
_GROUPS, _ORDERS = 20, 10
_FIRST_GROUP = -1001
_PATIENCE = 240.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """Many groups that ask for many drawings at once, at Telegram's true limits.

    Attributes:
        orders: how many drawings.
        lost: answers that were not whole in the end.
        refused: messages that Telegram refused for coming too fast; they went out later.
        late_s: how much later an answer was whole than the limits allow: median, and 95 of 100.
    """

    orders: int
    lost: int
    refused: int
    late_s: tuple[float, float]


@dataclass(frozen=True, slots=True)
class TelegramReport:
    """All that a run measured.

    Attributes:
        memory: of the bot's process at its most, in bytes.
        posted_ms: from the worker's answer to the posted picture: median, and 95 of 100.
        crowd: how 20 groups fare in which 10 drawings are asked for at once.
    """

    memory: int
    posted_ms: tuple[float, float]
    crowd: "Crowd"

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return asdict(self)

    def tables(self) -> Iterator[Table]:
        """All figures as tables, for people."""
        table = Table("the Telegram bot", "figure")
        table.add_row("memory at its most", f"{self.memory / 1e6:.0f} MB")
        table.add_row("answer to posted picture, median", f"{self.posted_ms[0]:.0f} ms")
        table.add_row("answer to posted picture, p95", f"{self.posted_ms[1]:.0f} ms")
        late = "a crowd's answers later than Telegram's limits make them"
        table.add_row(f"{late}, median", f"{self.crowd.late_s[0]:.1f} s")
        table.add_row(f"{late}, p95", f"{self.crowd.late_s[1]:.1f} s")
        table.add_row("of them lost", str(self.crowd.lost))
        table.add_row("of their messages refused at first", str(self.crowd.refused))
        yield table


def run_telegram_bench() -> TelegramReport:
    """Measure everything in one run.

    Raises:
        OptionError: there is no redis-server, or no checkout with the stand-in.
    """
    reach_tests()
    try:
        from tests.standins import telegram as standin
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


async def _measure(server: RedisServer, standin: Any) -> TelegramReport:
    drawing = (resources.files("mididraw") / "examples" / "cat.png").read_bytes()
    async with standin.TelegramStandIn().serve() as telegram:
        with echo_worker(server, await asyncio.to_thread(sample, drawing)):
            environment = {
                **os.environ,
                "REDIS_URL": server.url,
                "TELEGRAM_TOKEN": standin.TOKEN,
                "TELEGRAM_API_URL": telegram.url,
            }
            process = subprocess.Popen(
                [sys.executable, "-m", "mididraw", "telegram"],
                env=environment,
                stderr=subprocess.DEVNULL,
            )
            try:
                for number in range(_DRAWINGS):
                    chat = _CHAT + number
                    await telegram.message(chat, user=chat, **telegram.photo(drawing))
                    await telegram.until(lambda count=number: _posted(telegram) > count, 60)
                delays = _delays(server, telegram)
                telegram.calls.clear()
                crowd = await _crowd(server, telegram, drawing)
                memory = most_memory(process.pid)
            finally:
                process.terminate()
                process.wait(40)
    return TelegramReport(memory, delays, crowd)


async def _crowd(server: RedisServer, telegram: Any, drawing: bytes) -> Crowd:
    orders = _GROUPS * _ORDERS
    for number in range(orders):
        group = _FIRST_GROUP - number % _GROUPS
        await telegram.message(group, user=number + 1, caption="/draw", **telegram.photo(drawing))
    with suppress(AssertionError):  # what is missing then is lost
        await telegram.until(lambda: _posted(telegram) >= orders, _PATIENCE)
    ended, late = _ended(server), []
    for group, best in least(ended).items():
        done = [call.at for call in telegram.done("sendDocument", group)]
        late += [at - least_at for at, least_at in zip(sorted(done), best, strict=False)]
    refused = sum(not call.ok for call in telegram.calls)
    return Crowd(
        orders, orders - _posted(telegram), refused, (median(late), quantiles(late, n=20)[18])
    )


def least(ended: dict[int, list[float]]) -> dict[int, list[float]]:
    """When answers that are ready at these times can be whole at the earliest, by group."""
    rates = Rates()
    waiting = {group: sorted(times) for group, times in ended.items()}
    sent: dict[int, list[float]] = {group: [] for group in ended}
    whole: dict[int, list[float]] = {group: [] for group in ended}
    everywhere: list[float] = []

    def earliest(group: int) -> float:
        so_far, ready = sent[group], waiting[group][len(whole[group])]
        window = rates.group
        over = so_far[-window.count] + window.seconds if len(so_far) >= window.count else 0.0
        return max(ready, over)

    while open_groups := [group for group in ended if len(whole[group]) < len(waiting[group])]:
        group = min(open_groups, key=earliest)
        at = earliest(group)
        if len(everywhere) >= rates.all.count:
            at = max(at, everywhere[-rates.all.count] + rates.all.seconds)
        everywhere.append(at)
        sent[group].append(at)
        if len(sent[group]) % MESSAGES == 0:
            whole[group].append(at)
    return whole


def _posted(telegram: Any) -> int:
    return len(telegram.done("sendDocument"))


def _ended(server: RedisServer) -> dict[int, list[float]]:
    """When the jobs of each group were done."""
    found: dict[int, list[float]] = {}
    with server.client() as client:
        for key in client.scan_iter(f"{keys.job('')}*"):
            ended, job = client.hmget(key, ["ended", "job"])
            target = TelegramTarget.of(parse_job(job).reply)
            if target is not None and not target.private:
                found.setdefault(target.chat, []).append(float(ended))
    return found


def _delays(server: RedisServer, telegram: Any) -> tuple[float, float]:
    posted = {call.fields["chat_id"]: call.at for call in telegram.done("sendPhoto")}
    delays = []
    with server.client() as client:
        for key in client.scan_iter(f"{keys.job('')}*"):
            ended, job = client.hmget(key, ["ended", "job"])
            target = TelegramTarget.of(parse_job(job).reply)
            if target is not None:
                delays.append(1000 * (posted[target.chat] - float(ended)))
    return median(delays), quantiles(delays, n=20)[18]

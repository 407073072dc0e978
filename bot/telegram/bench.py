"""How light and quick the Telegram bot is: the real process against the tests' stand-in."""

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

from bot.jobs.redis_server import RedisServer
from bot.rehearsal import echoing, most_memory, sample
from bot.telegram.address import Address
from mididraw.errors import OptionError
from worker.contract import keys, parse_job

_DRAWINGS = 40
_CHAT = 1000


@dataclass(frozen=True, slots=True)
class TelegramReport:
    """All that a run measured.

    Attributes:
        memory: of the bot's process at its most, in bytes.
        posted_ms: from the worker's answer to the posted picture: median, and 95 of 100.
    """

    memory: int
    posted_ms: tuple[float, float]

    def as_json(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return asdict(self)

    def tables(self) -> Iterator[Table]:
        """Everything, for people."""
        table = Table("the Telegram bot", "figure")
        table.add_row("memory at its most", f"{self.memory / 1e6:.0f} MB")
        table.add_row("answer to posted picture, median", f"{self.posted_ms[0]:.0f} ms")
        table.add_row("answer to posted picture, p95", f"{self.posted_ms[1]:.0f} ms")
        yield table


def run_telegram_bench() -> TelegramReport:
    """Measure everything in one run.

    Raises:
        OptionError: there is no redis-server, or no checkout with the stand-in.
    """
    try:
        from tests.standins import telegram as standin
    except ModuleNotFoundError as error:
        raise OptionError("This bench needs the tests: run it in a checkout.") from error
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            return asyncio.run(_measure(server, standin))
        finally:
            server.stop()


async def _measure(server: RedisServer, standin: Any) -> TelegramReport:
    drawing = (resources.files("mididraw") / "examples" / "cat.png").read_bytes()
    async with standin.StandIn().serve() as telegram:
        with echoing(server, await asyncio.to_thread(sample, drawing)):
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
                memory = most_memory(process.pid)
            finally:
                process.terminate()
                process.wait(40)
    return TelegramReport(memory, _delays(server, telegram))


def _posted(telegram: Any) -> int:
    return len(telegram.done("sendDocument"))


def _delays(server: RedisServer, telegram: Any) -> tuple[float, float]:
    posted = {call.fields["chat_id"]: call.at for call in telegram.done("sendPhoto")}
    delays = []
    with server.client() as client:
        for key in client.scan_iter(f"{keys.job('')}*"):
            ended, job = client.hmget(key, ["ended", "job"])
            address = Address.of(parse_job(job).reply)
            if address is not None:
                delays.append(1000 * (posted[address.chat] - float(ended)))
    return median(delays), quantiles(delays, n=20)[18]

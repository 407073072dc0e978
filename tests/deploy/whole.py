"""The whole system, started from the compose file, while its parts are killed one after another.

``python -m tests.deploy.whole 200`` plays it in full.
"""

import asyncio
import base64
import contextlib
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import redis

from bot.jobs.redis_server import RedisServer
from tests.conftest import EXAMPLES
from tests.deploy.composed import System, prepared
from tests.standins import discord as on_discord
from tests.standins import telegram as on_telegram
from tests.standins.discord_payloads import TOKEN as DISCORD_TOKEN
from worker.queue import keys

CAT = (EXAMPLES / "cat.png").read_bytes()
_PATIENCE = 240.0
_FREE = {
    "MIDIDRAW_JOBS_USER": "100",
    "MIDIDRAW_JOBS_CHAT": "1000",
    "MIDIDRAW_JOBS_RATE": "1000",
    "MIDIDRAW_WEB_PROXIES": "127.0.0.1",
    "MIDIDRAW_WORKER_SLOTS": "8",
    "MIDIDRAW_WORKER_THREADS": "1",
    "MIDIDRAW_WORKER_PROCESSES": "1",
    "MIDIDRAW_WORKER_ALIVE_SECONDS": "2",
}


@dataclass
class WholeReport:
    """What was seen.

    Attributes:
        answers: how often each asker was answered, by front-end and asker.
        denied: what the ACL file forbade, as Redis' log has it.
        left: keys of jobs that are open after all, and answers in outboxes.
        logs: what the parts wrote to standard error.
    """

    answers: Counter[str] = field(default_factory=Counter)
    denied: list[Any] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    logs: str = ""


async def play(folder: Path, jobs: int) -> WholeReport:
    """Ask for so many drawings, a third at each front-end, and kill each part in turn meanwhile."""
    report = WholeReport()
    async with contextlib.AsyncExitStack() as stack:
        log = stack.enter_context((folder / "parts.log").open("w+"))
        telegram = await stack.enter_async_context(on_telegram.TelegramStandIn().serve())
        discord = await stack.enter_async_context(on_discord.DiscordStandIn().serve())
        variables = {
            **_FREE,
            "TELEGRAM_TOKEN": on_telegram.TOKEN,
            "TELEGRAM_API_URL": telegram.url,
            "DISCORD_TOKEN": DISCORD_TOKEN,
            "MIDIDRAW_DISCORD_API_URL": discord.api,
        }
        with prepared(folder, **variables) as system:
            system.web_port = RedisServer(folder).port
            parts = {
                name: system.start(name.split("-")[0], stderr=log)
                for name in ("discord", "telegram", "web", "worker-1", "worker-2")
            }

            def again(name: str) -> None:
                parts[name].kill()
                parts[name].wait()
                parts[name] = system.start(name.split("-")[0], stderr=log)

            def redis_again() -> None:
                system.stop_redis()
                system.start_redis()

            tokens: dict[int, str] = {}
            pages: list[asyncio.Task[str]] = []

            def answered() -> int:
                there = sum(bool(discord.answers(token)) for token in tokens.values())
                there += sum(page.done() for page in pages)
                return there + len({call.fields["chat_id"] for call in telegram.done(_LAST)})

            deaths: list[Callable[[], None]] = [
                lambda: again("worker-1"),
                lambda: again("telegram"),
                redis_again,
                lambda: again("web"),
                lambda: again("worker-2"),
                lambda: again("discord"),
            ]
            await discord.until(lambda: discord.identified, _PATIENCE)
            share = max(2, jobs // (len(deaths) + 1))
            asked = 0
            while asked < jobs:
                for number in range(asked, min(asked + share, jobs)):
                    if number % 3 == 2:
                        pages.append(asyncio.create_task(_at_the_page(system.web_port, number)))
                    elif number % 3:
                        await telegram.message(
                            1000 + number,
                            user=1000 + number,
                            caption=f"engine chords, 1 bar, seed {number}",
                            **telegram.photo(CAT),
                        )
                    else:
                        tokens[number] = await discord.command(
                            "draw", image=CAT, engine="chords", bars=1, seed=number, by=number + 1
                        )
                asked = min(asked + share, jobs)
                # An interaction is Discord's until it was accepted; Telegram keeps its updates.
                await _until(lambda: _accepted(system) >= len(tokens))
                if deaths:
                    death = deaths.pop(0)
                    await asyncio.to_thread(death)
                    if not deaths:
                        await discord.until(lambda: discord.identified > 1, _PATIENCE)
            await _until(lambda: answered() == jobs)
            # A part that died behind an answer looks for it once more before it lets go of it.
            with contextlib.suppress(TimeoutError):
                await _until(lambda: not any(_left(system).values()))
            report.answers.update(await asyncio.gather(*pages))
            for process in parts.values():
                process.terminate()
            for name, process in parts.items():
                assert process.wait(240) == 0, f"{name} ended with {process.returncode}"
            for number, token in tokens.items():
                said = {call.path for call in discord.answers(token)}
                report.answers[f"discord {number}"] = len(said)
            for call in telegram.done(_LAST):
                report.answers[f"telegram {call.fields['chat_id']}"] += 1
            with system.client("admin") as client:
                report.denied = client.acl_log()
            report.left = _left(system)
        log.seek(0)
        report.logs = log.read()
    return report


_LAST = "sendDocument"


async def _at_the_page(port: int, number: int) -> str:
    """Draw as the page does: again with the same key while nobody answers, then wait for the end.

    Returns:
        a name for the count of answers.
    """
    body = {
        "pictures": [base64.b64encode(CAT).decode()],
        "options": {"engine": "chords", "bars": 1, "seed": number},
    }
    jar = aiohttp.CookieJar(unsafe=True)
    # A client of its own address each, as the proxy before the page tells it.
    headers = {
        "Idempotency-Key": str(number),
        "X-Forwarded-For": f"10.0.{number // 250}.{number % 250}",
    }
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", cookie_jar=jar) as session:
        draw = ""
        while True:
            try:
                if not draw:
                    async with session.post("/draws", json=body, headers=headers) as answer:
                        draw = (await answer.json())["id"] if answer.status == 202 else ""
                else:
                    async with session.get(f"/draws/{draw}/files/mid") as answer:
                        if answer.status == 200 and (await answer.read()).startswith(b"MThd"):
                            return f"web {number}"
            except (aiohttp.ClientError, KeyError):
                pass
            await asyncio.sleep(0.2)


def _accepted(system: System) -> int:
    """Discord's jobs that Redis knows."""
    with system.client("admin") as client:
        names: list[bytes] = list(client.scan_iter(match=keys.of_user("discord", "*"), count=1000))
        return len(names)


def _left(system: System) -> dict[str, int]:
    """Jobs that are open, and answers in outboxes."""
    with system.client("admin") as client:
        outboxes = sum(client.xlen(keys.outbox(one)) for one in ("discord", "telegram"))
        return {"open": client.zcard(keys.OPEN), "outboxes": outboxes}


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not await asyncio.to_thread(_try, holds):
            await asyncio.sleep(0.1)


def _try(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except redis.ConnectionError:
        return False


def main() -> None:
    """Play it in full."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(play(Path(folder), jobs))
    often = Counter(report.answers.values())
    print(f"{jobs} asked for, answered so often: {dict(often)}")  # noqa: T201
    print(f"left: {report.left}; denied: {report.denied}")  # noqa: T201
    sys.exit(often != {1: jobs} or bool(report.denied) or any(report.left.values()))


if __name__ == "__main__":
    main()

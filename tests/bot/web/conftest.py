"""The page's application over real sockets, with jobs in the process or in Redis."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp

from bot.settings import WebSettings
from bot.web.start import listen, run
from tests.conftest import EXAMPLES, ROOT

CAT = (EXAMPLES / "cat.png").read_bytes()
QUICK = {"engine": "chords", "bars": 1, "seed": 1}


@asynccontextmanager
async def serving(**variables: str) -> AsyncIterator[aiohttp.ClientSession]:
    """The page within this process; what is asked of the session goes there."""
    settings = WebSettings.from_environment(variables)
    with listen("127.0.0.1", 0, public=False) as bound:
        task = asyncio.create_task(run(settings, bound))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        try:
            # A jar that keeps cookies of bare addresses, too.
            jar = aiohttp.CookieJar(unsafe=True)
            patience = aiohttp.ClientTimeout(total=30)
            async with aiohttp.ClientSession(url, cookie_jar=jar, timeout=patience) as session:
                yield session
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@contextmanager
def started(*options: str, **variables: str) -> Iterator[str]:
    """``mididraw web`` as a process of its own; its address."""
    with begun(*options, **variables) as (url, _):
        yield url


@contextmanager
def begun(*options: str, **variables: str) -> Iterator[tuple[str, int]]:
    """The same, with the process' id."""
    kept = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    process = subprocess.Popen(
        [sys.executable, "-m", "mididraw", "web", "--port", "0", *options],
        cwd=ROOT,
        env={**kept, "OMP_NUM_THREADS": "1", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.terminate()
        assert process.wait(240) == 0
        process.stdout.close()


async def finished(session: aiohttp.ClientSession, draw: str) -> dict[str, Any]:
    """Follow a drawing by its events to the last."""
    last = ""
    async with session.get(f"/draws/{draw}/events") as answer:
        assert answer.status == 200
        async for line in answer.content:
            if line.startswith(b"data: "):
                last = line.decode().removeprefix("data: ")
    found: dict[str, Any] = json.loads(last)
    return found

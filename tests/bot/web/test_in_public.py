"""What the page bears: half-sent requests, many followers, wrong names."""

import asyncio
import base64
import json
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from bot.jobs.limits import RefusedError
from bot.web.guard import Guard
from bot.web.protocol import TimedProtocol
from bot.web.streams import Streams
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.bot.telegram.conftest import Painter, drawn, painter, worker
from tests.bot.web.conftest import begun, finished, serving
from tests.bot.web.test_api import ordered
from worker.run import Worker

__all__ = ["drawn", "painter", "redis_server", "redis_url", "worker"]


async def test_half_sent_headers_end_and_whole_ones_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TimedProtocol, "head_within", 0.5)
    async with serving() as session:
        url = session._base_url
        assert url is not None
        for sent in (b"", b"GET / HTTP/1.1\r\nHost: localh"):
            reader, writer = await asyncio.open_connection(url.host, url.port)
            writer.write(sent)
            async with asyncio.timeout(10):
                assert await reader.read() == b""
            writer.close()
        async with session.get("/choices") as answer:
            assert answer.status == 200


def _resident(process: int) -> float:
    """Megabytes that a process has in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc tells the memory here")
async def test_large_orders_that_are_refused_leave_no_memory_behind() -> None:
    body = json.dumps({"pictures": [base64.b64encode(bytes(1_500_000)).decode()]}).encode()
    with begun() as (url, process):
        async with aiohttp.ClientSession(url) as session:
            room = asyncio.Semaphore(15)

            async def order(client: int) -> str:
                """How it ends."""
                headers = {
                    "X-Forwarded-For": f"10.0.0.{client}",
                    "Content-Type": "application/json",
                }
                async with room:
                    async with session.post(
                        "/draws", data=BytesIO(body), headers=headers
                    ) as answer:
                        draw = (await answer.json())["id"]
                    return str((await finished(session, draw))["text"])

            await order(0)
            before = _resident(process)
            ends = await asyncio.gather(*map(order, range(1, 101)))
        assert all("no picture" in end for end in ends)
        assert _resident(process) - before < 60


class SentRequest:
    """An application that reads bodies, and what comes to it through a guard."""

    def __init__(self) -> None:
        self.parts: asyncio.Queue[Message] = asyncio.Queue()
        self.answers: list[Message] = []
        self.guard = Guard(self.read, 1000, together=1, patience=0.05)

    async def read(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def ask(self, *parts: bytes, more: bool) -> None:
        inbox: asyncio.Queue[Message] = asyncio.Queue()
        for number, part in enumerate(parts, 1):
            last = number == len(parts)
            inbox.put_nowait({"type": "http.request", "body": part, "more_body": more or not last})
        scope = {"type": "http", "method": "POST", "headers": [(b"host", b"localhost")]}

        async def send(message: Message) -> None:
            self.answers.append(message)

        await self.guard({**scope, "scheme": "http"}, inbox.get, send)


async def test_a_body_that_stays_away_ends_and_leaves_room_for_others() -> None:
    asked = SentRequest()
    for _ in range(3):
        with pytest.raises(HTTPException) as refused:
            await asked.ask(bytes(900), more=True)
        assert refused.value.status_code == 408
    await asked.ask(bytes(500), bytes(500), more=False)
    assert asked.answers[0]["status"] == 200


async def test_bodies_together_are_no_more_than_fit() -> None:
    asked = SentRequest()
    waits = asyncio.create_task(asked.ask(bytes(900), more=True))
    await asyncio.sleep(0)
    with pytest.raises(HTTPException) as refused:
        await asked.ask(bytes(200), more=False)
    assert refused.value.status_code == 503
    with pytest.raises(HTTPException):
        await waits
    await asked.ask(bytes(200), more=False)


async def test_a_client_follows_so_many_drawings_and_no_more(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with serving(REDIS_URL=redis_url) as session:
        painter.gate.clear()
        draw = (await ordered(session))["id"]
        path = f"/draws/{draw}/events"
        open_ones = [await session.get(path) for _ in range(16)]
        for one in open_ones:
            assert (await one.content.readline()).startswith(b"data: ")
        async with session.get(path) as answer:
            assert answer.status == 429
            assert "close some" in (await answer.json())["message"]
        painter.gate.set()
        for one in open_ones:
            assert b'"done"' in await one.read()
        assert (await finished(session, draw))["state"] == "done"


def test_streams_are_counted_for_each_and_all() -> None:
    streams = Streams(each=2, total=3)
    with streams.opened("ada"), streams.opened("ada"):
        with pytest.raises(RefusedError):
            streams.check("ada")
        with streams.opened("eve"), pytest.raises(RefusedError):
            streams.check("joe")
        streams.check("joe")
    streams.check("ada")


@pytest.mark.parametrize(
    ("public", "host", "status"),
    [
        ("", "localhost:8000", 200),
        ("", "[::1]:8000", 200),
        ("", "evil.example", 421),
        ("https://draw.example", "draw.example", 200),
        ("https://draw.example", "DRAW.example:443", 200),
        ("https://draw.example", "evil.example", 421),
        ("https://draw.example", "[", 421),
    ],
)
async def test_only_its_own_names_lead_to_it(public: str, host: str, status: int) -> None:
    variables = {"MIDIDRAW_PUBLIC_URL": public} if public else {}
    async with (
        serving(**variables) as session,
        session.get("/choices", headers={"Host": host}) as answer,
    ):
        assert answer.status == status

"""The HTTP API: drawings in, events on the way, files out."""

import base64
import io
from typing import Any

import aiohttp
import pretty_midi
import pytest
from PIL import Image

from tests.asynchronous import played
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.bot.telegram.conftest import Painter, drawn, painter, worker
from tests.bot.web.conftest import CAT, QUICK, finished, serving
from worker.run import Worker

__all__ = ["drawn", "painter", "redis_server", "redis_url", "worker"]

PICTURE = base64.b64encode(CAT).decode()


async def ordered(session: aiohttp.ClientSession, key: str = "", **body: Any) -> dict[str, Any]:
    asked = {"pictures": [PICTURE], "options": QUICK, **body}
    headers = {"Idempotency-Key": key} if key else {}
    async with session.post("/draws", json=asked, headers=headers) as answer:
        assert answer.status == 202, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


@played
async def test_a_drawing_becomes_three_files_in_this_process() -> None:
    async with serving() as session:
        draw = (await ordered(session))["id"]
        view = await finished(session, draw)
        assert view["state"] == "done"
        result = view["result"]
        assert result["bars"] == 1
        assert "seed 1" in result["summary"]
        sketch = base64.b64decode(result["sketch"].partition(",")[2])
        with Image.open(io.BytesIO(sketch)) as image:
            assert image.mode == "1"
            assert image.getbbox() is not None
        files = {}
        for name, kind in (("mp3", "audio/mpeg"), ("mid", "audio/midi"), ("png", "image/png")):
            async with session.get(f"/draws/{draw}/files/{name}") as answer:
                assert answer.headers["Content-Type"] == kind
                files[name] = await answer.read()
        assert pretty_midi.PrettyMIDI(io.BytesIO(files["mid"])).instruments
        with Image.open(io.BytesIO(files["png"])) as roll:
            roll.load()
        part = {"Range": "bytes=10-19"}
        async with session.get(f"/draws/{draw}/files/mp3", headers=part) as answer:
            assert answer.status == 206
            assert await answer.read() == files["mp3"][10:20]
        again = await ordered(session)
        assert again["id"] != draw
        body = {"action": "again"}
        async with session.post(f"/draws/{draw}/versions", json=body) as answer:
            other = (await answer.json())["id"]
        assert (await finished(session, other))["result"]["options"]["seed"] != 1


@played
async def test_over_redis_workers_draw_and_the_same_key_is_drawn_once(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with serving(REDIS_URL=redis_url) as session:
        painter.gate.clear()
        first, second = await ordered(session, "one"), await ordered(session, "one")
        assert first["id"] == second["id"]
        painter.gate.set()
        view = await finished(session, first["id"])
        assert view["state"] == "done"
        async with session.get(f"/draws/{first['id']}", params={"lang": "zh"}) as answer:
            assert "小调" in (await answer.json())["text"]


@played
async def test_only_who_asked_cancels(redis_url: str, worker: Worker, painter: Painter) -> None:
    assert worker
    async with serving(REDIS_URL=redis_url) as session:
        painter.gate.clear()
        draw = (await ordered(session))["id"]
        async with (
            aiohttp.ClientSession(session._base_url) as stranger,
            stranger.delete(f"/draws/{draw}") as answer,
        ):
            assert (await answer.json())["state"] in ("queued", "started")
        async with session.delete(f"/draws/{draw}") as answer:
            assert answer.status == 200
        assert (await finished(session, draw))["state"] == "cancelled"
        painter.gate.set()


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"pictures": []}, 422, "pictures"),
        ({"options": {"key": "H"}}, 422, "is no key"),
        ({"options": {"tempo": 999}}, 422, "tempo"),
        ({"pictures": ["%%%"]}, 422, "cannot be used"),
        ({"to": "hash=1"}, 422, "no Telegram bot"),
        ({"to": "nothing"}, 422, "too long ago"),
        ({"surprise": 1}, 422, "surprise"),
    ],
)
@played
async def test_what_cannot_be_is_said_in_a_sentence(
    body: dict[str, Any], status: int, words: str
) -> None:
    async with serving() as session:
        asked = {"pictures": [PICTURE], "options": QUICK, **body}
        async with session.post("/draws", json=asked) as answer:
            assert answer.status == status
            assert words in (await answer.json())["message"]


@played
async def test_a_broken_picture_ends_in_a_sentence_in_the_persons_language() -> None:
    async with serving() as session:
        draw = (await ordered(session, pictures=[base64.b64encode(b"none").decode()]))["id"]
        assert "no picture" in (await finished(session, draw))["text"]
        async with session.get(f"/draws/{draw}", headers={"Accept-Language": "zh-CN"}) as answer:
            assert "图片" in (await answer.json())["text"]


@played
async def test_nobody_has_more_in_hand_than_allowed(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with serving(REDIS_URL=redis_url, MIDIDRAW_JOBS_USER="1") as session:
        painter.gate.clear()
        await ordered(session)
        async with session.post("/draws", json={"pictures": [PICTURE]}) as answer:
            assert answer.status == 429
            assert "in the works" in (await answer.json())["message"]
        painter.gate.set()

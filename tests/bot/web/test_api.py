"""The HTTP API: drawings in, events on the way, files out."""

import base64
import io
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import av
import pretty_midi
import pytest
from PIL import Image

from tests.bot.jobs.conftest import redis_server, redis_url
from tests.bot.telegram.conftest import Painter, drawn, painter, worker
from tests.bot.web.conftest import CAT, QUICK, finished, serving
from worker.queue.connection import connect
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


@asynccontextmanager
async def forgetful(session: aiohttp.ClientSession) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who keeps no cookies."""
    async with aiohttp.ClientSession(session._base_url, cookie_jar=aiohttp.DummyCookieJar()) as one:
        yield one


async def test_without_cookies_a_long_key_is_drawn_once_and_tells_who_asked(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with serving(REDIS_URL=redis_url) as session, forgetful(session) as other:
        painter.gate.clear()
        key = "0f1e2d3c-4b5a-6978"
        draw = (await ordered(other, key))["id"]
        assert (await ordered(other, key))["id"] == (await ordered(session, key))["id"] == draw
        # A short one may be anybody's.
        assert (await ordered(other, "one"))["id"] != (await ordered(other, "one"))["id"]
        async with other.delete(f"/draws/{draw}") as answer:
            assert (await answer.json())["state"] in ("queued", "started")
        async with other.delete(f"/draws/{draw}", headers={"Idempotency-Key": key}) as answer:
            assert answer.status == 200
        assert (await finished(other, draw))["state"] == "cancelled"
        painter.gate.set()


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
        ({"to": "hash=1"}, 410, "no Telegram bot"),
        ({"to": "nothing"}, 410, "too long ago"),
        ({"surprise": 1}, 422, "surprise"),
    ],
)
async def test_what_cannot_be_is_said_in_a_sentence(
    body: dict[str, Any], status: int, words: str
) -> None:
    async with serving() as session:
        asked = {"pictures": [PICTURE], "options": QUICK, **body}
        async with session.post("/draws", json=asked) as answer:
            assert answer.status == status
            assert words in (await answer.json())["message"]


async def test_a_broken_picture_ends_in_a_sentence_in_the_persons_language() -> None:
    async with serving() as session:
        draw = (await ordered(session, pictures=[base64.b64encode(b"none").decode()]))["id"]
        assert "no picture" in (await finished(session, draw))["text"]
        async with session.get(f"/draws/{draw}", headers={"Accept-Language": "zh-CN"}) as answer:
            assert "图片" in (await answer.json())["text"]


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


async def test_a_video_is_a_version_that_players_can_seek_in() -> None:
    async with serving() as session:
        draw = (await ordered(session))["id"]
        await finished(session, draw)
        async with session.get(f"/draws/{draw}/files/mp4") as answer:
            assert answer.status == 404
            assert "no video" in (await answer.json())["message"]
        async with session.post(f"/draws/{draw}/versions", json={"action": "video"}) as answer:
            film = (await answer.json())["id"]
        result = (await finished(session, film))["result"]
        assert result["options"]["video"] == "wide"
        assert "video" not in [button["action"] for button in result["buttons"]]
        async with session.get(f"/draws/{film}/files/mp4") as answer:
            assert answer.headers["Content-Type"] == "video/mp4"
            whole = await answer.read()
        with av.open(io.BytesIO(whole), "r") as file:
            assert file.streams.video[0].codec_context.name == "h264"
        async with session.head(f"/draws/{film}/files/mp4") as answer:
            assert int(answer.headers["Content-Length"]) == len(whole)
        part = {"Range": "bytes=100-"}
        async with session.get(f"/draws/{film}/files/mp4", headers=part) as answer:
            assert await answer.read() == whole[100:]
        # The music is the same, to the byte.
        tunes = []
        for one in (draw, film):
            async with session.get(f"/draws/{one}/files/mid") as answer:
                tunes.append(await answer.read())
        assert tunes[0] == tunes[1]


def tags(html: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', html)
    assert len(found) == len(dict(found))
    return dict(found)


async def test_a_link_shows_what_it_leads_to_and_says_until_when() -> None:
    async with serving(MIDIDRAW_PUBLIC_URL="https://draw.example") as session:
        draw = (await ordered(session, options={**QUICK, "video": "tall"}))["id"]
        view = await finished(session, draw)
        async with session.post(f"/draws/{draw}/link") as answer:
            link = await answer.json()
        assert link["link"] == f"https://draw.example/m/{draw}"
        assert link["until"] == pytest.approx(time.time() + 7 * 86_400, abs=60)
        assert view["until"] < link["until"]
        async with session.head(f"/m/{draw}") as answer:
            assert answer.status == 200
            assert answer.content_type == "text/html"
        async with session.get(f"/m/{draw}") as answer:
            shown = tags(await answer.text())
        files = f"https://draw.example/draws/{draw}/files"
        assert shown["og:image"] == shown["twitter:image"] == f"{files}/png"
        assert shown["og:video"] == f"{files}/mp4"
        assert (shown["og:video:width"], shown["og:video:height"]) == ("1080", "1920")
        assert shown["og:url"] == link["link"]
        assert "1 bar" in shown["og:description"]
        assert shown["twitter:card"] == "summary_large_image"
        # What they name is there, for whoever only asks how large it is, too.
        for name, kind in (("png", "image/png"), ("mp4", "video/mp4"), ("mp3", "audio/mpeg")):
            async with session.head(f"/draws/{draw}/files/{name}") as answer:
                assert (answer.status, answer.content_type) == (200, kind)


async def test_only_who_asked_keeps_a_piece_longer_and_an_expired_link_says_so(
    redis_url: str, worker: Worker
) -> None:
    assert worker
    async with serving(REDIS_URL=redis_url, MIDIDRAW_WEB_LINK_DAYS="2") as session:
        draw = (await ordered(session))["id"]
        await finished(session, draw)
        async with (
            aiohttp.ClientSession(session._base_url) as stranger,
            stranger.post(f"/draws/{draw}/link") as answer,
        ):
            assert (await answer.json())["until"] < time.time() + 86_400
        async with session.post(f"/draws/{draw}/link") as answer:
            assert (await answer.json())["until"] == pytest.approx(time.time() + 2 * 86_400, abs=60)
        with connect(redis_url) as connection:
            for key in connection.scan_iter("mididraw:music:*"):
                connection.delete(key)
        async with session.get(f"/draws/{draw}") as answer:
            view = await answer.json()
            assert view["state"] == "failed"
            assert "no longer kept" in view["text"]
        async with session.get(f"/m/{draw}") as answer:
            assert answer.status == 404
            assert "og:image" not in await answer.text()
        async with session.post(f"/draws/{draw}/link") as answer:
            assert answer.status == 404
        async with session.head(f"/m/{'0' * 32}") as answer:
            assert answer.status == 404

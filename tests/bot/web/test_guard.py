"""What a request must be like, and what the page may load."""

import gzip
import io
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.web.models import MOST_BYTES
from tests.bot.web.conftest import serving, started
from tests.conftest import ROOT
from tests.standins.telegram import TOKEN


async def test_another_site_can_change_nothing() -> None:
    async with serving() as session:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "null"},
        ):
            async with session.post("/draws", json={}, headers=headers) as answer:
                assert answer.status == 403
            async with session.get("/choices", headers=headers) as answer:
                assert answer.status == 200


async def test_a_body_that_is_too_large_is_refused_before_it_is_read_whole() -> None:
    async with serving() as session:
        async with session.post("/draws", data=io.BytesIO(bytes(MOST_BYTES + 1))) as answer:
            assert answer.status == 413

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(MOST_BYTES // (1 << 20) + 2):
                yield bytes(1 << 20)

        async with session.post("/draws", data=endless()) as answer:
            assert answer.status == 413
            assert "20 MB" in (await answer.json())["message"]


async def test_the_page_loads_nothing_from_elsewhere() -> None:
    async with serving() as session:
        async with session.get("/") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert "HttpOnly" in answer.headers["Set-Cookie"]
            page = await answer.text()
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert "https://" not in page
        # WebKit never runs a second one that shares a module which waits at its top.
        assert page.count("<script") == 1
        # What goes over the line until one can draw; the preview's sounds come with a stroke.
        size = len(gzip.compress(page.encode()))
        for name in re.findall(r'"/page/([a-z]+[.](?:js|css|svg))"', page):
            async with session.get(f"/page/{name}") as answer:
                assert answer.status == 200
                size += int(answer.headers["Content-Length"])
        assert 20_000 < size < 90_000
    async with serving(TELEGRAM_TOKEN=TOKEN) as session, session.get("/") as answer:
        assert "https://web.telegram.org" in answer.headers["Content-Security-Policy"]


async def test_the_pages_files_come_compressed_and_once() -> None:
    async with serving() as session:
        session.headers["Accept-Encoding"] = "identity"
        for path in ("/", "/page/roll.js", "/page/style.css", "/choices?lang=zh"):
            async with session.get(path) as answer:
                plain, tag = await answer.read(), answer.headers["ETag"]
                assert "Content-Encoding" not in answer.headers
            async with session.get(path, headers={"Accept-Encoding": "gzip"}) as answer:
                assert int(answer.headers["Content-Length"]) < len(plain) / 2
                assert await answer.read() == plain
            async with session.get(path, headers={"If-None-Match": tag}) as answer:
                assert (answer.status, await answer.read()) == (304, b"")
        async with session.get("/page/none.js") as answer:
            assert answer.status == 404


def test_other_machines_reach_it_only_if_the_host_says_so() -> None:
    command = [sys.executable, "-m", "mididraw", "web", "--port", "0"]
    done = subprocess.run(
        [*command, "--host", "0.0.0.0"],  # noqa: S104
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 2
    assert "--public" in done.stderr
    with started("--host", "0.0.0.0", "--public") as url:  # noqa: S104
        assert url.startswith("http://0.0.0.0:")


@pytest.mark.filterwarnings("ignore")
def test_no_request_that_the_openapi_document_allows_or_not_breaks_the_server(
    tmp_path: Path,
) -> None:
    with started(MIDIDRAW_JOBS_USER="1", MIDIDRAW_JOBS_RATE="1") as url:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json"),
                *("--checks", "not_a_server_error,content_type_conformance"),
                *("--max-examples", "25", "--seed", "1", "--phases", "examples,coverage,fuzzing"),
                *("--generation-database", "none", "--suppress-health-check", "all"),
                *("--exclude-path-regex", "events"),
            ],
            # Where it leaves its cache.
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:]


async def test_the_openapi_document_tells_of_everything() -> None:
    async with serving() as session, session.get("/openapi.json") as answer:
        document = await answer.json()
    assert {"/draws", "/draws/{draw}", "/draws/{draw}/events"} <= document["paths"].keys()
    schemas = document["components"]["schemas"]
    (options,) = (schemas[name] for name in schemas if name.startswith("DrawOptions-Input"))
    ranges = options["properties"]["strength"]
    assert (ranges["minimum"], ranges["maximum"]) == (0, 100)

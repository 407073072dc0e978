"""The worker as a process: real Redis, real model, real files."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from PIL import Image

from bot.jobs.interface import Delivery, Order
from bot.jobs.redis_server import RedisServer
from bot.jobs.remote import RedisJobs
from mididraw.draw import draw
from mididraw.options import DrawOptions, Engine
from mididraw.render.midi import read_midi
from tests.asynchronous import played
from tests.conftest import EXAMPLES, ROOT
from worker.contract import Done, Failed, Progress, Reason, ReplyTo, keys

PATIENCE = 90.0
CAT = (EXAMPLES / "cat.png").read_bytes()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def worker(server: RedisServer) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "REDIS_URL": server.url,
        "MIDIDRAW_WORKER_SLOTS": "8",
        "MIDIDRAW_WORKER_THREADS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "mididraw", "worker"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def order(request: str, engine: Engine, picture: bytes = CAT, **options: object) -> Order:
    chosen = DrawOptions.of(engine=engine, bars=2, seed=7, **options)
    reply = ReplyTo(front="web", address="")
    return Order(request, (picture,), chosen, reply, f"user of {request}", title="cat")


async def deliver(jobs: RedisJobs, count: int) -> dict[str, Delivery]:
    found: dict[str, Delivery] = {}
    async with asyncio.timeout(PATIENCE):
        async for delivery in jobs.deliveries():
            found[delivery.job.user] = delivery
            await jobs.posted(delivery)
            if len(found) == count:
                break
    return found


@pytest.mark.usefixtures("worker")
@played
async def test_both_kinds_of_engine_draw_and_a_bad_picture_is_refused(
    server: RedisServer,
) -> None:
    jobs = RedisJobs(server.url, "web")
    receipt = await jobs.submit(order("guided", Engine.GUIDED, candidates=4))
    following = asyncio.create_task(_bars(jobs, receipt.job))
    await jobs.submit(order("chords", Engine.CHORDS))
    await jobs.submit(order("broken", Engine.GUIDED, b"this is no picture"))
    found = await deliver(jobs, 3)
    refused = found["user of broken"].answer
    assert isinstance(refused, Failed)
    assert refused.reason is Reason.REFUSED
    for engine in ("guided", "chords"):
        answer = found[f"user of {engine}"].answer
        assert isinstance(answer, Done)
        assert answer.bars == 2
        assert answer.options.seed == 7
        assert answer.match.f1 > 0.6
        assert {"picture", "engine", "sound", "mp3", "roll"} <= answer.seconds.keys()
        files = await jobs.files(answer)
        assert files is not None
        assert Image.open(io.BytesIO(files.png)).size == (1280, 720)
        assert read_midi(files.midi).bars == 2
        assert len(files.mp3) > 10_000
        if engine == "chords":
            alone = draw([CAT], order("chords", Engine.CHORDS).options, title="cat")
            assert (files.midi, files.png) == (alone.midi, alone.png)
    assert await following == [1, 2]
    await jobs.close()


async def _bars(jobs: RedisJobs, job: str) -> list[int]:
    async with asyncio.timeout(PATIENCE):
        return [event.bar async for event in jobs.follow(job) if isinstance(event, Progress)]


@played
async def test_a_stop_hands_back_what_cannot_be_finished(
    server: RedisServer, worker: subprocess.Popen[str]
) -> None:
    jobs = RedisJobs(server.url, "web")
    receipt = await jobs.submit(
        Order(
            "long",
            (CAT,) * 10,
            DrawOptions.of(engine="guided", bars=32, seed=1),
            ReplyTo(front="web", address=""),
            "patient",
        )
    )
    async with asyncio.timeout(PATIENCE):
        async for event in jobs.follow(receipt.job):
            if isinstance(event, Progress):
                break
    start = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    _, said = await asyncio.to_thread(worker.communicate, timeout=60)
    assert time.monotonic() - start < 30
    assert worker.returncode == 0
    assert f'"said": "handed back", "job": "{receipt.job}"' in said
    with server.client() as client:
        assert client.hget(keys.job(receipt.job), "state") == b"queued"
    assert await jobs.cancel(receipt.job)
    await jobs.close()

"""The worker as a process: real Redis, real model, real files."""

import asyncio
import io
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from pathlib import Path

import av
import pytest
from PIL import Image

from bot.jobs.interface import Delivery, Order
from bot.jobs.redis_server import RedisServer
from bot.jobs.remote import RedisJobs
from mididraw.draw import draw
from mididraw.options import DrawOptions, Engine, Video
from mididraw.render.midi import read_midi
from tests.conftest import EXAMPLES, ROOT
from worker.contract import (
    Cancelled,
    Done,
    Failed,
    Filming,
    Progress,
    Reason,
    ReplyTo,
    ResultFiles,
)
from worker.queue import keys

PATIENCE = 240.0
CAT = (EXAMPLES / "cat.png").read_bytes()


@contextmanager
def serving(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder)
    server.start()
    yield server
    server.stop()


@contextmanager
def working(server: RedisServer, log: int, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A worker of its own process, what it logs in ``log``."""
    environment = {
        **os.environ,
        **variables,
        "REDIS_URL": server.url,
        "MIDIDRAW_WORKER_SLOTS": "8",
        "MIDIDRAW_WORKER_THREADS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "mididraw", "worker"],
        cwd=ROOT,
        env=environment,
        stderr=log,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with serving(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def worker(server: RedisServer) -> Iterator[subprocess.Popen[str]]:
    with working(server, subprocess.DEVNULL) as process:
        yield process


def order(request: str, engine: Engine, picture: bytes = CAT, **options: object) -> Order:
    chosen = DrawOptions.of(engine=engine, bars=2, seed=7, **options)
    reply = ReplyTo(front="web", address="")
    return Order(request, (picture,), chosen, reply, f"user of {request}", title="cat")


async def deliver(jobs: RedisJobs, *users: str) -> dict[str, Delivery]:
    """The answers to these; what another test did not wait for may come between."""
    found: dict[str, Delivery] = {}
    deliveries = jobs.deliveries()
    assert isinstance(deliveries, AsyncGenerator)
    async with asyncio.timeout(PATIENCE), aclosing(deliveries) as coming:
        async for delivery in coming:
            found[delivery.job.user] = delivery
            await jobs.posted(delivery)
            if found.keys() >= set(users):
                break
    return found


@pytest.mark.usefixtures("worker")
async def test_both_kinds_of_engine_draw_and_a_bad_picture_is_refused(
    server: RedisServer,
) -> None:
    jobs = RedisJobs(server.url, "web")
    receipt = await jobs.submit(order("guided", Engine.GUIDED, candidates=4))
    following = asyncio.create_task(_bars(jobs, receipt.job))
    await jobs.submit(order("chords", Engine.CHORDS))
    await jobs.submit(order("broken", Engine.GUIDED, b"this is no picture"))
    found = await deliver(jobs, *(f"user of {one}" for one in ("guided", "chords", "broken")))
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


@pytest.mark.usefixtures("worker")
async def test_a_video_comes_with_its_piece_or_of_music_that_is_there(server: RedisServer) -> None:
    jobs = RedisJobs(server.url, "web")
    receipt = await jobs.submit(order("filmed", Engine.CHORDS, video="wide"))
    following = asyncio.create_task(_seconds(jobs, receipt.job))
    files = await _files(jobs, (await deliver(jobs, "user of filmed"))["user of filmed"])
    seconds = await following
    assert seconds == sorted(seconds)
    assert len(seconds) > 2
    kept = await jobs.recall(receipt.job)
    assert kept is not None
    square = kept.options.model_copy(update={"video": Video.SQUARE})
    reply = ReplyTo(front="web", address="")
    await jobs.submit(kept.again("square", reply, "somebody", square, files.midi))
    others = await _files(jobs, (await deliver(jobs, "somebody"))["somebody"])
    assert (others.midi, others.png) == (files.midi, files.png)
    for made, size in ((files, (1280, 720)), (others, (1080, 1080))):
        with av.open(io.BytesIO(made.video or b""), "r") as file:
            picture = file.streams.video[0]
            assert (picture.width, picture.height) == size
    await jobs.close()


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("engine", [Engine.GUIDED, Engine.CHORDS])
async def test_takes_come_together_and_one_of_them_alone(
    server: RedisServer, engine: Engine
) -> None:
    jobs = RedisJobs(server.url, "web")
    name = f"takes by {engine}"
    wanted = replace(order("x", engine, takes=4), request=name, user=name)
    receipt = await jobs.submit(wanted)
    following = asyncio.create_task(_bars(jobs, receipt.job))
    delivery = (await deliver(jobs, name))[name]
    files = await _files(jobs, delivery)
    assert isinstance(delivery.answer, Done)
    assert len({take.midi for take in files.takes}) == 4
    assert all(len(take.mp3) > 10_000 for take in files.takes)
    assert Image.open(io.BytesIO(files.png)).size == (1648, 1004)
    assert await following == ([1, 2] if engine is Engine.GUIDED else [])
    kept = await jobs.recall(receipt.job)
    assert kept is not None
    third = kept.options.of_take(3)
    chosen = kept.again(f"{name} 3", wanted.reply, f"{name} 3", third, files.takes[2].midi)
    await jobs.submit(chosen)
    piece = await _files(jobs, (await deliver(jobs, f"{name} 3"))[f"{name} 3"])
    assert piece.midi == files.takes[2].midi
    # The same options give it again without it.
    alone = draw([CAT], third, title="cat")
    assert alone.midi == piece.midi
    await jobs.close()


@pytest.mark.usefixtures("worker")
async def test_a_video_keeps_nobody_waiting_and_can_be_cancelled_on_its_way(
    server: RedisServer,
) -> None:
    jobs = RedisJobs(server.url, "web")
    long = DrawOptions.of(engine="chords", bars=32, tempo=40, seed=1, video="tall")
    reply = ReplyTo(front="web", address="")
    receipt = await jobs.submit(Order("long film", (CAT,), long, reply, "hasty"))
    async with asyncio.timeout(PATIENCE), aclosing(jobs.follow(receipt.job)) as events:
        async for event in events:
            if isinstance(event, Filming):
                await jobs.submit(order("meanwhile", Engine.CHORDS, tempo=151))
                meanwhile = await deliver(jobs, "user of meanwhile")
                assert isinstance(meanwhile["user of meanwhile"].answer, Done)
                assert await jobs.cancel(receipt.job)
                break
    assert isinstance((await deliver(jobs, "hasty"))["hasty"].answer, Cancelled)
    # Another tempo: what another test has drawn would be there at once.
    await jobs.submit(order("short", Engine.CHORDS, video="wide", tempo=150))
    assert (await _files(jobs, (await deliver(jobs, "user of short"))["user of short"])).video
    await jobs.close()


async def _seconds(jobs: RedisJobs, job: str) -> list[int]:
    async with asyncio.timeout(PATIENCE):
        return [event.second async for event in jobs.follow(job) if isinstance(event, Filming)]


async def _files(jobs: RedisJobs, delivery: Delivery) -> ResultFiles:
    assert isinstance(delivery.answer, Done)
    files = await jobs.files(delivery.answer)
    assert files is not None
    return files


async def _bars(jobs: RedisJobs, job: str) -> list[int]:
    async with asyncio.timeout(PATIENCE):
        return [event.bar async for event in jobs.follow(job) if isinstance(event, Progress)]


async def test_a_stop_hands_back_what_cannot_be_finished(tmp_path: Path) -> None:
    stop = {"MIDIDRAW_WORKER_STOP_SECONDS": "2"}
    with serving(tmp_path) as server, working(server, subprocess.PIPE, **stop) as worker:
        jobs = RedisJobs(server.url, "web")
        receipt = await jobs.submit(
            Order(
                "long",
                (CAT,) * 4,
                DrawOptions.of(engine="guided", bars=32, seed=1),
                ReplyTo(front="web", address=""),
                "patient",
            )
        )
        async with asyncio.timeout(PATIENCE), aclosing(jobs.follow(receipt.job)) as events:
            async for event in events:
                if isinstance(event, Progress):
                    break
        worker.send_signal(signal.SIGTERM)
        _, log = await asyncio.to_thread(worker.communicate, timeout=PATIENCE)
        assert worker.returncode == 0
        assert f'"message": "handed back", "job": "{receipt.job}"' in log
        with server.client() as client:
            assert client.hget(keys.job(receipt.job), "state") == b"queued"
        assert await jobs.cancel(receipt.job)
        await jobs.close()

"""The real bot against a stand-in for Telegram, with real Redis between it and a worker."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.settings import TelegramSettings
from bot.telegram.budget import Rates, Window
from bot.telegram.keyboards import Press
from bot.telegram.start import run
from mididraw.draw import Drawing, draw
from mididraw.errors import Sentence
from mididraw.options import DrawOptions, Engine, Video
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.conftest import EXAMPLES
from tests.standins.telegram import TOKEN, TelegramStandIn
from worker.contract import Done, Likeness, Progress, Reason, Rendering, ResultFiles, Take
from worker.queue.connection import connect
from worker.queue.consumer import ClaimedJob
from worker.run import Worker
from worker.runner import Failure, Finished, RunnerEvent, Update
from worker.serve import make_worker

__all__ = ["redis_server", "redis_url"]

CAT = (EXAMPLES / "cat.png").read_bytes()
FISH = (EXAMPLES / "fish.png").read_bytes()
NO_NOTES = Sentence("midi-empty", "The MIDI file holds no notes.")
BAD = b"this is no picture"
HER = 7


@pytest.fixture(scope="session")
def drawn() -> Drawing:
    """Real files of a real drawing."""
    options = DrawOptions.of(engine=Engine.CHORDS, bars=2, seed=1, video=Video.WIDE)
    return draw([EXAMPLES / "cat.png"], options)


@dataclass
class Painter:
    """A crew that has its files ready, and keeps them back while the gate is shut."""

    drawn: Drawing
    gate: threading.Event = field(default_factory=threading.Event)
    works: list[ClaimedJob] = field(default_factory=list)
    taken: list[ClaimedJob] = field(default_factory=list)
    capacity: int = 8
    max_wait: float = 0.005

    def start(self, work: ClaimedJob) -> None:
        self.works.append(work)
        self.taken.append(work)

    def abort(self, job: str) -> None:
        self.works = [work for work in self.works if work.job.id != job]

    def step(self) -> list[RunnerEvent]:
        if not self.gate.is_set():
            return []
        news: list[RunnerEvent] = []
        for work in self.works:
            job = work.job
            if BAD in work.pictures:
                news.append(
                    Failure(
                        job.id,
                        Reason.REFUSED,
                        NO_NOTES,
                    )
                )
                continue
            options = job.options.model_copy(update={"tempo": 100, "key": "A minor"})
            done = Done(
                job=job.id,
                music=job.music,
                options=options,
                bars=2,
                match=Likeness(coverage=0.9, precision=0.98, f1=0.94),
                seconds={"engine": 0.1},
            )
            film = None if options.video is Video.NONE else self.drawn.video
            others = tuple(self.take(number) for number in range(2, options.takes + 1))
            files = ResultFiles(self.drawn.midi, self.drawn.mp3, self.drawn.png, film, others)
            news += [
                Update(Progress(job=job.id, bar=1, bars=2)),
                Update(Rendering(job=job.id)),
                Finished(done, files),
            ]
        self.works = []
        return news

    def take(self, number: int) -> Take:
        """The files of a further take, unlike any other."""
        return Take(self.drawn.midi + bytes([number]), self.drawn.mp3 + bytes([number]))

    def close(self) -> None:
        pass


@pytest.fixture
def painter(drawn: Drawing) -> Painter:
    made = Painter(drawn)
    made.gate.set()
    return made


@pytest.fixture
def worker(redis_url: str, painter: Painter) -> Iterator[Worker]:
    """It draws in a thread."""
    with connect(redis_url) as connection:
        serving = make_worker(connection, "w1", painter)
        thread = threading.Thread(target=serving.run)
        thread.start()
        yield serving
        painter.gate.set()
        serving.stop()
        thread.join(120)
        assert not thread.is_alive()


Run = Callable[..., AbstractAsyncContextManager[TelegramStandIn]]


def settings_for(telegram: TelegramStandIn, redis_url: str, **more: str) -> TelegramSettings:
    return TelegramSettings.from_environment(
        {
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": telegram.url,
            "REDIS_URL": redis_url,
            **more,
        }
    )


SPEED = 30
"""How many times as fast the limits' clock goes, Telegram's and the bot's."""
QUICK = Rates(Window(20, 60 / SPEED), Window(5, 5 / SPEED), Window(30, 1 / SPEED))


def quick(**more: Any) -> TelegramStandIn:
    """Telegram with its limits, which are over soon."""
    telegram = TelegramStandIn(**more)
    telegram.limits.speed = SPEED
    return telegram


@asynccontextmanager
async def botting(
    settings: TelegramSettings, rates: Rates = QUICK
) -> AsyncIterator[asyncio.Task[None]]:
    """The bot, until the end or a crash."""
    task = asyncio.create_task(run(settings, rates=rates))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def running(redis_url: str, worker: Worker) -> Run:
    """Telegram with the bot at it."""
    assert worker

    @asynccontextmanager
    async def open_(**more: Any) -> AsyncIterator[TelegramStandIn]:
        async with (
            quick().serve() as telegram,
            botting(settings_for(telegram, redis_url, **more)),
        ):
            await telegram.until(lambda: telegram.done("getChatMenuButton"))
            yield telegram

    return open_


def answered(telegram: TelegramStandIn, chat: int, times: int = 1) -> Callable[[], Any]:
    """Whether so many whole answers are there."""
    return lambda: len(telegram.done("sendDocument", chat)) >= times


def texts_with(telegram: TelegramStandIn, chat: int, words: str) -> Callable[[], list[str]]:
    """Messages of a chat that hold such words."""

    def found() -> list[str]:
        texts = [str(call.fields["text"]) for call in telegram.done("sendMessage", chat)]
        return [text for text in texts if words in text]

    return found


async def first_piece(telegram: TelegramStandIn) -> tuple[dict[str, Any], str]:
    """A piece's message and its job."""
    await telegram.message(HER, **telegram.photo(CAT))
    await telegram.until(answered(telegram, HER))
    call = telegram.done("sendPhoto")[0]
    keys = [key for row in call.fields["reply_markup"]["inline_keyboard"] for key in row]
    again = Press.unpack(keys[0]["callback_data"])
    message = {
        "message_id": call.fields["sent_id"],
        "date": 1,
        "chat": {"id": HER, "type": "private"},
    }
    return message, again.job


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])

"""Answers are posted a few at a time, and none is held for ever."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

import pytest

from bot.jobs.interface import Delivery
from bot.jobs.limits import Limits
from bot.jobs.local import LocalJobs
from bot.reply import Reply
from bot.service.delivery import Deliverer, LaterError
from bot.service.target import ChatTarget
from bot.texts import Texts
from tests.bot.jobs.conftest import PATIENCE, REFUSED, Gate, order, perform_at
from worker.contract import ReplyTo


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again, is soon."""
    monkeypatch.setattr("bot.service.delivery._PAUSE", 0.01)


class Target(ChatTarget):
    front = "web"


class Counting:
    """Posts nothing, counts what is posted at a time, and breaks as often as it is told to."""

    def __init__(self, breaks: int = 0, *, away: bool = False) -> None:
        self.going = self.most = self.tries = 0
        self.posted: list[bool] = []
        self._breaks, self._away = breaks, away

    def read_target(self, reply: ReplyTo) -> Target:
        del reply
        return Target()

    def order_key(self, target: Target) -> Hashable | None:
        del target
        return None

    def file_limit(self, target: Target) -> int:
        del target
        return 1 << 20

    async def post(self, delivery: Delivery, target: Target, reply: Reply, texts: Texts) -> str:
        del delivery, target, reply, texts
        self.tries += 1
        if self._away:
            raise LaterError("away")
        if self.tries <= self._breaks:
            raise ZeroDivisionError
        self.going += 1
        self.most = max(self.most, self.going)
        for _ in range(20):
            await asyncio.sleep(0)
        self.going -= 1
        return "posted"

    async def acknowledged(self, delivery: Delivery, target: Target, *, posted: bool) -> None:
        del delivery, target
        self.posted.append(posted)


@asynccontextmanager
async def delivering(poster: Counting, answers: int) -> AsyncIterator[Deliverer[Target]]:
    gate = Gate()
    gate.opened.set()
    jobs = LocalJobs(perform_at(gate), limits=Limits(user=100, rate=100))
    deliverer = Deliverer(jobs, poster)
    task = asyncio.create_task(deliverer.run())
    try:
        for number in range(answers):
            await jobs.submit(order(str(number), picture=REFUSED))
        async with asyncio.timeout(120):
            while sum(deliverer.outcomes.values()) - deliverer.outcomes["later"] < answers:
                await asyncio.sleep(0)
        yield deliverer
    finally:
        task.cancel()
        await deliverer.close()
        await jobs.close()


async def test_after_an_outage_a_few_answers_are_posted_at_a_time() -> None:
    poster = Counting()
    async with delivering(poster, 40) as deliverer:
        assert deliverer.outcomes == {"posted": 40}
        assert poster.posted == [True] * 40
        assert 1 < poster.most <= 8


async def test_an_answer_that_breaks_the_bot_is_tried_again() -> None:
    async with delivering(Counting(breaks=2), 1) as deliverer:
        assert deliverer.outcomes == {"posted": 1, "later": 2}


async def test_an_answer_that_breaks_the_bot_for_good_is_let_go() -> None:
    poster = Counting(breaks=9)
    async with delivering(poster, 1) as deliverer:
        assert deliverer.outcomes == {"broken": 1, "later": 2}
        assert poster.posted == [False]


class Clumsy(Counting):
    """Breaks once an answer is posted."""

    async def acknowledged(self, delivery: Delivery, target: Target, *, posted: bool) -> None:
        await super().acknowledged(delivery, target, posted=posted)
        raise ZeroDivisionError


async def test_a_fault_after_posting_is_logged_and_holds_no_other_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    poster = Clumsy()
    async with delivering(poster, 3) as deliverer:
        assert deliverer.outcomes == {"posted": 3}
        await asyncio.sleep(0)
    assert poster.posted == [True] * 3
    assert [record.getMessage() for record in caplog.records] == ["a delivery broke"] * 3


async def test_an_answer_whose_chat_stays_away_is_tried_ever_less_often_and_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Six hours are six tenths of a second here."""
    for name, seconds in (("_LONGEST", 0.1), ("_GIVEN_UP", 0.6)):
        monkeypatch.setattr(f"bot.service.delivery.{name}", seconds)
    poster = Counting(away=True)
    async with delivering(poster, 1) as deliverer:
        assert deliverer.outcomes["given up"] == 1
        # 0.01, 0.02, 0.04, 0.08 and then 0.1 s apart, not 60 times 0.01 s.
        assert 4 < poster.tries <= 11


class Held(Counting):
    """Posts when it is let, or finds then that the chat is away."""

    def __init__(self, *, away: bool = False) -> None:
        super().__init__()
        self.begun, self.let = asyncio.Event(), asyncio.Event()
        self._gone = away

    async def post(self, delivery: Delivery, target: Target, reply: Reply, texts: Texts) -> str:
        self.begun.set()
        await self.let.wait()
        if self._gone:
            raise LaterError("away", after=3600.0)
        return await super().post(delivery, target, reply, texts)


@asynccontextmanager
async def posting(poster: Held) -> AsyncIterator[Deliverer[Target]]:
    """An answer that is being posted by a deliverer that takes no more."""
    gate = Gate()
    gate.opened.set()
    jobs = LocalJobs(perform_at(gate), limits=Limits(user=100, rate=100))
    deliverer = Deliverer(jobs, poster)
    task = asyncio.create_task(deliverer.run())
    await jobs.submit(order("1", picture=REFUSED))
    async with asyncio.timeout(PATIENCE):
        await poster.begun.wait()
        task.cancel()
        yield deliverer
    await jobs.close()


@pytest.mark.parametrize(("away", "outcome"), [(False, "posted"), (True, "later")])
async def test_at_the_end_an_answer_is_finished_that_is_being_posted(
    away: bool, outcome: str
) -> None:
    """Cut off between the chat's answer and the note of it, it would be posted a second time."""
    poster = Held(away=away)
    async with posting(poster) as deliverer:
        closing = asyncio.create_task(deliverer.close())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not closing.done()
        poster.let.set()
        await closing
    assert deliverer.outcomes == {outcome: 1}


async def test_at_the_end_an_answer_that_hangs_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.delivery._FINISHING", 0.01)
    async with posting(Held()) as deliverer:
        await deliverer.close()
    assert deliverer.outcomes == {}

"""Jobs from their order to the posted answer: one suite for both kinds of queue."""

import asyncio
import time
from dataclasses import replace

import pytest

from bot.jobs.interface import Delivery, Jobs, Order
from bot.jobs.limits import BusyError, FullError, Limits, TooFastError
from mididraw.errors import OptionError
from mididraw.options import DrawOptions
from tests.bot.jobs.conftest import BLANK, PATIENCE, REFUSED, Gate, Open, order, until
from worker.contract import (
    Cancelled,
    Done,
    Ended,
    Event,
    Failed,
    Progress,
    Queued,
    Reason,
    ResultFiles,
    Started,
)


async def next_delivery(jobs: Jobs) -> Delivery:
    async with asyncio.timeout(PATIENCE):
        async for delivery in jobs.deliveries():
            return delivery
    raise AssertionError


async def events_of(jobs: Jobs, job: str) -> list[Event]:
    async with asyncio.timeout(PATIENCE):
        return [event async for event in jobs.follow(job)]


async def running(jobs: Jobs, job: str) -> bool:
    return isinstance(await jobs.latest_event(job), Started)


async def test_an_order_is_drawn_and_delivered_with_its_files(open_jobs: Open, gate: Gate) -> None:
    async with open_jobs() as jobs:
        gate.opened.set()
        receipt = await jobs.submit(order("1", prompt=b"midi", chat="c", language="de"))
        assert not receipt.again
        delivery = await next_delivery(jobs)
        assert isinstance(delivery.answer, Done)
        assert delivery.answer.job == delivery.job.id == receipt.job
        assert (delivery.job.user, delivery.job.chat, delivery.job.language) == ("ada", "c", "de")
        assert delivery.job.reply.address == "page of ada"
        assert not delivery.doubtful
        assert await jobs.files(delivery.answer) == ResultFiles(b"picture", b"mp3", b"midi")
        await jobs.posting(delivery)
        await jobs.posted(delivery)
        assert await jobs.latest_event(receipt.job) == Ended(
            job=receipt.job, answer=delivery.answer
        )


@pytest.mark.parametrize(
    ("options", "pictures", "fits"),
    [
        (DrawOptions(bars=32, candidates=32), 2, True),
        (DrawOptions(bars=32, candidates=32), 3, False),
        (DrawOptions(candidates=9), 10, False),
        (DrawOptions(), 10, True),
        (DrawOptions.of(engine="chords", candidates=32), 10, True),
    ],
)
async def test_an_order_is_no_more_work_than_allowed(
    open_jobs: Open, gate: Gate, options: DrawOptions, pictures: int, *, fits: bool
) -> None:
    async with open_jobs() as jobs:
        gate.opened.set()
        asked = replace(order("1", options=options), pictures=(b"picture",) * pictures)
        if fits:
            assert await jobs.submit(asked)
        else:
            with pytest.raises(OptionError, match="too much for one drawing"):
                await jobs.submit(asked)


async def test_a_follower_hears_of_every_step(open_jobs: Open, gate: Gate) -> None:
    async with open_jobs() as jobs:
        blocker = await jobs.submit(order("0", user="bob"))
        await until(lambda: running(jobs, blocker.job))
        receipt = await jobs.submit(order("1"))
        heard: list[Event] = []

        async def follow() -> None:
            async for event in jobs.follow(receipt.job):
                heard.append(event)
                if isinstance(event, Queued):
                    gate.opened.set()

        await asyncio.wait_for(follow(), PATIENCE)
        assert isinstance(heard[0], Queued)
        assert heard[0].position == 1
        rest = [event for event in heard if not isinstance(event, Queued)]
        assert rest[0] == Started(job=receipt.job, attempt=1)
        bars = [event.bar for event in rest if isinstance(event, Progress)]
        assert bars[0] == 1
        assert bars[-1] == 2
        assert isinstance(rest[-1], Ended)
        assert len([event for event in rest if isinstance(event, Ended)]) == 1
        assert await events_of(jobs, receipt.job) == [rest[-1]]


async def test_a_redelivered_request_is_no_second_job(open_jobs: Open, gate: Gate) -> None:
    async with open_jobs() as jobs:
        receipts = await asyncio.gather(*(jobs.submit(order("same")) for _ in range(5)))
        assert len({receipt.job for receipt in receipts}) == 1
        assert sorted(receipt.again for receipt in receipts) == [False, True, True, True, True]
        gate.opened.set()
        await jobs.posted(await next_delivery(jobs))
        assert (await jobs.submit(order("same"))).again
        assert gate.begun == ["ada"]


async def test_the_picture_again_with_the_same_seed_is_not_drawn_again(
    open_jobs: Open, gate: Gate
) -> None:
    async with open_jobs() as jobs:
        gate.opened.set()
        await jobs.submit(order("1"))
        first = await next_delivery(jobs)
        await jobs.posted(first)
        receipt = await jobs.submit(order("2", user="bob"))
        second = await next_delivery(jobs)
        assert isinstance(second.answer, Done)
        assert second.answer.job == receipt.job != first.answer.job
        assert await jobs.files(second.answer) == ResultFiles(b"picture", b"mp3", b"png")
        assert gate.begun == ["ada"]
        await jobs.posted(second)
        await jobs.submit(order("3", options=DrawOptions(seed=2)))
        await next_delivery(jobs)
        assert gate.begun == ["ada", "ada"]


async def test_what_cannot_be_drawn_is_answered_with_a_sentence(open_jobs: Open) -> None:
    async with open_jobs() as jobs:
        receipt = await jobs.submit(order("1", picture=REFUSED))
        delivery = await next_delivery(jobs)
        assert delivery.answer == Failed(
            job=receipt.job,
            reason=Reason.REFUSED,
            sentence=BLANK,
        )


async def test_a_waiting_job_is_cancelled_and_never_begun(open_jobs: Open, gate: Gate) -> None:
    async with open_jobs() as jobs:
        blocker = await jobs.submit(order("0", user="bob"))
        await until(lambda: running(jobs, blocker.job))
        receipt = await jobs.submit(order("1"))
        assert await jobs.cancel(receipt.job)
        delivery = await next_delivery(jobs)
        assert delivery.answer == Cancelled(job=receipt.job)
        assert not await jobs.cancel(receipt.job)
        gate.opened.set()
        await events_of(jobs, blocker.job)
        assert gate.begun == ["bob"]


async def test_a_running_job_is_stopped_and_makes_room(open_jobs: Open, gate: Gate) -> None:
    async with open_jobs() as jobs:
        receipt = await jobs.submit(order("1"))
        waiting = await jobs.submit(order("2", user="bob"))
        await until(lambda: running(jobs, receipt.job))
        assert await jobs.cancel(receipt.job)
        assert (await next_delivery(jobs)).answer == Cancelled(job=receipt.job)
        await until(lambda: running(jobs, waiting.job))
        gate.opened.set()
        assert isinstance((await events_of(jobs, waiting.job))[-1], Ended)


async def test_nobody_knows_of_a_job_that_was_never_there(open_jobs: Open) -> None:
    async with open_jobs() as jobs:
        assert await jobs.latest_event("0" * 32) is None
        assert not await jobs.cancel("0" * 32)
        assert await events_of(jobs, "0" * 32) == []


async def test_users_chats_and_the_queue_have_a_bound(open_jobs: Open) -> None:
    limits = Limits(user=2, chat=3, rate=100, total=5)
    async with open_jobs(limits=limits) as jobs:
        for number in range(2):
            await jobs.submit(order(f"a{number}", chat="c"))
        with pytest.raises(BusyError, match="2 drawings"):
            await jobs.submit(order("a2", chat="c"))
        with pytest.raises(BusyError, match="2 drawings"):
            await jobs.check("a2", "ada", "c")
        await jobs.check("a1", "ada", "c")
        with pytest.raises(BusyError, match="a drawing in"):
            await jobs.check("a2", "ada", "c", most=1)
        await jobs.check("b0", "bob", "c")
        await jobs.submit(order("b0", user="bob", chat="c"))
        with pytest.raises(BusyError, match="This chat"):
            await jobs.submit(order("b1", user="bob", chat="c"))
        for number in range(2):
            await jobs.submit(order(f"c{number}", user="eve"))
        with pytest.raises(FullError):
            await jobs.submit(order("d", user="dan"))
        # What is accepted already is no further job.
        assert (await jobs.submit(order("a0", chat="c"))).again


async def test_a_user_cannot_ask_too_often(open_jobs: Open, gate: Gate) -> None:
    now = [1e9]
    limits = Limits(rate=2, window=600)
    async with open_jobs(limits=limits, clock=lambda: now[0]) as jobs:
        gate.opened.set()
        for number in range(2):
            await jobs.submit(order(f"{number}"))
            await jobs.posted(await next_delivery(jobs))
        with pytest.raises(TooFastError, match="10 minutes"):
            await jobs.submit(order("3"))
        with pytest.raises(TooFastError, match="10 minutes"):
            await jobs.check("3", "ada")
        now[0] += 601
        await jobs.submit(order("3"))


async def test_who_was_forgotten_has_asked_for_nothing_yet(open_jobs: Open, gate: Gate) -> None:
    async with open_jobs(limits=Limits(rate=1, window=600)) as jobs:
        gate.opened.set()
        await jobs.submit(order("0"))
        await jobs.posted(await next_delivery(jobs))
        with pytest.raises(TooFastError):
            await jobs.submit(order("1"))
        await jobs.delete_user("ada")
        assert not (await jobs.submit(order("1"))).again


async def test_how_long_a_job_may_wait_is_told_once_another_was_done(
    open_jobs: Open, gate: Gate
) -> None:
    async with open_jobs(limits=Limits(user=9)) as jobs:
        first = await jobs.submit(order("0"))
        await until(lambda: running(jobs, first.job))
        second = await jobs.submit(order("1", options=DrawOptions(seed=2)))
        standing = await jobs.latest_event(second.job)
        assert isinstance(standing, Queued)
        assert standing.wait is None
        gate.opened.set()
        await events_of(jobs, second.job)
        gate.opened.clear()
        third = await jobs.submit(order("2", options=DrawOptions(seed=3)))
        await until(lambda: running(jobs, third.job))
        waiting = await jobs.submit(order("3", options=DrawOptions(seed=4)))
        standing = await jobs.latest_event(waiting.job)
        assert isinstance(standing, Queued)
        assert standing.wait is not None
        assert 0 <= standing.wait < PATIENCE


async def test_the_first_job_of_a_user_goes_before_the_fifth_of_another(
    open_jobs: Open, gate: Gate
) -> None:
    async with open_jobs(limits=Limits(user=30)) as jobs:
        first = await jobs.submit(order("0"))
        await until(lambda: running(jobs, first.job))
        for number in range(1, 6):
            await jobs.submit(order(str(number), options=DrawOptions(seed=number + 1)))
        single = await jobs.submit(order("single", user="bob", options=DrawOptions(seed=99)))
        standing = await jobs.latest_event(single.job)
        assert isinstance(standing, Queued)
        assert standing.position == 1
        gate.opened.set()
        await events_of(jobs, single.job)
        assert gate.begun[:2] == ["ada", "bob"]


async def test_the_wait_is_told_once_something_is_known(open_jobs: Open, gate: Gate) -> None:
    async with open_jobs() as jobs:
        gate.opened.set()
        done = await jobs.submit(order("0", user="eve", options=DrawOptions(seed=5)))
        await events_of(jobs, done.job)
        gate.opened.clear()
        blocker = await jobs.submit(order("1", user="bob"))
        await until(lambda: running(jobs, blocker.job))
        waiting = await jobs.submit(order("2", options=DrawOptions(seed=6)))
        standing = await jobs.latest_event(waiting.job)
        assert isinstance(standing, Queued)
        assert standing.wait is not None
        assert 0 <= standing.wait < PATIENCE


async def test_an_answer_that_is_not_said_to_be_posted_comes_again(
    open_jobs: Open, gate: Gate, kind: str
) -> None:
    async with open_jobs() as jobs:
        gate.opened.set()
        await jobs.submit(order("1"))
        delivery = await next_delivery(jobs)
        if kind == "redis":
            pytest.skip("the front-end that died is played in test_remote.py")
        assert not (await next_delivery(jobs)).doubtful
        await jobs.posting(delivery)
        again = await next_delivery(jobs)
        assert again.doubtful
        await jobs.posted(again)


async def test_no_pictures_and_too_many_are_refused(open_jobs: Open) -> None:
    async with open_jobs() as jobs:
        for pictures in ((), (b"1",) * 11):
            wrong = Order("1", pictures, DrawOptions(), order("1").reply, "ada")
            with pytest.raises(OptionError, match="1 to 10"):
                await jobs.submit(wrong)


async def test_a_job_is_recalled_for_another_version_of_it(open_jobs: Open, gate: Gate) -> None:
    async with open_jobs() as jobs:
        asked = order("1", prompt=b"midi")
        receipt = await jobs.submit(asked)
        waiting = await jobs.recall(receipt.job)
        assert waiting is not None
        assert waiting.answer is None
        gate.opened.set()
        await next_delivery(jobs)
        kept = await jobs.recall(receipt.job)
        assert kept is not None
        assert isinstance(kept.answer, Done)
        assert (kept.pictures, kept.prompt) == (asked.pictures, b"midi")
        assert kept.options == kept.answer.options
        next_one = kept.again("2", asked.reply, "bob", kept.options.model_copy(update={"seed": 7}))
        assert (next_one.pictures, next_one.prompt, next_one.user) == (
            asked.pictures,
            b"midi",
            "bob",
        )
        assert await jobs.recall("0" * 32) is None


async def test_nothing_of_a_user_who_wants_to_be_forgotten_is_left(
    open_jobs: Open, gate: Gate
) -> None:
    async with open_jobs() as jobs:
        gate.opened.set()
        mine = await jobs.submit(order("1"))
        delivery = await next_delivery(jobs)
        await jobs.posted(delivery)
        gate.opened.clear()
        open_one = await jobs.submit(order("2", picture=b"another"))
        others = await jobs.submit(order("3", user="bob", picture=b"third"))
        assert await jobs.delete_user("ada") == 2
        assert await jobs.recall(mine.job) is None
        assert await jobs.recall(open_one.job) is None
        assert isinstance(delivery.answer, Done)
        assert await jobs.files(delivery.answer) is None
        assert await jobs.recall(others.job) is not None
        assert await jobs.delete_user("ada") == 0


async def test_a_piece_that_is_shared_is_kept_longer_until_its_person_is_forgotten(
    open_jobs: Open, gate: Gate
) -> None:
    week = 7 * 86_400
    async with open_jobs() as jobs:
        gate.opened.set()
        receipt = await jobs.submit(order("1"))
        first = await next_delivery(jobs)
        await jobs.posted(first)
        kept = await jobs.recall(receipt.job)
        assert kept is not None
        assert isinstance(kept.answer, Done)
        soon = await jobs.kept_until(kept.answer)
        assert soon is not None
        assert 0 < soon - time.time() < week / 2
        shared = await jobs.keep(kept.job, week)
        assert shared == pytest.approx(time.time() + week, abs=60)
        # Neither a shorter time nor the same music for somebody else makes it less.
        assert await jobs.keep(kept.job, 60) == shared
        await jobs.submit(order("2", user="bob"))
        second = await next_delivery(jobs)
        assert isinstance(second.answer, Done)
        await jobs.posted(second)
        assert await jobs.kept_until(second.answer) == shared
        await jobs.delete_user("ada")
        assert await jobs.kept_until(kept.answer) is None
        assert await jobs.keep(kept.job, week) is None

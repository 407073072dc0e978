"""What jobs within the process keep in memory."""

import itertools

import pytest

from bot.jobs.limits import FullError, Limits
from bot.jobs.local import LocalJobs
from tests.bot.jobs.conftest import REFUSED, Gate, order, perform_at, until
from worker.contract import Done, Ended, Failed, Queued, Reason, Started


async def ended(jobs: LocalJobs, request: str, picture: bytes) -> str:
    receipt = await jobs.submit(order(request, picture=picture))
    events = [event async for event in jobs.follow(receipt.job)]
    assert isinstance(events[-1], Ended)
    return receipt.job


async def test_pictures_of_what_failed_are_dropped_at_once() -> None:
    jobs = LocalJobs(perform_at(Gate()))
    kept = await jobs.recall(await ended(jobs, "1", REFUSED))
    assert kept is not None
    assert kept.pictures == ()
    await jobs.close()


async def test_a_drawing_that_takes_too_long_is_given_up() -> None:
    seconds = itertools.count()
    jobs = LocalJobs(perform_at(Gate()), job_seconds=20, clock=lambda: float(next(seconds)))
    receipt = await jobs.submit(order("1"))
    *_, end = [event async for event in jobs.follow(receipt.job)]
    assert isinstance(end, Ended)
    assert isinstance(end.answer, Failed)
    assert end.answer.reason is Reason.TIMEOUT
    assert "took too long" in end.answer.sentence.text
    await jobs.close()


async def test_as_many_are_drawn_at_a_time_as_there_are_slots() -> None:
    gate = Gate()
    jobs = LocalJobs(perform_at(gate), room=2)
    receipts = [await jobs.submit(order(name, user=name)) for name in "abc"]

    async def two_began() -> bool:
        return len(gate.begun) == 2

    await until(two_began)
    states = [type(await jobs.latest_event(receipt.job)) for receipt in receipts]
    assert states == [Started, Started, Queued]
    gate.opened.set()
    for receipt in receipts:
        *_, end = [event async for event in jobs.follow(receipt.job)]
        assert isinstance(end, Ended)
    await jobs.close()


async def test_the_oldest_pictures_go_where_there_are_too_many_and_open_ones_stay() -> None:
    gate = Gate()
    jobs = LocalJobs(perform_at(gate), limits=Limits(user=9, rate=99), most_bytes=100)
    gate.opened.set()
    first, second = [await ended(jobs, name, name.encode() * 40) for name in "ab"]
    gate.opened.clear()
    third = (await jobs.submit(order("c", picture=bytes(60)))).job
    sizes = []
    for job in (first, second, third):
        kept = await jobs.recall(job)
        assert kept is not None
        sizes.append(sum(map(len, kept.pictures)))
    assert sizes == [0, 40, 60]
    with pytest.raises(FullError):
        await jobs.submit(order("d", picture=bytes(50)))
    gate.opened.set()
    await jobs.close()


async def test_the_oldest_results_go_where_there_are_too_many_and_the_newest_stay() -> None:
    gate = Gate()
    gate.opened.set()
    jobs = LocalJobs(perform_at(gate), limits=Limits(user=9, rate=99), most_bytes=100)
    answers: list[Done] = []

    async def sizes_after(picture: bytes) -> list[int]:
        receipt = await jobs.submit(order(str(len(answers)), picture=picture))
        *_, end = [event async for event in jobs.follow(receipt.job)]
        assert isinstance(end, Ended)
        assert isinstance(end.answer, Done)
        answers.append(end.answer)
        found = [await jobs.files(answer) for answer in answers]
        return [files.size if files else 0 for files in found]

    assert await sizes_after(b"a" * 40) == [46]
    assert await sizes_after(b"b" * 40) == [46, 46]
    assert await sizes_after(b"c" * 40) == [0, 46, 46]
    assert await sizes_after(b"d" * 98) == [0, 0, 0, 104]
    await jobs.close()

"""A person's pieces: the last ones, and those that are kept longer, in both kinds of queue."""

import time
from dataclasses import replace

from bot.jobs.interface import Jobs, Kept, Order
from mididraw.options import Video
from tests.bot.jobs.conftest import (
    Gate,
    Open,
    gate,
    kind,
    open_jobs,
    order,
    redis_server,
    redis_url,
    until,
)
from worker.contract import Done

__all__ = ["gate", "kind", "open_jobs", "redis_server", "redis_url"]
WEEK, DAY = 7 * 86_400, 86_400


async def drawn(jobs: Jobs, wanted: Order) -> Kept:
    """Order, and wait until it is there and posted."""
    receipt = await jobs.submit(wanted)
    async for delivery in jobs.deliveries():
        await jobs.posted(delivery)
        if delivery.job.id == receipt.job:
            break
    kept = await jobs.recall(receipt.job)
    assert kept is not None
    return kept


async def test_pieces_are_told_with_the_newest_first(open_jobs: Open, gate: Gate) -> None:
    gate.opened.set()
    began = float(int(time.time()))
    moment = [began]
    async with open_jobs(clock=lambda: moment[0]) as jobs:
        for number in range(3):
            moment[0] += 10
            await drawn(jobs, order(f"piece {number}", picture=bytes([number])))
        await drawn(jobs, order("another's", user="eve", picture=b"another"))
        found = await jobs.pieces("ada", 9)
        assert [piece.job.requested for piece in found] == [began + 30, began + 20, began + 10]
        assert [piece.answer.job for piece in found] == [piece.job.id for piece in found]
        assert [piece.job.id for piece in await jobs.pieces("ada", 1)] == [found[0].job.id]
        assert await jobs.pieces("nobody", 9) == []
        kept = await jobs.recall(found[0].job.id)
        assert kept is not None
        assert isinstance(kept.answer, Done)
        films = kept.options.model_copy(update={"video": Video.WIDE})
        again = kept.again("film", kept.job.reply, "ada", films, b"midi")
        await drawn(jobs, again)
        # A video of a piece is none of its own.
        assert len(await jobs.pieces("ada", 9)) == 3
        await jobs.delete_user("ada")
        assert await jobs.pieces("ada", 9) == []


async def test_the_same_order_is_answered_at_once_and_by_its_own_music(
    open_jobs: Open, gate: Gate
) -> None:
    gate.opened.set()
    async with open_jobs() as jobs:
        for wanted in (order("one"), replace(order("two"), prompt=b"midi", written=True)):
            kept = await drawn(jobs, wanted)
            begun = len(gate.begun)
            again = await drawn(jobs, kept.same(f"{wanted.request} again", wanted.reply, "ada"))
            assert again.job.music == kept.job.music
            assert (again.job.written, again.prompt) == (wanted.written, wanted.prompt)
            assert len(gate.begun) == begun


async def test_a_favourite_is_kept_with_its_pictures_until_it_is_let_go(
    open_jobs: Open, gate: Gate
) -> None:
    gate.opened.set()
    async with open_jobs() as jobs:
        kept = await drawn(jobs, order("piece", prompt=b"midi"))
        assert isinstance(kept.answer, Done)
        before = await jobs.kept_until(kept.answer)
        until_then = await jobs.keep(kept.job, WEEK)
        assert before is not None
        assert until_then is not None
        assert until_then > before + 5 * DAY
        assert await jobs.kept_until(kept.answer) == until_then
        await jobs.loosen(kept.job)
        after = await jobs.kept_until(kept.answer)
        assert after is not None
        assert after <= before + 60
        assert await jobs.recall(kept.job.id) == kept
        # It can be kept anew, and is forgotten with its person.
        assert await jobs.keep(kept.job, WEEK)
        await jobs.delete_user("ada")

        async def gone() -> bool:
            return await jobs.recall(kept.job.id) is None

        await until(gone)
        await jobs.loosen(kept.job)
        assert await jobs.keep(kept.job, WEEK) is None

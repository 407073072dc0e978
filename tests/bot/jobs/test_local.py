"""What only the queue within a process has to do: keep its memory small."""

import asyncio

import pytest

from bot.jobs.limits import RefusedError
from bot.jobs.local import LocalJobs
from tests.bot.jobs.conftest import PATIENCE, Gate, gate, order, perform_at

__all__ = ["gate"]


async def test_pictures_and_prompts_have_so_many_bytes_and_the_oldest_ended_give_way(
    gate: Gate,
) -> None:
    jobs = LocalJobs(perform_at(gate), most_bytes=100)
    first = await jobs.submit(order("1", picture=b"x" * 40, prompt=b"y" * 40))
    with pytest.raises(RefusedError):
        await jobs.submit(order("2", picture=b"z" * 30))
    second = await jobs.submit(order("3", picture=b"z" * 20))
    gate.opened.set()
    async with asyncio.timeout(PATIENCE):
        for receipt in (first, second):
            async for _ in jobs.follow(receipt.job):
                pass
    await jobs.submit(order("4", picture=b"w" * 70))
    kept = [await jobs.recall(receipt.job) for receipt in (first, second)]
    assert [one and (one.pictures, one.prompt) for one in kept] == [
        ((), None),
        ((b"z" * 20,), None),
    ]
    await jobs.close()

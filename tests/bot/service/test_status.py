"""A job's status: what is told of it, and that its end is one."""

import asyncio
import gc

from bot.jobs.local import LocalJobs
from bot.service.status import StatusFollower
from bot.texts import texts_in
from tests.bot.jobs.conftest import Gate, perform_at


async def test_a_status_that_ends_before_its_first_step_leaves_nothing_behind() -> None:
    # asyncio warns of a coroutine that nothing awaits, and pytest takes warnings for errors.
    told: list[str] = []

    async def show(job: str, line: str) -> None:
        told.append(f"{job}: {line}")

    jobs = LocalJobs(perform_at(Gate()))
    statuses = StatusFollower(jobs, 0.0, ())
    statuses.begin("a job", show, texts_in("en"))
    await statuses.end("a job")
    statuses.begin("another", show, texts_in("en"))
    await statuses.close()
    await jobs.close()
    gc.collect()
    await asyncio.sleep(0)
    assert told == []

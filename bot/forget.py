"""``mididraw admin forget``: what is kept of a person is deleted, as if they had asked in chat."""

import asyncio
import os
from typing import Annotated

import typer

from mididraw.cli.output import OUT


def forget(
    front: Annotated[str, typer.Argument(help="discord, telegram or web.")],
    user: Annotated[str, typer.Argument(help="The person's id there.")],
) -> None:
    """Delete a person's jobs, pictures, results and defaults; galleries are for chats to clear."""
    from bot.jobs.remote import RedisJobs
    from bot.memory import Memory, RedisStore
    from worker.queue.settings import QueueSettings

    url = QueueSettings.from_environment(os.environ).redis

    async def work() -> int:
        jobs, memory = RedisJobs(url, front), Memory(RedisStore(url), front)
        try:
            count = await jobs.forget(user)
            await memory.forget(user)
        finally:
            await jobs.close()
            await memory.close()
        return count

    OUT.print(f"{asyncio.run(work())} drawings and all defaults are deleted", markup=False)

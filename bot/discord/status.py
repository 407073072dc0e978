"""The deferred answer tells how far the drawing is until the music takes its place."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import discord

from bot.jobs.interface import Jobs
from bot.reply import tell
from bot.texts import Texts
from mididraw.errors import MididrawError

_log = logging.getLogger(__name__)
Edit = Callable[[str], Awaitable[None]]
"""Writes a line in the place of the one before."""


class Statuses:
    """The statuses of all drawings that are under way."""

    def __init__(self, jobs: Jobs, rest: float = 2.0) -> None:
        """``rest`` is the least number of seconds between two edits."""
        self._jobs, self._rest = jobs, rest
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, job: str, edit: Edit, said: Texts) -> None:
        """Follow a job; what goes wrong in telling of it does not touch the drawing."""
        task = asyncio.create_task(self._tell(job, edit, said))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Follow nothing any more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self, job: str, edit: Edit, said: Texts) -> None:
        newest: asyncio.Queue[str] = asyncio.Queue(1)

        async def listen() -> None:
            async for event in self._jobs.follow(job):
                line = tell(event, said)
                if line:
                    if newest.full():
                        newest.get_nowait()
                    newest.put_nowait(line)

        listener = asyncio.create_task(listen())
        try:
            while not listener.done():
                getter = asyncio.create_task(newest.get())
                await asyncio.wait({getter, listener}, return_when=asyncio.FIRST_COMPLETED)
                if listener.done():
                    getter.cancel()
                    return
                await edit(getter.result())
                await asyncio.wait({listener}, timeout=self._rest)
        except (discord.HTTPException, MididrawError) as error:
            _log.info("a status is not told: %s", type(error).__name__, extra={"job": job})
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

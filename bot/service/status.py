"""While a drawing becomes music, a line of text tells how far it is."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

from bot.jobs.interface import Jobs
from bot.reply import tell
from bot.tasks import end
from bot.texts import Texts
from mididraw.errors import MididrawError

_log = logging.getLogger(__name__)


class Show(Protocol):
    """Shows a job's line in the place of the one before."""

    async def __call__(self, job: str, line: str) -> None:
        """Show a line."""


class StatusFollower:
    """Follows all drawings that are under way.

    At most one line goes out within ``rest`` seconds, the newest; lines in between are passed over.
    """

    def __init__(self, jobs: Jobs, rest: float, chat_errors: tuple[type[Exception], ...]) -> None:
        """Follow jobs.

        Args:
            jobs: the queue.
            rest: least number of seconds between two lines of a drawing.
            chat_errors: what the chat raises if a line cannot be shown; nobody is told of it.
        """
        self._jobs, self._rest = jobs, rest
        self._errors: tuple[type[Exception], ...] = (*chat_errors, MididrawError)
        self._tasks: set[asyncio.Task[None]] = set()
        self._following: dict[str, asyncio.Task[None]] = {}

    def begin(self, job: str, show: Show, texts: Texts) -> None:
        """Follow a job; what goes wrong in telling of it does not touch the drawing."""
        task = self._following[job] = self.run(lambda: self._follow(job, show, texts), job)

        def over(task: asyncio.Task[None]) -> None:
            if self._following.get(job) is task:
                del self._following[job]

        task.add_done_callback(over)

    async def end(self, job: str) -> None:
        """Tell no more of a job: a line that is still on its way is called back."""
        if (task := self._following.get(job)) is not None:
            task.cancel()
            await asyncio.wait({task})

    def run(self, work: Callable[[], Awaitable[None]], job: str) -> asyncio.Task[None]:
        """Do something else beside a drawing, as harmless as its status.

        Args:
            work: begins it; not called at all if the task is cancelled before its first step.
            job: whose it is.
        """

        async def guarded() -> None:
            try:
                await work()
            except self._errors as error:
                _log.info("a status is not told: %s", type(error).__name__, extra={"job": job})

        task = asyncio.create_task(guarded(), name=f"status of {job}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Follow nothing any more."""
        await end(self._tasks)

    async def _follow(self, job: str, show: Show, texts: Texts) -> None:
        shown = ""
        async with aclosing(self._newest_lines(job, texts)) as lines:
            async for line in lines:
                if line != shown:
                    shown = line
                    await show(job, line)

    async def _newest_lines(self, job: str, texts: Texts) -> AsyncGenerator[str, None]:
        newest, changed = "", asyncio.Event()

        async def listen() -> None:
            nonlocal newest
            async for event in self._jobs.follow(job):
                newest = tell(event, texts) or newest
                changed.set()

        listener = asyncio.create_task(listen())
        try:
            while not listener.done():
                waiter = asyncio.create_task(changed.wait())
                await asyncio.wait({waiter, listener}, return_when=asyncio.FIRST_COMPLETED)
                waiter.cancel()
                if listener.done():
                    return
                changed.clear()
                yield newest
                await asyncio.wait({listener}, timeout=self._rest)
        finally:
            await end([listener])


Edit = Callable[[str], Awaitable[None]]
"""Writes a line in the place of the one before, in a message that is there already."""


def shown_by(edit: Edit) -> Show:
    """Show lines by editing one message."""

    async def show(job: str, line: str) -> None:  # noqa: ARG001 -- the message knows its job
        await edit(line)

    return show

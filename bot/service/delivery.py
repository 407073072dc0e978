"""Answers from the outbox become messages, however often a chat is away meanwhile."""

import asyncio
import logging
from collections import Counter
from collections.abc import Hashable
from contextlib import suppress
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, cast

from bot.jobs.interface import Delivery, Jobs
from bot.reply import Reply, compose
from bot.service.sound import fitted
from bot.service.target import ChatTarget
from bot.tasks import end
from bot.texts import Texts, texts_in
from worker.contract import Done, ReplyTo
from worker.queue.connection import AwayError

_log = logging.getLogger(__name__)
_PAUSE, _LONGEST = 1.0, 600.0
"""Seconds after which an answer is tried again, twice as many each time, and at most."""
_GIVEN_UP = 6 * 3600
"""Seconds after which an answer is not tried again."""
_BREAKS = 3
"""How often an answer is tried that breaks the bot."""
_AT_ONCE = 8
"""Answers that are posted at a time: after an outage very many are there."""
_FINISHING = 10.0
"""Seconds that an answer has at the end which is being posted: cut off, it would come twice."""
T = TypeVar("T", bound=ChatTarget)


class LaterError(Exception):
    """The chat is away; it is tried again, not before ``after`` seconds."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class LostError(Exception):
    """The answer cannot be posted at all; ``outcome`` is what is counted: gone or refused."""

    def __init__(self, outcome: str, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome


class TooLargeError(Exception):
    """The chat takes no file of that size."""


class MovedError(Exception):
    """The chat is now another one."""

    def __init__(self, target: Any) -> None:
        super().__init__()
        self.target = target


class Poster(Protocol[T]):
    """A front-end's side: writes an answer as messages, and maps the chat's errors."""

    def read_target(self, reply: ReplyTo) -> T | None:
        """Read where an answer goes; None if it cannot be read."""

    def order_key(self, target: T) -> Hashable | None:
        """Answers of one key go out one after another; None for no order."""

    def file_limit(self, target: T) -> int:
        """Bytes that a file may have there."""

    async def post(self, delivery: Delivery, target: T, reply: Reply, texts: Texts) -> str:
        """Post an answer; gives the outcome to count.

        Raises:
            LaterError: the chat is away, or wants a pause.
            LostError: the chat is gone, or refuses it.
            TooLargeError: a file is too large.
            MovedError: the chat is now another one.
        """

    async def acknowledged(self, delivery: Delivery, target: T, *, posted: bool) -> None:
        """Clean up behind an answer that will not come again."""


class Deliverer(Generic[T]):
    """Posts what the outbox holds until it is closed."""

    def __init__(self, jobs: Jobs, poster: Poster[T]) -> None:
        self._jobs, self._poster = jobs, poster
        self.outcomes: Counter[str] = Counter()
        """What became of answers."""
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._posting: set[asyncio.Task[None]] = set()
        """Those of the tasks that do not wait: for their turn, for room, or for the chat."""
        self._closing = False
        self._last: dict[Hashable, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver for ever; an answer waits only for those of its own key."""
        async for delivery in self._jobs.deliveries():
            target = self._poster.read_target(delivery.job.reply)
            if target is None:
                self.outcomes["unreadable"] += 1
                await self._jobs.posted(delivery)
                continue
            key = self._poster.order_key(target)
            before = None if key is None else self._last.get(key)
            task = asyncio.create_task(self._deliver(delivery, target, before))
            self._tasks.add(task)
            if key is not None:
                self._last[key] = task
            task.add_done_callback(partial(self._done, key))

    async def close(self) -> None:
        """Finish what is being posted; the rest comes again."""
        self._closing = True
        await end(self._tasks - self._posting)
        if self._posting:
            await asyncio.wait(self._posting, timeout=_FINISHING)
        await end(self._tasks)

    def _done(self, key: Hashable | None, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._posting.discard(task)
        if key is not None and self._last.get(key) is task:
            del self._last[key]
        if not task.cancelled() and task.exception():
            _log.error("a delivery broke", exc_info=task.exception())

    async def _deliver(
        self, delivery: Delivery, target: T, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        me = cast("asyncio.Task[None]", asyncio.current_task())
        outcome, posted, pauses = "", False, _Pauses()
        while not outcome:
            try:
                async with self._room:
                    self._posting.add(me)
                    outcome = await self._post(delivery, target)
                posted = True
            except MovedError as error:
                target = error.target
            except LostError as error:
                outcome = error.outcome
                _log.warning("%s: %s", outcome, error, extra={"job": delivery.job.id})
            except Exception as error:  # noqa: BLE001 -- no fault may hold an answer for ever
                outcome = pauses.outcome(error, delivery.job.id)
                if not outcome:
                    self.outcomes["later"] += 1
                    self._posting.discard(me)
                    if self._closing:
                        return
                    await asyncio.sleep(pauses.next(getattr(error, "after", 0.0)))
        self.outcomes[outcome] += 1
        with suppress(AwayError):
            await self._jobs.posted(delivery)
            await self._poster.acknowledged(delivery, target, posted=posted)

    async def _post(self, delivery: Delivery, target: T) -> str:
        await self._jobs.posting(delivery)
        answer, texts = delivery.answer, texts_in(delivery.job.language)
        files = await self._jobs.files(answer) if isinstance(answer, Done) else None
        reply = compose(delivery.job, answer, files, texts)
        limit = self._poster.file_limit(target)
        # What the chat tells of its limit can be wrong.
        for most in (limit, limit // 4, 0):
            fitting = await asyncio.to_thread(fitted, reply, most, texts)
            try:
                return await self._poster.post(delivery, target, fitting, texts)
            except TooLargeError:
                continue
        raise LostError("refused", "too large without any file")


class _Pauses:
    """How long an answer waits between two tries, and when there is no further one."""

    def __init__(self) -> None:
        self._now = asyncio.get_running_loop().time
        self._began, self._pause, self._breaks = self._now(), _PAUSE, 0

    def outcome(self, error: Exception, job: str) -> str:
        """What becomes of an answer that was not posted; empty if it is tried again."""
        passing = isinstance(error, LaterError | AwayError)
        if passing:
            _log.warning("later: %s", error, extra={"job": job})
        else:
            self._breaks += 1
            _log.error("a delivery broke", exc_info=error, extra={"job": job})
        if self._breaks >= _BREAKS:
            return "broken"
        return "given up" if self._now() - self._began > _GIVEN_UP else ""

    def next(self, least: float) -> float:
        """Seconds until the next try."""
        pause, self._pause = max(self._pause, least), min(2 * self._pause, _LONGEST)
        return pause

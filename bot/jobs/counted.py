"""Any jobs, with what happens to them logged and counted on the front-end's side."""

import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from bot.jobs.interface import Delivery, Jobs, Kept, ListedPiece, Order, Receipt
from bot.jobs.limits import RefusedError
from bot.metrics import FrontMetrics
from mididraw.errors import MididrawError
from worker.contract import Answer, Done, Event, Failed, Job, ResultFiles

_log = logging.getLogger(__name__)


class CountedJobs:
    """Hands everything on to other jobs."""

    def __init__(self, jobs: Jobs, front: str, metrics: FrontMetrics) -> None:
        self._jobs, self._front, self._metrics = jobs, front, metrics
        self._taken: dict[str, float] = {}

    async def check(self, request: str, user: str, chat: str = "", most: int | None = None) -> None:
        """See whether a job would be accepted; see :class:`bot.jobs.interface.Jobs`."""
        with self._refusals():
            await self._jobs.check(request, user, chat, most)

    async def submit(self, order: Order) -> Receipt:
        """Accept a job; see :class:`bot.jobs.interface.Jobs`."""
        with self._refusals():
            receipt = await self._jobs.submit(order)
        self._metrics.orders.labels(self._front, "again" if receipt.again else "accepted").inc()
        _log.info("accepted", extra={"job": receipt.job, "front": self._front})
        return receipt

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except MididrawError as error:
            verdict = type(error).__name__.removesuffix("Error").lower()
            self._metrics.orders.labels(self._front, verdict).inc()
            refused = isinstance(error, RefusedError)
            _log.log(logging.INFO if refused else logging.WARNING, "not accepted: %s", verdict)
            raise

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """Answers to post; see :class:`bot.jobs.interface.Jobs`."""
        async for delivery in self._jobs.deliveries():
            self._taken[delivery.entry] = time.monotonic()
            self._metrics.deliveries.labels(self._front, _how(delivery.answer)).inc()
            yield delivery

    async def posted(self, delivery: Delivery) -> None:
        """Say that it is posted."""
        await self._jobs.posted(delivery)
        since = self._taken.pop(delivery.entry, None)
        if since is not None:
            self._metrics.posting.labels(self._front).observe(time.monotonic() - since)
        self._metrics.total.labels(self._front).observe(
            max(0.0, time.time() - delivery.job.requested)
        )
        _log.info("posted", extra={"job": delivery.job.id, "front": self._front})

    async def posting(self, delivery: Delivery) -> None:
        """Say that it is about to be posted."""
        await self._jobs.posting(delivery)

    async def cancel(self, job: str) -> bool:
        """Stop a job; see :class:`bot.jobs.interface.Jobs`."""
        return await self._jobs.cancel(job)

    async def latest_event(self, job: str) -> Event | None:
        """How a job stands; None if nothing is known of it."""
        return await self._jobs.latest_event(job)

    def follow(self, job: str) -> AsyncIterator[Event]:
        """Tell what happens to a job, from how it stands now to its end."""
        return self._jobs.follow(job)

    async def files(self, answer: Done) -> ResultFiles | None:
        """The files of an answer; None if they are kept no longer."""
        return await self._jobs.files(answer)

    async def kept_until(self, answer: Done) -> float | None:
        """When the files of an answer are deleted; None if they are gone."""
        return await self._jobs.kept_until(answer)

    async def keep(self, job: Job, seconds: int) -> float | None:
        """Keep a piece and its files so long; when they are deleted."""
        return await self._jobs.keep(job, seconds)

    async def loosen(self, job: Job) -> None:
        """Keep a piece no longer than any other."""
        await self._jobs.loosen(job)

    async def pieces(self, user: str, most: int) -> list[ListedPiece]:
        """A user's last pieces that are kept, the newest first."""
        return await self._jobs.pieces(user, most)

    async def recall(self, job: str) -> Kept | None:
        """A job and its pictures; None if they are kept no longer."""
        return await self._jobs.recall(job)

    async def delete_user(self, user: str) -> int:
        """Cancel and delete all jobs of a user."""
        return await self._jobs.delete_user(user)

    async def close(self) -> None:
        """Let go of everything; jobs go on."""
        await self._jobs.close()


def _how(answer: Answer) -> str:
    if isinstance(answer, Done):
        return "done"
    return str(answer.reason) if isinstance(answer, Failed) else "cancelled"

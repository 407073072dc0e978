"""Any jobs, with what happens to them logged and counted on the front-end's side."""

import logging
import time
from collections.abc import AsyncIterator

from bot.jobs.interface import Delivery, Jobs, Kept, Order, Receipt
from bot.jobs.limits import RefusedError
from bot.metrics import Metrics
from mididraw.errors import MididrawError
from worker.contract import Answer, Done, Event, Failed, Files

_log = logging.getLogger(__name__)


class CountedJobs:
    """Hands everything on to other jobs."""

    def __init__(self, jobs: Jobs, front: str, metrics: Metrics) -> None:
        self._jobs, self._front, self._metrics = jobs, front, metrics
        self._taken: dict[str, float] = {}

    async def submit(self, order: Order) -> Receipt:
        """Accept a job; see :class:`bot.jobs.interface.Jobs`."""
        try:
            receipt = await self._jobs.submit(order)
        except MididrawError as error:
            verdict = type(error).__name__.removesuffix("Error").lower()
            self._metrics.orders.labels(self._front, verdict).inc()
            refused = isinstance(error, RefusedError)
            _log.log(logging.INFO if refused else logging.WARNING, "not accepted: %s", verdict)
            raise
        self._metrics.orders.labels(self._front, "again" if receipt.again else "accepted").inc()
        _log.info("accepted", extra={"job": receipt.job, "front": self._front})
        return receipt

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

    async def look(self, job: str) -> Event | None:
        """How a job stands; None if nothing is known of it."""
        return await self._jobs.look(job)

    def follow(self, job: str) -> AsyncIterator[Event]:
        """Tell what happens to a job, from how it stands now to its end."""
        return self._jobs.follow(job)

    async def files(self, answer: Done) -> Files | None:
        """The files of an answer; None if they are kept no longer."""
        return await self._jobs.files(answer)

    async def recall(self, job: str) -> Kept | None:
        """A job and its pictures; None if they are kept no longer."""
        return await self._jobs.recall(job)

    async def forget(self, user: str) -> int:
        """Cancel and delete all jobs of a user."""
        return await self._jobs.forget(user)

    async def close(self) -> None:
        """Let go of everything; jobs go on."""
        await self._jobs.close()


def _how(answer: Answer) -> str:
    if isinstance(answer, Done):
        return "done"
    return str(answer.reason) if isinstance(answer, Failed) else "cancelled"

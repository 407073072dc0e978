"""The one place that touches RQ's inside: tickets are claimed, renewed while a job runs, let go.

RQ's own worker does one job at a time and calls the function that a ticket names. Ours does many
at a time and calls nothing that it reads in Redis, so it moves tickets through RQ's lists and
registries itself: from a queue to its intermediate queue, from there to the started registry with
an execution that must be renewed, and away. ``rq info`` shows them on their way.
"""

import time
from collections.abc import Sequence
from typing import Any

from redis import Redis
from redis.client import Pipeline
from rq import Queue
from rq.exceptions import DequeueTimeout
from rq.executions import Execution
from rq.job import Job as Ticket

from worker.queue import keys
from worker.queue.tickets import TicketQueues

_TURN = 8
"""Every so many tickets the levels are asked the other way round, so that the last one moves on
however many first jobs there are."""

__all__ = ["Execution", "TicketReader"]


class TicketReader:
    """The waiting line as a worker sees it."""

    def __init__(self, connection: Redis, worker: str, life: int, alive: int) -> None:
        """Serve as ``worker``.

        Args:
            connection: to Redis.
            worker: its name.
            life: seconds that a ticket is kept.
            alive: seconds that a job counts as running since it was last renewed.
        """
        self._connection, self._worker, self._life, self._alive = connection, worker, life, alive
        self.tickets = TicketQueues(connection, life)
        self._claimed = 0

    def claim(self, block: float, *, later: bool = True) -> tuple[str, str] | None:
        """The next job's id and level; moved aside, where it is found again if we die.

        Args:
            block: seconds to wait for a first job where there is none at all; 0 not to wait.
            later: whether a job of the last level will do.
        """
        queues = list(self.tickets.queues.items())
        if not later:
            queues.pop()
        if self._claimed % _TURN == _TURN - 1:
            queues.reverse()
        for level, queue in queues:
            if (found := self._move(queue, None)) is not None:
                self._claimed += 1
                return found, level
        if not block:
            return None
        level = keys.LEVELS[0]
        found = self._move(self.tickets.queues[level], block)
        return None if found is None else (found, level)

    def _move(self, queue: Queue, block: Any) -> str | None:
        try:
            found = Queue.lmove(self._connection, queue.key, block)
        except DequeueTimeout:
            return None
        return None if found is None else found[1].decode()

    def begin(self, job: str, level: str, pipeline: Pipeline) -> Execution:
        """Count a job as running from here on."""
        ticket = self._ticket(job, level)
        ticket.prepare_for_execution(self._worker, pipeline)
        pipeline.expire(ticket.key, self._life)
        execution = Execution.create(ticket, self._alive, pipeline, self._worker)
        pipeline.expire(ticket.started_job_registry.key, self._life)
        self.remove_aside(job, level, pipeline)
        return execution

    def remove_aside(
        self, job: str, level: str, pipeline: Pipeline, *, delete: bool = False
    ) -> None:
        """Let go of a ticket that was moved aside; ``delete`` it if its job is over."""
        pipeline.lrem(self.tickets.queues[level].intermediate_queue_key, 1, job)
        if delete:
            pipeline.delete(self._ticket(job, level).key)

    def renew(self, execution: Execution, pipeline: Pipeline) -> None:
        """Count a job as running for a while longer."""
        registry = execution.job.started_job_registry
        execution.heartbeat(registry, self._alive, pipeline)

    def end(self, execution: Execution, pipeline: Pipeline, *, delete: bool = True) -> None:
        """Let a job go; ``delete`` its ticket too unless it waits again."""
        execution.delete(execution.job, pipeline)
        if delete:
            pipeline.delete(execution.job.key)

    def waiting(self) -> set[str]:
        """Ids of all jobs in line."""
        with self._connection.pipeline(transaction=False) as pipeline:
            for queue in self.tickets.queues.values():
                pipeline.lrange(queue.key, 0, -1)
            return {job.decode() for line in pipeline.execute() for job in line}

    def running(self) -> set[str]:
        """Ids of all jobs that a worker has renewed lately."""
        with self._connection.pipeline(transaction=False) as pipeline:
            for queue in self.tickets.queues.values():
                pipeline.zrangebyscore(queue.started_job_registry.key, time.time(), "inf")
            entries: Sequence[Sequence[bytes]] = pipeline.execute()
        return {entry.decode().partition(":")[0] for found in entries for entry in found}

    def put_back(self, job: str, level: str) -> None:
        """Put a job in line again whose ticket was lost or whose worker died."""
        with self._connection.pipeline() as pipeline:
            pipeline.lrem(self.tickets.queues[level].intermediate_queue_key, 0, job)
            pipeline.execute()
        self.tickets.put(job, level)

    def clean(self) -> None:
        """Throw away what is left of jobs whose worker died and of tickets without a job."""
        with self._connection.pipeline(transaction=False) as pipeline:
            for queue in self.tickets.queues.values():
                # A worker that was only slow may still renew what is a little late.
                late = time.time() - 2 * self._alive
                pipeline.zremrangebyscore(queue.started_job_registry.key, 0, late)
                pipeline.lrange(queue.intermediate_queue_key, 0, -1)
            found = pipeline.execute()[1::2]
            aside = [
                (job, queue)
                for jobs, queue in zip(found, self.tickets.queues.values(), strict=True)
                for job in jobs
            ]
            for job, _ in aside:
                pipeline.exists(keys.job(job.decode()))
            for (job, queue), known in zip(aside, pipeline.execute(), strict=True):
                if not known:
                    pipeline.lrem(queue.intermediate_queue_key, 0, job)
            pipeline.execute()

    def _ticket(self, job: str, level: str) -> Ticket:
        ticket = Ticket(job, self._connection, serializer="json")
        ticket.origin = self.tickets.queues[level].name
        return ticket

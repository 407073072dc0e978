"""The waiting line: RQ's queues, one a level, used through their public interface.

A ticket is an RQ job with our job's id. It names a function for RQ's sake, which nobody ever calls:
workers read the id alone, so that writing to Redis is no way to run code in them.
"""

from redis import Redis
from rq import Queue
from rq.job import Job as Ticket

from worker.queue import keys

FUNCTION = "worker.run.draw"


class TicketQueues:
    """Puts jobs in line, and tells where they stand. Blocks: call it in a thread."""

    def __init__(self, connection: Redis, life: int) -> None:
        """Let tickets live for ``life`` seconds."""
        self._life = life
        self._connection = connection
        self.queues = {
            level: Queue(keys.queue(level), connection=connection, serializer="json")
            for level in keys.LEVELS
        }

    def put(self, job: str, level: str) -> None:
        """Put a job in line."""
        self.queues[level].enqueue_call(
            FUNCTION,
            job_id=job,
            ttl=self._life,
            result_ttl=0,
            failure_ttl=self._life,
            description=job,
        )

    def delete(self, job: str, level: str) -> None:
        """Take a job out of the line."""
        with self._connection.pipeline() as pipeline:
            self.queues[level].remove(job, pipeline=pipeline)
            pipeline.delete(Ticket(job, self._connection, serializer="json").key)
            pipeline.execute()

    def position(self, job: str, level: str) -> int:
        """How many are to be served up to this one, itself included; at least 1."""
        ahead = 0
        for name, queue in self.queues.items():
            if name == level:
                break
            ahead += queue.count
        return ahead + (self.queues[level].get_job_position(job) or 0) + 1

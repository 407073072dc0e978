"""The queue at a glance: what waits, for how long, and who works."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from redis import Redis

from worker.queue import keys
from worker.queue.connection import redis_errors
from worker.queue.heartbeats import fresh_heartbeats
from worker.queue.states import JobState
from worker.queue.tickets import TicketQueues


@dataclass(frozen=True, slots=True)
class Overview:
    """How queue and workers are at a moment.

    Attributes:
        waiting: jobs in line, by level.
        running: jobs in some worker's hand.
        oldest: seconds that the longest waiting job has waited; 0 where none waits.
        failed: jobs that failed by a fault of ours and are kept.
        workers: how many are alive.
        room: how many jobs they do at a time.
        fronts: how many processes of each front-end are alive.
        outboxes: answers that are not yet posted, by front-end.
        closed: whether new jobs are refused.
    """

    waiting: Mapping[str, int]
    running: int
    oldest: float
    failed: int
    workers: int
    room: int
    fronts: Mapping[str, int]
    outboxes: Mapping[str, int]
    closed: bool

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return asdict(self)


def read_overview(connection: Redis, now: float) -> Overview:
    """Read how queue and workers are.

    Raises:
        AwayError: Redis cannot be reached.
    """
    with redis_errors():
        tickets = TicketQueues(connection, 1)
        opened: Any = connection.zrange(keys.OPEN, 0, -1, withscores=True)
        with connection.pipeline(transaction=False) as pipeline:
            for name, _ in opened:
                pipeline.hget(keys.job(name.decode()), "state")
            states = pipeline.execute()
        streams = sorted(connection.scan_iter(match=keys.outbox("*"), count=1000, _type="stream"))
        with connection.pipeline(transaction=False) as pipeline:
            pipeline.zcard(keys.FAILED)
            pipeline.hgetall(keys.WORKERS)
            pipeline.hgetall(keys.FRONTS)
            pipeline.exists(keys.CLOSED)
            for stream in streams:
                pipeline.xlen(stream)
            failed, workers, fronts, closed, *lengths = pipeline.execute()
        waiting = {level: queue.count for level, queue in tickets.queues.items()}
    waited = [
        now - since
        for (_, since), state in zip(opened, states, strict=True)
        if state == JobState.QUEUED.encode()
    ]
    alive = fresh_heartbeats(workers, now).values()
    front_ends = Counter(name.partition(":")[0] for name in fresh_heartbeats(fronts, now))
    return Overview(
        waiting=waiting,
        running=states.count(JobState.RUNNING.encode()),
        oldest=max([0.0, *waited]),
        failed=failed,
        workers=len(alive),
        room=sum(beat.room for beat in alive),
        fronts=front_ends,
        outboxes={
            stream.decode().rpartition(":")[2]: length
            for stream, length in zip(streams, lengths, strict=True)
        },
        closed=bool(closed),
    )

"""How a job stands in Redis, and how long it may take."""

import math
from dataclasses import dataclass
from statistics import median

from worker.contract import Answer, parse_answer
from worker.queue import keys
from worker.queue.connection import AsyncRedis
from worker.queue.heartbeats import fresh_heartbeats
from worker.queue.states import JobState


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What is known of a job.

    Attributes:
        state: how it stands.
        level: its priority.
        attempts: how often it was begun.
        answer: once there is one.
        durations: seconds that the latest jobs took.
        room: how many jobs all living workers do at a time.
    """

    state: JobState
    level: str
    attempts: int
    answer: Answer | None
    durations: tuple[float, ...]
    room: int

    def wait(self, position: int) -> float | None:
        """Seconds until the job at a position is done; None if nobody works or none was done."""
        return estimate_wait(position, self.durations, self.room)


def estimate_wait(position: int, durations: tuple[float, ...], room: int) -> float | None:
    """As many rounds of ``room`` jobs as it takes to get to ``position``, in recent durations."""
    if not durations or room < 1:
        return None
    return median(durations) * math.ceil(position / room)


async def read_status(redis: AsyncRedis, job: str, now: float) -> JobStatus | None:
    """Read all that is known of a job in one go; None if nothing is."""
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.hmget(keys.job(job), ["state", "level", "attempts", "answer"])
        pipeline.lrange(keys.DURATIONS, 0, -1)
        pipeline.hgetall(keys.WORKERS)
        (state, level, attempts, answer), durations, workers = await pipeline.execute()
    if state is None:
        return None
    return JobStatus(
        JobState(state.decode()),
        level.decode(),
        int(attempts),
        None if answer is None else parse_answer(answer),
        tuple(float(seconds) for seconds in durations),
        sum(beat.room for beat in fresh_heartbeats(workers, now).values()),
    )

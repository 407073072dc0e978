"""How a job stands in Redis, and how long it may take."""

import json
import math
from dataclasses import dataclass
from statistics import median

from worker.contract import Answer, keys, parse_answer
from worker.contract.connection import AsyncRedis

_ALIVE = 20.0
"""Seconds since its last sign of life that a worker is counted on."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a job.

    Attributes:
        state: queued, running, done, failed or cancelled.
        level: its priority.
        attempts: how often it was begun.
        answer: once there is one.
        pace: seconds that the latest jobs took.
        room: how many jobs all living workers do at a time.
    """

    state: str
    level: str
    attempts: int
    answer: Answer | None
    pace: tuple[float, ...]
    room: int

    def wait(self, position: int) -> float | None:
        """Seconds until the job at a position is done; None if nobody works or none was done."""
        return estimate(position, self.pace, self.room)


def estimate(position: int, pace: tuple[float, ...], room: int) -> float | None:
    """As many rounds of ``room`` jobs as it takes to get to ``position``, at the recent pace."""
    if not pace or room < 1:
        return None
    return median(pace) * math.ceil(position / room)


async def read_standing(redis: AsyncRedis, job: str, now: float) -> Standing | None:
    """Read all that is known of a job in one go; None if nothing is."""
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.hmget(keys.job(job), ["state", "level", "attempts", "answer"])
        pipeline.lrange(keys.PACE, 0, -1)
        pipeline.hvals(keys.WORKERS)
        (state, level, attempts, answer), pace, workers = await pipeline.execute()
    if state is None:
        return None
    signs = [json.loads(worker) for worker in workers]
    return Standing(
        state.decode(),
        level.decode(),
        int(attempts),
        None if answer is None else parse_answer(answer),
        tuple(float(seconds) for seconds in pace),
        sum(sign["room"] for sign in signs if now - sign["seen"] < _ALIVE),
    )

"""Every queue follows the table of states: a job begins once, and lost jobs are given time."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis

from bot.jobs.interface import Order
from bot.jobs.limits import Limits
from bot.jobs.remote import RedisJobs
from mididraw.errors import OptionError, Sentence
from tests.bot.jobs.conftest import (
    Gate,
    GateRunner,
    done,
    order,
    redis_server,
    redis_url,
    running_worker,
    until,
)
from worker.contract import Answer, Cancelled, Failed, Job, Reason, job_id, parse_job
from worker.queue import keys, scripts
from worker.queue.admin import Admin
from worker.queue.connection import connect
from worker.queue.consumer import JobConsumer
from worker.queue.ending import end_arguments, end_keys, end_state, register_end_scripts
from worker.queue.lost_jobs import LostJobs
from worker.queue.policy import RetryPolicy
from worker.queue.states import ENDS, OPEN_STATES, TRANSITIONS, JobState, Step, next_state
from worker.queue.tickets import TicketQueues

__all__ = ["redis_server", "redis_url"]

REQUEST = order("1")
JOB = job_id("web", "1")


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as connection:
        yield connection


async def submit(url: str, *orders: Order, limits: Limits | None = None) -> None:
    jobs = RedisJobs(url, "web", limits=limits)
    for one in orders:
        await jobs.submit(one)
    await jobs.close()


def state_of(connection: Redis) -> JobState | None:
    found: Any = connection.hget(keys.job(JOB), "state")
    return None if found is None else JobState(found.decode())


async def take(step: Step, url: str, connection: Redis, job: Job) -> None:
    """Try a step with what takes it in the product."""
    answers: dict[Step, Answer] = {
        Step.FINISH: done(job),
        Step.FAIL: Failed(job=JOB, reason=Reason.BROKEN, sentence=Sentence("no", "No.")),
        Step.CANCEL: Cancelled(job=JOB),
    }
    if step is Step.ADMIT:
        await submit(url, REQUEST)
    elif step is Step.BEGIN:
        begin = connection.register_script(scripts.BEGIN)
        begin(keys=[keys.job(JOB)], args=["w", time.time(), 3])
    elif step is Step.RELEASE:
        release = connection.register_script(scripts.RELEASE)
        release(keys=[keys.job(JOB)], args=["", 0])
    elif step is Step.REQUEUE:
        try:
            Admin(connection, keys.Retention()).requeue(JOB, time.time())
        except OptionError:
            assert state_of(connection) is not JobState.FAILED
    else:
        answer = answers[step]
        end = register_end_scripts(connection.register_script)[end_state(answer)]
        end(keys=end_keys(JOB), args=end_arguments(answer, time.time(), keys.Retention()))


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", [None, *JobState])
async def test_redis_follows_the_table(
    state: JobState | None, step: Step, redis_url: str, connection: Redis
) -> None:
    await submit(redis_url, REQUEST)
    text: Any = connection.hget(keys.job(JOB), "job")
    if state is None:
        connection.delete(keys.job(JOB))
    else:
        connection.hset(keys.job(JOB), "state", state.value)
    await take(step, redis_url, connection, parse_job(text))
    assert state_of(connection) == (next_state(state, step) or state)


def test_the_table_lets_a_job_begin_once_and_end_once() -> None:
    assert TRANSITIONS[Step.BEGIN] == ((JobState.QUEUED,), JobState.RUNNING)
    assert TRANSITIONS[Step.RELEASE] == ((JobState.RUNNING,), JobState.QUEUED)
    assert TRANSITIONS[Step.REQUEUE] == ((JobState.FAILED,), JobState.QUEUED)
    assert set(ENDS) == set(JobState) - set(OPEN_STATES)
    for step in ENDS.values():
        assert set(TRANSITIONS[step][0]) == {JobState.QUEUED, JobState.RUNNING}


async def test_a_running_job_is_begun_by_nobody_else(redis_url: str, connection: Redis) -> None:
    await submit(redis_url, REQUEST)
    first, second = JobConsumer(connection, "first"), JobConsumer(connection, "second")
    claimed = first.claim(1.0)
    assert claimed is not None
    assert connection.keys("*:intermediate") == [], "its ticket is where running ones lie"
    # A second ticket, as a sweep writes one that comes too early.
    TicketQueues(connection, 60).put(JOB, "first")
    assert second.claim() is None
    fields: Any = connection.hmget(keys.job(JOB), ["state", "worker", "attempts"])
    assert fields == [b"running", b"first", b"1"]
    assert first.held == 1
    assert second.held == 0
    # The ticket of a job that is over goes; that of one that runs stays its worker's.
    first.record_answer(Cancelled(job=JOB))
    first.send_answers()
    TicketQueues(connection, 60).put(JOB, "first")
    assert second.claim() is None
    assert connection.keys("rq:job:*") == []


async def test_a_job_is_lost_only_once_it_was_missed_for_the_grace(
    redis_url: str, connection: Redis
) -> None:
    await submit(redis_url, REQUEST)
    now = [time.time()]
    policy = RetryPolicy(alive=15)
    lost = LostJobs(connection, policy, clock=lambda: now[0])
    ours = LostJobs(connection, policy, is_ours=lambda _: True, clock=lambda: now[0])
    line = f"rq:queue:{keys.queue('first')}"
    connection.delete(line)
    assert lost.requeue() == 0
    now[0] += 0.9 * policy.grace
    assert lost.requeue() == 0
    # It was there in between: the time counts anew.
    TicketQueues(connection, 60).put(JOB, "first")
    assert lost.requeue() == 0
    connection.delete(line)
    now[0] += 0.9 * policy.grace
    assert lost.requeue() == 0
    now[0] += policy.grace
    assert ours.requeue() == 0
    assert lost.requeue() == 1
    assert connection.lrange(line, 0, -1) == [JOB.encode()]
    assert policy.grace == 5


async def test_a_waiting_job_expires_at_the_moment_that_it_names(
    redis_url: str, connection: Redis
) -> None:
    await submit(redis_url, REQUEST)
    found: Any = connection.hget(keys.job(JOB), "expires")
    now = [float(found) - 0.01]
    lost = LostJobs(connection, clock=lambda: now[0])
    lost.requeue()
    assert state_of(connection) is JobState.QUEUED
    now[0] = float(found)
    lost.requeue()
    assert state_of(connection) is JobState.FAILED


async def test_who_asks_for_much_fills_half_of_a_worker(redis_url: str, connection: Redis) -> None:
    """Of ten jobs of one person, six are of the last level, which may fill half of the places."""
    many = [order(f"many {number}", user="greedy") for number in range(10)]
    await submit(redis_url, *many, limits=Limits(user=20))
    gate = Gate()
    runner = GateRunner(gate, capacity=16)
    with running_worker(connection, runner):
        await wait_for(lambda: len(gate.begun) >= 8)
        await submit(redis_url, order("single", user="modest"))
        await wait_for(lambda: "modest" in gate.begun)
        assert gate.begun.count("greedy") == 8
        gate.opened.set()
        await wait_for(lambda: len(gate.begun) == 11)


async def test_a_worker_of_one_place_takes_jobs_of_the_last_level(
    redis_url: str, connection: Redis
) -> None:
    many = [order(f"many {number}", user="greedy") for number in range(6)]
    await submit(redis_url, *many, limits=Limits(user=20))
    gate = Gate()
    gate.opened.set()
    with running_worker(connection, GateRunner(gate)):
        await wait_for(lambda: len(gate.begun) == 6)


async def wait_for(holds: Callable[[], bool]) -> None:
    await until(lambda: asyncio.sleep(0, holds()))

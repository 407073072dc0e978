"""What only Redis can do to a queue: outages, full memory, workers and front-ends that die."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from redis import Redis
from rq.job import Job as Ticket

from bot.jobs.interface import Delivery
from bot.jobs.limits import Limits
from bot.jobs.redis_server import RedisServer
from bot.jobs.remote import RedisJobs
from mididraw.errors import Sentence
from mididraw.options import DrawOptions
from tests.bot.jobs.conftest import PATIENCE, Gate, GateRunner, done, order, running_worker, until
from worker.contract import Cancelled, Done, Failed, Queued, Reason, ResultFiles
from worker.queue import keys
from worker.queue.admin import Admin
from worker.queue.connection import AwayError, NoRoomError, connect
from worker.queue.consumer import ClaimedJob, JobConsumer
from worker.queue.lost_jobs import LostJobs
from worker.queue.policy import RetryPolicy

POLICY = RetryPolicy(attempts=2, alive=2)


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as connection:
        yield connection


async def first(jobs: RedisJobs) -> Delivery:
    async with asyncio.timeout(PATIENCE):
        async for delivery in jobs.deliveries():
            return delivery
    raise AssertionError


def claim(consumer: JobConsumer) -> ClaimedJob:
    work = consumer.claim(1.0)
    assert work is not None
    return work


def finish(consumer: JobConsumer, work: ClaimedJob) -> None:
    consumer.record_answer(done(work.job), ResultFiles(b"midi", b"mp3", b"png"))
    consumer.send_answers()


async def test_a_front_end_that_comes_back_finds_what_it_had_not_posted(
    redis_url: str, connection: Redis
) -> None:
    jobs = RedisJobs(redis_url, "web")
    await jobs.submit(order("1"))
    await jobs.submit(order("2", user="bob", options=DrawOptions(seed=2)))
    consumer = JobConsumer(connection, "w")
    for _ in range(2):
        finish(consumer, claim(consumer))
    async with asyncio.timeout(PATIENCE):
        deliveries = aiter(jobs.deliveries())
        begun, untouched = await anext(deliveries), await anext(deliveries)
    await jobs.posting(begun)
    await jobs.close()
    again = RedisJobs(redis_url, "web")
    async with asyncio.timeout(PATIENCE):
        deliveries = aiter(again.deliveries())
        found = {one.job.id: one for one in (await anext(deliveries), await anext(deliveries))}
    assert found[begun.job.id].doubtful
    assert not found[untouched.job.id].doubtful
    for one in found.values():
        await again.posted(one)
    assert connection.xlen(keys.outbox("web")) == 0
    await again.close()


async def test_what_a_front_end_leaves_behind_is_taken_over(
    redis_url: str, connection: Redis
) -> None:
    dead = RedisJobs(redis_url, "web", consumer="dead")
    await dead.submit(order("1"))
    consumer = JobConsumer(connection, "w")
    finish(consumer, claim(consumer))
    left = await first(dead)
    await dead.close()
    heir = RedisJobs(redis_url, "web", consumer="heir", patience=0.1)
    assert (await first(heir)).job == left.job
    await heir.close()


async def test_the_job_of_a_dead_worker_is_done_by_another_and_given_up_in_the_end(
    redis_url: str, connection: Redis
) -> None:
    jobs = RedisJobs(redis_url, "web")
    receipt = await jobs.submit(order("1"))
    policy = RetryPolicy(attempts=2, alive=1)
    sweeper = JobConsumer(connection, "sweeper", policy)
    lost = LostJobs(connection, policy)
    for attempt in (1, 2):
        work = claim(JobConsumer(connection, f"dies {attempt}", policy))
        assert work.attempt == attempt
        await until(lambda: asyncio.to_thread(lambda: lost.requeue() > 0))
        assert isinstance(await jobs.latest_event(receipt.job), Queued)
    assert sweeper.claim(1.0) is None
    sweeper.send_answers()
    answer = (await first(jobs)).answer
    assert isinstance(answer, Failed)
    assert answer.reason is Reason.LOST
    admin = Admin(connection, keys.Retention())
    assert [job["id"] for job in admin.list(failed=True)] == [receipt.job]
    assert json.loads(admin.show(receipt.job)["answer"])["reason"] == "lost"
    admin.requeue(receipt.job, 2e9)
    assert isinstance(await jobs.latest_event(receipt.job), Queued)
    assert admin.cancel(receipt.job, 2e9)
    assert admin.list() == []
    await jobs.close()


async def test_a_lost_ticket_is_written_again(redis_url: str, connection: Redis) -> None:
    jobs = RedisJobs(redis_url, "web")
    receipt = await jobs.submit(order("1"))
    connection.delete(f"rq:queue:{keys.queue('first')}")
    consumer, lost = JobConsumer(connection, "w", POLICY), LostJobs(connection, POLICY)
    assert consumer.claim() is None
    await until(lambda: asyncio.to_thread(lambda: lost.requeue() > 0))
    assert claim(consumer).job.id == receipt.job
    await jobs.close()


async def test_of_two_answers_the_first_counts(redis_url: str, connection: Redis) -> None:
    jobs = RedisJobs(redis_url, "web")
    receipt = await jobs.submit(order("1"))
    slow, quick = JobConsumer(connection, "slow", POLICY), JobConsumer(connection, "quick", POLICY)
    late, lost = claim(slow), LostJobs(connection, POLICY)
    await until(lambda: asyncio.to_thread(lambda: lost.requeue() > 0))
    finish(quick, claim(quick))
    slow.record_answer(
        Failed(job=late.job.id, reason=Reason.BROKEN, sentence=Sentence("late", "Too late."))
    )
    slow.send_answers()
    assert isinstance((await first(jobs)).answer, Done)
    assert connection.xlen(keys.outbox("web")) == 1
    assert await jobs.latest_event(receipt.job) is not None
    await jobs.close()


async def test_a_worker_that_is_stopped_hands_its_jobs_back(
    redis_url: str, connection: Redis
) -> None:
    jobs = RedisJobs(redis_url, "web")
    await jobs.submit(order("1"))
    consumer = JobConsumer(connection, "w")
    work = claim(consumer)
    consumer.release(work.job.id)
    other = claim(JobConsumer(connection, "other"))
    assert other.job == work.job
    assert other.attempt == 1, "handing back is no attempt"
    await jobs.close()


async def test_an_expired_job_is_answered_so(redis_url: str, connection: Redis) -> None:
    jobs = RedisJobs(redis_url, "web", clock=lambda: 1000.0)
    await jobs.submit(order("1", expires_in=10))
    LostJobs(connection).requeue()
    answer = (await first(jobs)).answer
    assert isinstance(answer, Failed)
    assert answer.reason is Reason.EXPIRED
    await jobs.close()


async def test_whoever_writes_to_redis_runs_nothing_in_a_worker(
    redis_url: str, connection: Redis, tmp_path: Path
) -> None:
    jobs = RedisJobs(redis_url, "web")
    receipt = await jobs.submit(order("1"))
    ticket = Ticket.fetch(receipt.job, connection, serializer="json")
    assert not ticket.args
    mark = tmp_path / "mark"
    evil = Ticket.create(
        "pathlib.Path.touch", [str(mark)], connection=connection, id=receipt.job, serializer="json"
    )
    evil.save()
    connection.hset(keys.job(receipt.job), "job", json.dumps({"version": 99, "run": "os.system"}))
    consumer = JobConsumer(connection, "w")
    assert consumer.claim(1.0) is None
    consumer.send_answers()
    assert not mark.exists()
    state: Any = connection.hget(keys.job(receipt.job), "answer")
    assert "another version" in state.decode()
    await jobs.close()


async def test_an_outage_is_said_and_costs_nothing(tmp_path: Path, gate: Gate) -> None:
    server = RedisServer(tmp_path)
    server.start()
    try:
        jobs = RedisJobs(server.url, "web")
        with (
            connect(server.url, tries=1) as connection,
            running_worker(connection, GateRunner(gate), POLICY),
        ):
            await jobs.submit(order("1"))
            await until(lambda: asyncio.sleep(0, bool(gate.begun)))
            await asyncio.to_thread(server.kill)
            gate.opened.set()
            with pytest.raises(AwayError, match="try again"):
                await jobs.submit(order("2"))
            await asyncio.to_thread(server.start)
            assert isinstance((await first(jobs)).answer, Done)
        await jobs.close()
    finally:
        server.stop()


async def test_full_memory_is_a_clear_refusal(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, "--maxmemory", "3mb")
    server.start()
    try:
        jobs = RedisJobs(server.url, "web", limits=Limits(user=100, chat=100))

        async def fill() -> None:
            for number in range(100):
                await jobs.submit(order(str(number), picture=bytes([number]) * 100_000))

        with pytest.raises(NoRoomError, match="no room"):
            await fill()
        with server.client() as client:
            opened: Any = client.zrange(keys.OPEN, 0, -1)
            stored: Any = client.keys("mididraw:job:*")
            assert len(opened) == len(stored), "what is refused leaves nothing"
        await jobs.close()
    finally:
        server.stop()


async def test_a_day_of_jobs_leaves_nothing(redis_url: str, connection: Redis) -> None:
    """A day at a compressed clock: everything is kept for a second and gone after two."""
    retention = keys.Retention(job=1, ended=1, failed=1, outbox=1, music=1, events=1)
    jobs = RedisJobs(redis_url, "web", retention=retention, limits=Limits(window=1, rate=1000))
    policy = RetryPolicy(retention=retention)
    consumer, lost = JobConsumer(connection, "w", policy), LostJobs(connection, policy)
    for number in range(60):
        user = f"user {number}"
        receipt = await jobs.submit(order(str(number), user, options=DrawOptions(seed=number)))
        if number % 3 == 0:
            assert await jobs.cancel(receipt.job)
        elif number % 3 == 1:
            finish(consumer, claim(consumer))
        else:
            consumer.record_answer(Cancelled(job=claim(consumer).job.id))
            consumer.send_answers()
    assert connection.dbsize() > 60

    def gone() -> bool:
        lost.requeue()
        left = {key for key in connection.scan_iter() if connection.ttl(key) == -1}
        return connection.dbsize() == len(left) and left <= {b"rq:queues"}

    async with asyncio.timeout(PATIENCE):
        while not await asyncio.to_thread(gone):
            await asyncio.sleep(0.1)
    await jobs.close()


async def test_memory_is_flat_over_a_day(redis_url: str, connection: Redis) -> None:
    """24 hours of 0.25 s each; what is kept for a day otherwise is kept for four."""
    retention = keys.Retention(job=1, ended=1, failed=1, outbox=1, music=1, events=1)
    jobs = RedisJobs(redis_url, "web", retention=retention, limits=Limits(window=1, rate=1000))
    policy = RetryPolicy(retention=retention)
    consumer, lost = JobConsumer(connection, "w", policy), LostJobs(connection, policy)
    loop = asyncio.get_running_loop()
    start, used = loop.time(), []
    for hour in range(24):
        for number in range(10):
            name = f"{hour} {number}"
            picture = name.encode() * 5000
            options = DrawOptions(seed=100 * hour + number)
            receipt = await jobs.submit(order(name, f"user {name}", picture, options=options))
            if number % 4 == 0:
                await jobs.cancel(receipt.job)
            else:
                finish(consumer, claim(consumer))
        lost.requeue()
        memory: Any = await asyncio.to_thread(connection.info, "memory")
        used.append(int(memory["used_memory"]))
        async with asyncio.timeout(PATIENCE):
            while loop.time() < start + 0.25 * (hour + 1):
                await asyncio.sleep(0.02)
    await jobs.close()
    # What is let go of late is a matter of luck; what is never let go of would add up.
    assert median(used[16:]) < 1.15 * median(used[6:14]), used


def test_heartbeats_keep_a_job_from_being_run_twice(redis_url: str, connection: Redis) -> None:
    async def submit() -> None:
        jobs = RedisJobs(redis_url, "web")
        await jobs.submit(order("1"))
        await jobs.close()

    asyncio.run(submit())
    consumer, lost = JobConsumer(connection, "w", POLICY), LostJobs(connection, POLICY)
    claim(consumer)
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(POLICY.period):
            consumer.send_heartbeat(1)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        swept = threading.Event()
        for _ in range(10):
            assert lost.requeue() == 0
            swept.wait(0.4)
    finally:
        ended.set()
        thread.join()

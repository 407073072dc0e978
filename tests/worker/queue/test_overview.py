"""The queue at a glance, as operators and Prometheus see it."""

import time
from collections.abc import Iterator

import pytest
from redis import Redis

from bot.jobs.limits import Limits
from bot.jobs.remote import RedisJobs
from mididraw.errors import Sentence
from tests.bot.jobs.conftest import done, order, redis_server, redis_url
from worker.contract import Failed, Heartbeat, Reason, ResultFiles
from worker.queue import keys
from worker.queue.connection import connect, connect_async
from worker.queue.consumer import JobConsumer
from worker.queue.overview import Overview, read_overview
from worker.queue.status import read_status

__all__ = ["redis_server", "redis_url"]


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as connection:
        yield connection


def test_an_empty_queue_is_empty(connection: Redis) -> None:
    nothing = {"first": 0, "next": 0, "later": 0}
    found = read_overview(connection, time.time())
    assert found == Overview(nothing, 0, 0.0, 0, 0, 0, {}, {}, closed=False)


async def test_what_waits_runs_ends_and_is_not_posted_is_counted(
    redis_url: str, connection: Redis
) -> None:
    jobs = RedisJobs(redis_url, "web", limits=Limits(user=20))
    for number in range(7):
        await jobs.submit(order(str(number), user="greedy"))
    await jobs.close()
    consumer = JobConsumer(connection, "w")
    consumer.send_heartbeat(5)
    now = time.time()
    beat = Heartbeat(seen=now, room=0, held=0).write()
    stale = Heartbeat(seen=now - 3600, room=0, held=0).write()
    connection.hset(keys.FRONTS, mapping={"web:a": beat, "web:b": beat, "discord:a": stale})
    found = read_overview(connection, now + 10)
    assert found.waiting == {"first": 1, "next": 3, "later": 3}
    assert (found.running, found.workers, found.room) == (0, 1, 5)
    assert found.fronts == {"web": 2}
    assert found.outboxes == {}
    assert 10 <= found.oldest < 70

    first, second, _ = (consumer.claim(1.0) for _ in range(3))
    assert first is not None
    assert second is not None
    consumer.record_answer(done(first.job), ResultFiles(b"midi", b"mp3", b"png"))
    sentence = Sentence("no", "No.")
    consumer.record_answer(Failed(job=second.job.id, reason=Reason.BROKEN, sentence=sentence))
    consumer.send_answers()
    connection.set(keys.CLOSED, "1")
    consumer.remove_heartbeat()
    found = read_overview(connection, now)
    assert sum(found.waiting.values()) == 4
    assert (found.running, found.failed) == (1, 1)
    assert (found.workers, found.room) == (0, 0)
    assert found.outboxes == {"web": 2}
    assert found.closed
    assert found.as_json()["outboxes"] == {"web": 2}


async def test_a_wait_is_rounds_of_all_workers_in_the_usual_time(
    redis_url: str, connection: Redis
) -> None:
    jobs = RedisJobs(redis_url, "web")
    receipt = await jobs.submit(order("1"))
    await jobs.close()
    now = time.time()
    async with connect_async(redis_url) as redis:
        status = await read_status(redis, receipt.job, now)
        assert status is not None
        assert status.wait(1) is None, "nothing was done yet"
        connection.rpush(keys.DURATIONS, 1, 1, 9, 8, 9)
        assert (await read_status(redis, receipt.job, now) or status).wait(1) is None, (
            "nobody works"
        )
        for worker, room in (("one", 2), ("two", 1)):
            JobConsumer(connection, worker).send_heartbeat(room)
        status = await read_status(redis, receipt.job, now)
        assert status is not None
        assert [status.wait(position) for position in (1, 3, 4, 7)] == [8, 8, 16, 24]
        assert await read_status(redis, "0" * 32, now) is None

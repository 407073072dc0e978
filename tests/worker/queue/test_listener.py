"""Events go to everybody who follows their job."""

import asyncio

from redis import Redis

from tests.bot.jobs.conftest import redis_server, redis_url
from worker.contract import Progress
from worker.queue import keys
from worker.queue.connection import connect_async
from worker.queue.listener import EventListener

__all__ = ["redis_server", "redis_url"]

JOB, OTHER = "1" * 32, "2" * 32


async def test_whoever_goes_on_following_hears_of_a_job_when_another_has_left(
    redis_url: str,
) -> None:
    event = Progress(job=JOB, bar=1, bars=4)
    async with connect_async(redis_url) as connection:
        listener = EventListener(connection, "web")
        leaves, stays = listener.listen(JOB, 60), listener.listen(JOB, 60)
        others = listener.listen(OTHER, 0.2)
        for follower in (leaves, stays, others):
            assert await anext(follower) is None
        await leaves.aclose()
        with Redis.from_url(redis_url) as redis:
            redis.xadd(keys.events("web"), {"event": "{}"})
            redis.xadd(keys.events("web"), {"event": event.write()})
        async with asyncio.timeout(30):
            assert await anext(stays) == event
            assert await anext(others) is None
        await stays.aclose()
        await others.aclose()
        assert not listener.followed, "nothing is kept for whoever has left"
        await listener.close()

"""A front-end that can be killed at any moment; its chat is a Redis of its own, which never is."""

import asyncio
import sys

import redis

from bot.jobs.remote import RedisJobs
from tests.chaos.run import FRONT, POSTS
from worker.contract import Done


async def post_for_ever(url: str, chat_url: str, name: str) -> None:
    jobs = RedisJobs(url, FRONT, consumer=name, patience=3.0)
    chat = redis.Redis.from_url(chat_url)
    async for delivery in jobs.deliveries():
        assert isinstance(delivery.answer, Done), delivery.answer
        there = delivery.doubtful and chat.hexists(POSTS, delivery.job.id)
        if not there:
            await jobs.posting(delivery)
            chat.hincrby(POSTS, delivery.job.id, 1)
        await jobs.posted(delivery)


if __name__ == "__main__":
    asyncio.run(post_for_ever(*sys.argv[1:]))

"""The real bot against a stand-in for Discord, with real Redis between it and a worker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from bot.discord.client import run
from bot.settings import DiscordSettings
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.bot.telegram.conftest import CAT, FISH, Painter, drawn, painter, worker
from tests.standins.discord import Call, StandIn
from tests.standins.discord_payloads import ALLOWED, TOKEN
from worker.run import Worker

__all__ = [
    "CAT",
    "FISH",
    "Painter",
    "drawn",
    "painter",
    "redis_server",
    "redis_url",
    "worker",
]
Run = Callable[..., AbstractAsyncContextManager[StandIn]]


def settings_for(discord: StandIn, redis_url: str, **more: str) -> DiscordSettings:
    return DiscordSettings.from_environment(
        {
            "DISCORD_TOKEN": TOKEN,
            "MIDIDRAW_DISCORD_API_URL": discord.api,
            "REDIS_URL": redis_url,
            **more,
        }
    )


@asynccontextmanager
async def botting(settings: DiscordSettings) -> AsyncIterator[asyncio.Task[None]]:
    """The bot, until the end or a crash."""
    task = asyncio.create_task(run(settings))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def running(redis_url: str, worker: Worker) -> Run:
    """Discord with the bot at it."""
    assert worker

    @asynccontextmanager
    async def open_(allowed: int = ALLOWED, **more: Any) -> AsyncIterator[StandIn]:
        async with (
            StandIn(allowed).serve() as discord,
            botting(settings_for(discord, redis_url, **more)),
        ):
            await discord.until(lambda: discord.identified)
            yield discord

    return open_


def answered(discord: StandIn, token: str) -> Callable[[], Any]:
    """Whether the music is there."""
    return lambda: discord.answers(token)


async def whispered(discord: StandIn, token: str) -> str:
    """What only the person sees at once."""
    (said,) = await discord.until(lambda: discord.done("POST", f"{token}/callback"))
    assert said.body["data"]["flags"] == 64
    return str(said.body["data"]["content"])


async def refused(discord: StandIn, token: str) -> str:
    """What is said in the place of music."""
    said, *_ = await discord.until(lambda: discord.done("PATCH", f"{token}/messages"))
    return str(said.body["content"])


def buttons_of(call: Call) -> dict[str, str]:
    """Ids of the buttons under an answer, by what is written on them."""
    return {
        part["label"]: part["custom_id"]
        for row in call.body["components"]
        for part in row["components"]
    }

"""The real bot against a stand-in for Discord, with real Redis between it and a worker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.discord.client import run
from bot.settings import DiscordSettings
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.bot.telegram.conftest import CAT, FISH, Painter, drawn, painter, worker
from tests.standins.discord import DiscordCall, DiscordStandIn
from tests.standins.discord_payloads import ALLOWED, APPLICATION, GUILD, TOKEN
from tests.standins.discord_world import EPHEMERAL
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
Run = Callable[..., AbstractAsyncContextManager[DiscordStandIn]]


def settings_for(discord: DiscordStandIn, redis_url: str, **more: str) -> DiscordSettings:
    return DiscordSettings.from_environment(
        {
            "DISCORD_TOKEN": TOKEN,
            "MIDIDRAW_DISCORD_API_URL": discord.api,
            "REDIS_URL": redis_url,
            "MIDIDRAW_DISCORD_OWNER_GUILD": str(GUILD),
            **more,
        }
    )


@asynccontextmanager
async def botting(
    settings: DiscordSettings, record: Path | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """The bot, until the end or a crash."""
    task = asyncio.create_task(run(settings, record=record))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def running(redis_url: str, worker: Worker) -> Run:
    """Discord with the bot at it; where it is opened again, it still has the commands."""
    assert worker
    before: list[DiscordStandIn] = []

    @asynccontextmanager
    async def open_(
        allowed: int = ALLOWED, about: dict[str, Any] | None = None, **more: Any
    ) -> AsyncIterator[DiscordStandIn]:
        stand_in = DiscordStandIn(allowed)
        stand_in.rest.about |= about or {}
        for one in before[-1:]:
            stand_in.rest.commands = one.rest.commands
            stand_in.rest.guild_commands = one.rest.guild_commands
        before.append(stand_in)
        async with (
            stand_in.serve() as discord,
            botting(settings_for(discord, redis_url, **more)) as bot,
        ):
            await discord.until(lambda: discord.identified or (discord.calls and bot.done()))
            if bot.done():
                await bot
            yield discord

    return open_


def answered(discord: DiscordStandIn, token: str) -> Callable[[], Any]:
    """Whether the music is there."""
    return lambda: discord.answers(token)


async def whispered(discord: DiscordStandIn, token: str) -> str:
    """What only the person sees, once it is there."""

    def there() -> str:
        calls = (call for call in reversed(discord.calls) if token in call.path and call.text)
        return next((call.text for call in calls if call.status < 300), "")

    said = str(await discord.until(there))
    (first,) = discord.done("POST", f"{token}/callback")
    *_, last = first, *discord.done("POST", f"webhooks/{APPLICATION}/{token}")
    assert last.message["flags"] & EPHEMERAL
    return said


async def refused(discord: DiscordStandIn, token: str) -> str:
    """What is said in the place of music."""
    said = await whispered(discord, token)
    assert token in {call.path.split("/")[-1] for call in discord.done("POST", "webhooks/")}
    return said


def buttons_of(call: DiscordCall) -> dict[str, str]:
    """Ids of the buttons under an answer, by what is written on them."""
    return {
        part["label"]: part["custom_id"]
        for row in call.body["components"]
        for part in row["components"]
    }

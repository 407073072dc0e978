"""What the bot says of itself: help, a word when it is added, figures."""

import asyncio
import time
from typing import Any

import pytest

import bot.heartbeat
from bot.heartbeat import DeadError, last_heartbeat
from tests.bot.discord.conftest import CAT, Run, answered, whispered
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import HIM, NEW_CHANNEL, NEW_GUILD


def draw_id(discord: DiscordStandIn) -> str:
    (draw,) = (one for one in discord.commands if one["name"] == "draw")
    return str(draw["id"])


def written(discord: DiscordStandIn) -> list[Any]:
    return discord.done("POST", f"channels/{NEW_CHANNEL}/messages")


def alive(redis_url: str) -> bool:
    """Whether the bot knows by now which servers it was in before."""
    try:
        last_heartbeat(redis_url, "discord", time.time())
    except DeadError:
        return False
    return True


async def test_help_has_a_command_to_click_on_also_after_a_restart(running: Run) -> None:
    async with running() as discord:
        number = draw_id(discord)
        token = await discord.command("help")
        assert f"</draw:{number}>" in await whispered(discord, token)
    async with running() as discord:
        token = await discord.command("help", locale="zh-CN")
        assert f"</draw:{number}>" in await whispered(discord, token)
        assert not discord.done("PUT", "/commands")


async def test_whoever_adds_the_bot_is_told_what_it_does_where_it_may_write(
    running: Run, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.heartbeat, "HEARTBEAT_PERIOD", 0.1)
    async with running() as discord:
        await discord.until(lambda: alive(redis_url))
        await discord.add_to_guild(allowed=1 << 10)
        await whispered(discord, await discord.command("help"))
        assert not [call for call in discord.calls if str(NEW_GUILD) in call.path]
        assert not written(discord)
        await discord.remove_from_guild()
        await discord.add_to_guild(locale="zh-CN")
        (said,) = await discord.until(lambda: written(discord))
        assert f"</draw:{draw_id(discord)}>" in said.text
        assert "变成音乐" in said.text
        (message,) = discord.standing(NEW_CHANNEL)
        ((button,),) = [row["components"] for row in message["components"]]
        token = await discord.press(button["custom_id"], message, user=HIM)
        assert "/draw" in await whispered(discord, token)
        await discord.remove_from_guild()
        await discord.add_to_guild()
        token = await discord.command("help")
        await whispered(discord, token)
        assert len(written(discord)) == 1


async def test_pieces_are_counted(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token))
        token = await discord.command("draw", image=CAT, guild=False, by=HIM)
        await discord.until(answered(discord, token))
        for by, lines in (("HER", ("you: 1", "server: 1", "all: 2")), ("HIM", ("you: 1",))):
            # A piece is counted when its answer is out of the way, a moment after it is seen.
            said = ""
            async with asyncio.timeout(120):
                while not all(line in said for line in lines):
                    token = await discord.command("stats", by=HIM if by == "HIM" else 7)
                    said = await whispered(discord, token)
        await whispered(discord, await discord.command("forgetme"))
        assert "you: 0" in await whispered(discord, await discord.command("stats"))

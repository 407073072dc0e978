"""Pieces in voice channels, heard at the other end."""

import aiohttp
import pytest

from tests.asynchronous import played
from tests.bot.discord.conftest import CAT, Run, answered, buttons_of, whispered
from tests.standins.discord_payloads import ALLOWED, HER, VOICE_CHANNEL
from tests.standins.discord_voice import Voice


@played
async def test_a_piece_is_played_where_the_person_is_and_then_the_bot_leaves(
    running: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Voice().serve() as voice, running() as discord:
        monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", voice.trusted)
        discord.voice = voice
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token))
        button = buttons_of(answer)["Play in voice"]
        token = await discord.press(button, discord.message())
        assert "Join a voice channel" in await whispered(discord, token)
        await discord.join(HER)
        token = await discord.press(button, discord.message())
        assert "It plays" in await whispered(discord, token)
        token = await discord.press(button, discord.message())
        assert "after one other" in await whispered(discord, token)
        await discord.until(lambda: VOICE_CHANNEL in discord.talking)
        await discord.until(lambda: not discord.talking, 60)
        assert voice.identified == 1
        seconds = len(voice.frames) * 0.02
        assert seconds > 8


@played
async def test_what_is_missing_to_play_is_named(running: Run) -> None:
    for missing, word in ((20, "Connect"), (21, "Speak")):
        async with running(allowed=ALLOWED & ~(1 << missing)) as discord:
            token = await discord.command("draw", image=CAT)
            (answer,) = await discord.until(answered(discord, token))
            await discord.join(HER)
            button = buttons_of(answer)["Play in voice"]
            token = await discord.press(button, discord.message())
            assert word in await whispered(discord, token)

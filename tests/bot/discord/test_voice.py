"""Pieces in voice channels, encrypted from end to end and heard at the other one."""

import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import discord as library
import numpy as np
import pytest
from pydub import AudioSegment

from tests.bot.discord.conftest import CAT, Painter, Run, answered, buttons_of, whispered
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import ALLOWED, HER, HIM, STAGE, VOICE_CHANNEL
from tests.standins.discord_voice import VoiceServer
from tests.standins.discord_world import MUTE_MEMBERS, REQUEST_TO_SPEAK

Talk = Callable[
    ..., AbstractAsyncContextManager[tuple[DiscordStandIn, VoiceServer, str, dict[str, Any]]]
]
FRAMES = 50
"""Of Opus, a second."""


@pytest.fixture
def talking(running: Run, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """A piece is there, and somebody in a voice channel; gives the button and its message."""

    @asynccontextmanager
    async def open_(
        where: int | None = VOICE_CHANNEL, **more: Any
    ) -> AsyncIterator[tuple[DiscordStandIn, VoiceServer, str, dict[str, Any]]]:
        async with VoiceServer().serve() as voice, running(**more) as discord:
            monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", voice.trusted)
            discord.voice = voice
            token = await discord.command("draw", image=CAT)
            (answer,) = await discord.until(answered(discord, token))
            if where is not None:
                await discord.join(HER, where)
            yield discord, voice, buttons_of(answer)["Play in voice"], discord.shown(token)

    return open_


def beginning_of(mp3: bytes, milliseconds: int = 2000) -> bytes:
    """A piece that is soon over."""
    out = io.BytesIO()
    AudioSegment.from_mp3(io.BytesIO(mp3))[:milliseconds].export(out, "mp3")
    return out.getvalue()


def loudness(sound: np.ndarray, rate: int) -> np.ndarray:
    """Root mean square of every tenth of a second."""
    parts = sound[: len(sound) // (rate // 10) * (rate // 10)].reshape(-1, rate // 10)
    found: np.ndarray = np.sqrt((parts.astype(float) ** 2).mean(axis=1))
    return found


async def test_the_piece_is_heard_from_its_beginning_and_then_the_bot_leaves(
    talking: Talk, painter: Painter
) -> None:
    painter.drawn = replace(painter.drawn, mp3=beginning_of(painter.drawn.mp3))
    async with talking() as (discord, voice, button, message):
        token = await discord.press(button, message)
        assert "It plays" in await whispered(discord, token)
        await discord.until(lambda: VOICE_CHANNEL in discord.talking)
        await discord.until(lambda: not discord.talking, 60)
    assert voice.identified == 1
    assert voice.unheard == 0
    decoder: Any = library.opus.Decoder()  # type: ignore[no-untyped-call]
    heard = np.frombuffer(b"".join(decoder.decode(one, fec=False) for one in voice.frames), "<i2")
    piece = AudioSegment.from_mp3(io.BytesIO(painter.drawn.mp3)).set_frame_rate(48_000)
    played = np.array(piece.set_channels(1).get_array_of_samples())
    first, second = loudness(heard[::2], 48_000), loudness(played, 48_000)
    length = min(len(first), len(second))
    assert length > 0.9 * len(second)
    assert np.corrcoef(first[:length], second[:length])[0, 1] > 0.95


async def test_a_piece_is_passed_over_and_all_are_stopped(talking: Talk) -> None:
    async with talking() as (discord, voice, button, message):
        assert "Nothing plays" in await whispered(discord, await discord.command("skip"))
        await whispered(discord, await discord.press(button, message))
        token = await discord.press(button, message)
        assert "after one other" in await whispered(discord, token)
        await discord.until(lambda: voice.frames)
        token = await discord.command("stop", by=HIM)
        assert "Join" in await whispered(discord, token)
        await whispered(discord, await discord.command("skip"))
        heard = len(voice.frames)
        await discord.until(lambda: len(voice.frames) > heard + FRAMES // 2)
        await whispered(discord, await discord.command("stop"))
        await discord.until(lambda: not discord.talking)
        assert len(voice.frames) < 6 * FRAMES
        assert voice.identified == 1


async def test_the_bot_leaves_when_nobody_listens(talking: Talk) -> None:
    async with talking() as (discord, voice, button, message):
        await whispered(discord, await discord.press(button, message))
        await whispered(discord, await discord.press(button, message))
        await discord.until(lambda: voice.frames)
        await discord.join(HER, None)
        await discord.until(lambda: not discord.talking)
        assert len(voice.frames) < 4 * FRAMES


async def test_who_is_in_no_voice_channel_is_told_to_join_one(talking: Talk) -> None:
    async with talking(where=None) as (discord, _, button, message):
        token = await discord.press(button, message)
        assert "Join a voice channel" in await whispered(discord, token)


@pytest.mark.parametrize(("missing", "word"), [(20, "Connect"), (21, "Speak")])
async def test_what_is_missing_to_play_is_named(talking: Talk, missing: int, word: str) -> None:
    async with talking(allowed=ALLOWED & ~(1 << missing)) as (discord, _, button, message):
        assert word in await whispered(discord, await discord.press(button, message))


async def test_a_full_channel_is_said_to_be_full(talking: Talk) -> None:
    async with talking(where=None) as (discord, _, button, message):
        await discord.limit(VOICE_CHANNEL, 1)
        await discord.join(HER)
        assert "full" in await whispered(discord, await discord.press(button, message))


async def test_on_a_stage_the_bot_speaks_where_it_may(talking: Talk) -> None:
    async with talking(where=STAGE, allowed=ALLOWED | MUTE_MEMBERS) as (
        discord,
        voice,
        button,
        message,
    ):
        await discord.press(button, message)
        await discord.until(lambda: voice.frames)
        assert voice.unheard == 0


async def test_on_a_stage_the_bot_asks_to_speak_and_says_so(talking: Talk) -> None:
    async with talking(where=STAGE, allowed=ALLOWED | REQUEST_TO_SPEAK) as (
        discord,
        voice,
        button,
        message,
    ):
        token = await discord.press(button, message)
        await discord.until(lambda: discord.rest.asked_to_speak)
        await discord.until(lambda: "asked to speak" in discord.words(token))
        assert not voice.frames
        await discord.gateway.speak(suppressed=False)
        await discord.until(lambda: voice.frames)
        assert voice.unheard == 0


async def test_on_a_stage_where_the_bot_may_not_even_ask_it_says_why(talking: Talk) -> None:
    async with talking(where=STAGE) as (discord, voice, button, message):
        token = await discord.press(button, message)
        await discord.until(lambda: "stage" in discord.words(token))
        await discord.until(lambda: not discord.talking)
        assert not voice.frames


async def test_a_call_whose_key_cannot_be_agreed_on_is_told(
    talking: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.voice._ENCRYPTED_WITHIN", 0.5)
    async with talking() as (discord, voice, button, message):
        voice.answers_dave = False
        token = await discord.press(button, message)
        await discord.until(lambda: "could not" in discord.words(token))
        await discord.until(lambda: not discord.talking)
        assert voice.unheard == 0


async def test_nothing_is_played_before_it_can_be_heard(
    talking: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    code: Any = library.VoiceClient.voice_privacy_code

    def look(client: library.VoiceClient) -> Any:
        looks.append(client)
        return code.fget(client)

    monkeypatch.setattr(library.VoiceClient, "voice_privacy_code", property(look))
    async with talking() as (discord, voice, button, message):
        voice.answers_dave = False
        await discord.press(button, message)
        agree = await discord.until(lambda: voice.waiting)
        seen = len(looks)
        await discord.until(lambda: len(looks) > seen + 5)
        voice.answers_dave = True
        await agree()
        await discord.until(lambda: voice.frames)
        assert voice.unheard == 0

"""Pieces in voice channels: joins, plays what is asked for one after another, leaves."""

import asyncio
import io
import logging
from collections import deque
from dataclasses import dataclass, field
from itertools import islice

import discord
from discord.oggparse import OggStream
from pydub import AudioSegment

from bot.jobs.limits import FullError
from mididraw.errors import MididrawError

_log = logging.getLogger(__name__)
_MOST = 10
"""Pieces that may wait in a server."""
_JOINS_WITHIN = 15.0
_HEADERS = 2
"""Packets of an Ogg stream before the sound begins."""
Channel = discord.VoiceChannel | discord.StageChannel


class VoiceError(MididrawError):
    """A piece cannot be played in a voice channel."""


@dataclass(slots=True)
class _House:
    waiting: deque[tuple[Channel, bytes]] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class Stage:
    """All servers' voice channels."""

    def __init__(self) -> None:
        self._houses: dict[int, _House] = {}

    def play(self, channel: Channel, mp3: bytes) -> int:
        """Play a piece once those before it are over.

        Returns:
            How many play before it.

        Raises:
            VoiceError: we may not join or speak there.
            FullError: too many wait.
        """
        may = channel.permissions_for(channel.guild.me)
        if not (may.view_channel and may.connect):
            raise VoiceError("I may not join your voice channel: I need the permission “Connect”.")
        if not may.speak:
            raise VoiceError("I may not play in your voice channel: I need “Speak” there.")
        house = self._houses.setdefault(channel.guild.id, _House())
        if len(house.waiting) >= _MOST:
            raise FullError("Many pieces wait to be played already: try again later.")
        before = len(house.waiting) + (house.task is not None)
        house.waiting.append((channel, mp3))
        if house.task is None:
            house.task = asyncio.create_task(self._perform(channel.guild, house))
        return before

    async def close(self) -> None:
        """Stop everywhere."""
        tasks = [house.task for house in self._houses.values() if house.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _perform(self, guild: discord.Guild, house: _House) -> None:
        try:
            while house.waiting:
                while house.waiting:
                    channel, mp3 = house.waiting.popleft()
                    try:
                        await _play(await _join(channel), mp3)
                    except (discord.DiscordException, TimeoutError, OSError) as error:
                        _log.warning("a piece is not played: %s", type(error).__name__)
                # While we leave, another one may be asked for.
                await _leave(guild)
        finally:
            del self._houses[guild.id]
            await _leave(guild)


async def _join(channel: Channel) -> discord.VoiceClient:
    here = channel.guild.voice_client
    if isinstance(here, discord.VoiceClient) and here.is_connected():
        if here.channel != channel:
            await here.move_to(channel)
        return here
    return await channel.connect(timeout=_JOINS_WITHIN, reconnect=False, self_deaf=True)


async def _play(voice: discord.VoiceClient, mp3: bytes) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    voice.play(
        await asyncio.to_thread(_Piece, mp3),
        after=lambda _: loop.call_soon_threadsafe(over.set),
    )
    try:
        await over.wait()
    finally:
        voice.stop()


class _Piece(discord.AudioSource):
    """An MP3 as Opus frames of 20 ms, encoded before it begins."""

    def __init__(self, mp3: bytes) -> None:
        ogg = io.BytesIO()
        AudioSegment.from_mp3(io.BytesIO(mp3)).export(
            ogg, "opus", codec="libopus", bitrate="96k", parameters=["-ar", "48000"]
        )
        ogg.seek(0)
        self._frames = islice(OggStream(ogg).iter_packets(), _HEADERS, None)

    def read(self) -> bytes:
        """The next frame; empty at the end."""
        return next(self._frames, b"")

    def is_opus(self) -> bool:
        """It is."""
        return True


async def _leave(guild: discord.Guild) -> None:
    if guild.voice_client is not None:
        await guild.voice_client.disconnect(force=True)

"""Pieces in voice channels: joins, plays what is asked for one after another, leaves."""

import asyncio
import io
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

import discord
from discord.oggparse import OggStream

from bot.discord.refusals import AWAY
from bot.jobs.limits import FullError
from bot.service.sound import opus_of
from bot.tasks import end
from mididraw.errors import MididrawError, Sentence

_log = logging.getLogger(__name__)
_MOST = 10
"""Pieces that may wait in a server."""
_JOINS_WITHIN = 15.0
_ENCRYPTED_WITHIN = 10.0
"""Seconds for agreeing on a call's key: what is sent before nobody can hear."""
_SPEAKS_WITHIN = 120.0
"""Seconds for a stage's moderators to let the bot speak."""
_POLL = 0.05
"""Seconds between two checks of whether a call is ready."""
_HEADERS = 2
"""Packets of an Ogg stream before the sound begins."""
_NOT_NOW = Sentence(
    "voice-failed", "I could not play in your voice channel: try again in a minute."
)
_ASKED = Sentence("stage-asked", "I asked to speak on the stage: its moderators must let me.")
Channel = discord.VoiceChannel | discord.StageChannel
Tell = Callable[[Sentence], Awaitable[None]]
"""Says a sentence to whoever asked for a piece."""


class VoiceError(MididrawError):
    """A piece cannot be played in a voice channel."""


@dataclass(frozen=True, slots=True)
class _PlayedPiece:
    channel: Channel
    mp3: bytes
    tell: Tell


@dataclass(slots=True)
class _Playlist:
    waiting: deque[_PlayedPiece] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class VoicePlayer:
    """All servers' voice channels."""

    def __init__(self) -> None:
        self._playlists: dict[int, _Playlist] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        """What plays, or is leaving."""

    def play(self, channel: Channel, mp3: bytes, tell: Tell) -> int:
        """Play a piece once those before it are over.

        Args:
            channel: where.
            mp3: the piece.
            tell: says what goes wrong later.

        Returns:
            How many play before it.

        Raises:
            VoiceError: we may not join or speak there.
            FullError: too many wait.
        """
        _check(channel)
        playlist = self._playlists.setdefault(channel.guild.id, _Playlist())
        if len(playlist.waiting) >= _MOST:
            raise FullError(
                "voice-queue-full", "Many pieces wait to be played already: try again later."
            )
        before = len(playlist.waiting) + (playlist.task is not None)
        playlist.waiting.append(_PlayedPiece(channel, mp3, tell))
        if playlist.task is None:
            playlist.task = asyncio.create_task(self._perform(channel.guild, playlist))
            self._tasks.add(playlist.task)
            playlist.task.add_done_callback(self._tasks.discard)
        return before

    def skip(self, guild: discord.Guild) -> bool:
        """Pass over what plays; whether anything does."""
        if guild.id not in self._playlists:
            return False
        _silence(guild)
        return True

    def stop(self, guild: discord.Guild) -> bool:
        """Play nothing more and leave; whether anything played."""
        playlist = self._playlists.get(guild.id)
        if playlist is None or playlist.task is None:
            return False
        playlist.task.cancel()
        return True

    def leave_if_alone(self, guild: discord.Guild) -> None:
        """Stop where nobody listens any more."""
        voice = guild.voice_client
        if isinstance(voice, discord.VoiceClient) and _is_alone(voice):
            self.stop(guild)

    async def close(self) -> None:
        """Stop everywhere; whoever leaves twice waits for a word that Discord says once."""
        await end(self._tasks)

    async def _perform(self, guild: discord.Guild, playlist: _Playlist) -> None:
        try:
            while playlist.waiting:
                while playlist.waiting:
                    await _perform_one(playlist.waiting.popleft())
                # While we leave, another one may be asked for.
                await _leave(guild)
        finally:
            del self._playlists[guild.id]
            await _leave(guild)


def _check(channel: Channel) -> None:
    may = channel.permissions_for(channel.guild.me)
    if not (may.view_channel and may.connect):
        raise VoiceError(
            "voice-no-connect",
            "I may not join your voice channel: I need the permission “Connect”.",
        )
    if not may.speak:
        raise VoiceError(
            "voice-no-speak", "I may not play in your voice channel: I need “Speak” there."
        )
    there = channel.voice_states.keys() - {channel.guild.me.id}
    if channel.user_limit and len(there) >= channel.user_limit and not may.move_members:
        raise VoiceError(
            "voice-full", "Your voice channel is full: make room for me, then press again."
        )


async def _perform_one(piece: _PlayedPiece) -> None:
    """Play a piece, or say why not; what breaks it must not break the next one."""
    try:
        voice = await _join(piece.channel)
        await _agree_on_key(voice)
        await _become_speaker(piece)
        if not _is_alone(voice):
            await _play(voice, piece.mp3)
    except Exception as error:  # noqa: BLE001 -- whatever it is, somebody waits for a word
        if not isinstance(error, MididrawError):
            _log.warning("a piece is not played: %s", type(error).__name__, exc_info=error)
        with suppress(*AWAY):
            await piece.tell(error.sentence if isinstance(error, MididrawError) else _NOT_NOW)


async def _join(channel: Channel) -> discord.VoiceClient:
    here = channel.guild.voice_client
    if isinstance(here, discord.VoiceClient) and here.is_connected():
        if here.channel != channel:
            await here.move_to(channel)
        return here
    return await channel.connect(timeout=_JOINS_WITHIN, reconnect=False, self_deaf=True)


async def _agree_on_key(voice: discord.VoiceClient) -> None:
    """Wait until what is sent can be heard: calls are encrypted from end to end."""
    async with asyncio.timeout(_ENCRYPTED_WITHIN):
        while not voice.voice_privacy_code:
            await asyncio.sleep(_POLL)


async def _become_speaker(piece: _PlayedPiece) -> None:
    """Become a speaker where only speakers are heard, or ask to."""
    me = piece.channel.guild.me
    if not (isinstance(piece.channel, discord.StageChannel) and _is_listener(me)):
        return
    may = piece.channel.permissions_for(me)
    if may.mute_members:
        await me.edit(suppress=False)
    elif may.request_to_speak:
        await me.request_to_speak()
        await piece.tell(_ASKED)
    else:
        raise VoiceError(
            "stage-no-request", "I may only listen on this stage: I need “Request to Speak” there."
        )
    try:
        async with asyncio.timeout(_SPEAKS_WITHIN):
            while _is_listener(me):
                await asyncio.sleep(_POLL)
    except TimeoutError as error:
        raise VoiceError("stage-refused", "The stage's moderators did not let me speak.") from error


def _is_listener(me: discord.Member) -> bool:
    return me.voice is None or me.voice.suppress


def _is_alone(voice: discord.VoiceClient) -> bool:
    return all(member.bot for member in voice.channel.members)


async def _play(voice: discord.VoiceClient, mp3: bytes) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    voice.play(
        await asyncio.to_thread(_OpusSource, mp3),
        after=lambda _: loop.call_soon_threadsafe(over.set),
    )
    try:
        await over.wait()
    finally:
        voice.stop()


class _OpusSource(discord.AudioSource):
    """An MP3 as Opus frames of 20 ms, encoded before it begins."""

    def __init__(self, mp3: bytes) -> None:
        ogg = io.BytesIO(opus_of(mp3))
        self._frames = islice(OggStream(ogg).iter_packets(), _HEADERS, None)

    def read(self) -> bytes:
        """The next frame; empty at the end."""
        return next(self._frames, b"")

    def is_opus(self) -> bool:
        """Whether frames are Opus already, which they are."""
        return True


def _silence(guild: discord.Guild) -> None:
    if isinstance(guild.voice_client, discord.VoiceClient):
        guild.voice_client.stop()


async def _leave(guild: discord.Guild) -> None:
    if guild.voice_client is not None:
        await guild.voice_client.disconnect(force=True)

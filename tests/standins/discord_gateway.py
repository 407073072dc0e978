"""Discord's gateway: what happens is told to whoever is connected, over a web socket."""

import itertools
import json
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins import discord_payloads as payloads
from tests.standins.discord_payloads import APPLICATION, GUILD
from tests.standins.discord_rest import Rest
from tests.standins.discord_voice import TOKEN as VOICE_TOKEN
from tests.standins.discord_voice import VoiceServer
from tests.standins.discord_world import CONNECT, ON_STAGE, World

MEMBERS, PRESENCES, CONTENT = 1 << 1, 1 << 8, 1 << 15
"""Privileged intents, and what allows them in an application's flags."""
_FLAGS = {PRESENCES: 1 << 13, MEMBERS: 1 << 15, CONTENT: 1 << 19}


@dataclass(slots=True)
class Session:
    """A connection, or several one after another."""

    socket: web.WebSocketResponse
    compressor: Any = field(default_factory=zlib.compressobj)
    intents: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)


class Gateway:
    """All sessions.

    Attributes:
        sessions: by name.
        identified, resumed: how often.
        voice: where sound goes.
        talking: voice channels that the bot is in.
    """

    def __init__(self, world: World, rest: Rest, changed: Callable[[], Awaitable[None]]) -> None:
        self._world, self._rest, self._changed = world, rest, changed
        self.sessions: dict[str, Session] = {}
        self.identified = self.resumed = 0
        self.voice: VoiceServer | None = None
        self.talking: set[int] = set()
        self.url = ""
        self.people: dict[int, int] = {}
        """Who is in which voice channel."""
        self.standing: dict[str, Any] = {}
        """How the bot is there."""
        self.guilds = [str(GUILD)]
        """Servers that the bot is told to be in when it comes."""
        self._sequence = itertools.count(1)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        session, name = Session(socket), ""
        await _send(session, {"op": 10, "d": {"heartbeat_interval": 20_000}})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            said = json.loads(frame.data)
            match said["op"]:
                case 1:
                    await _send(session, {"op": 11})
                case 2:
                    if not await self._identify(session, said["d"]):
                        break
                    name = next(key for key, one in self.sessions.items() if one is session)
                case 4:
                    await self._talk(session, name, said["d"]["channel_id"])
                case 6:
                    name = said["d"]["session_id"]
                    await self._resume(session, name, said["d"]["seq"])
        return socket

    async def tell(self, name: str, data: dict[str, Any]) -> None:
        """Something happens; whoever connected last is told."""
        *_, session = self.sessions.values()
        await self._event(session, name, data)

    @property
    def intents(self) -> int:
        """What the bot wants to be told of."""
        return max((session.intents for session in self.sessions.values()), default=0)

    async def drop(self) -> None:
        """Break all connections; sessions can be resumed."""
        for session in list(self.sessions.values()):
            await session.socket.close(code=4000)

    async def _identify(self, session: Session, said: dict[str, Any]) -> bool:
        if said["token"] != self._rest.token:
            await session.socket.close(code=4004)
            return False
        allowed = self._rest.about["flags"]
        if any(said["intents"] & intent and not allowed & flag for intent, flag in _FLAGS.items()):
            await session.socket.close(code=4014)
            return False
        name = f"session-{self._world.number()}"
        self.sessions[name], session.intents = session, said["intents"]
        self.identified += 1
        await self._event(session, "READY", self._ready(name))
        if str(GUILD) in self.guilds:
            await self._event(session, "GUILD_CREATE", payloads.guild(self._world))
        await self._changed()
        return True

    async def _resume(self, session: Session, name: str, seen: int) -> None:
        before = self.sessions[name]
        session.sent, session.intents = before.sent, before.intents
        self.sessions[name] = session
        self.resumed += 1
        for event in [one for one in session.sent if one["s"] > seen]:
            await _send(session, event)
        await self._event(session, "RESUMED", {})
        await self._changed()

    async def _talk(self, session: Session, name: str, channel: str | None) -> None:
        if channel is not None and not self._may_join(int(channel)):
            return  # Discord says nothing to it
        where = None if channel is None else int(channel)
        state = payloads.voice_state(APPLICATION, where) | {"session_id": name}
        state["suppress"] = where is not None and self._world.channels[where].kind == ON_STAGE
        self.standing = state
        await self._event(session, "VOICE_STATE_UPDATE", state)
        self.talking = {where} if where else set()
        if where is not None and self.voice is not None:
            self.voice.channel, self.voice.suppressed = where, state["suppress"]
            server = {"token": VOICE_TOKEN, "guild_id": str(GUILD), "endpoint": self.voice.endpoint}
            await self._event(session, "VOICE_SERVER_UPDATE", server)
        await self._changed()

    def _may_join(self, number: int) -> bool:
        channel = self._world.channels[number]
        there = sum(one == number for one in self.people.values())
        room = not channel.user_limit or there < channel.user_limit
        return room and bool(self._world.rights(channel) & CONNECT)

    async def speak(self, *, suppressed: bool) -> None:
        """The bot is let speak on a stage, or not any more."""
        self.standing = self.standing | {"suppress": suppressed}
        if self.voice is not None:
            self.voice.suppressed = suppressed
        await self.tell("VOICE_STATE_UPDATE", self.standing)

    def _ready(self, name: str) -> dict[str, Any]:
        return {
            "v": 10,
            "user": payloads.BOT,
            "guilds": [{"id": number, "unavailable": True} for number in self.guilds],
            "session_id": name,
            "resume_gateway_url": self.url.replace("http", "ws") + "/gateway",
            "application": {"id": str(APPLICATION), "flags": self._rest.about["flags"]},
            "shard": [0, 1],
        }

    async def _event(self, session: Session, name: str, data: dict[str, Any]) -> None:
        event = {"op": 0, "t": name, "s": next(self._sequence), "d": data}
        session.sent.append(event)
        await _send(session, event)


async def _send(session: Session, payload: dict[str, Any]) -> None:
    if session.socket.closed:
        return
    whole = {"t": None, "s": None, "d": None, **payload}
    data = session.compressor.compress(json.dumps(whole).encode())
    await session.socket.send_bytes(data + session.compressor.flush(zlib.Z_SYNC_FLUSH))

"""A Discord: gateway and REST over real sockets, as far as a bot sees of it."""

import asyncio
import itertools
import json
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins import discord_payloads as payloads
from tests.standins.discord_payloads import (
    ALLOWED,
    APPLICATION,
    CHANNEL,
    DIRECT,
    GUILD,
    HER,
    TOKEN,
    VOICE_CHANNEL,
)
from tests.standins.discord_voice import TOKEN as VOICE_TOKEN
from tests.standins.discord_voice import Voice

_EPOCH = 1 << 40


@dataclass(slots=True)
class Call:
    """A request of the bot's.

    Attributes:
        method: of HTTP.
        path: below the API's own.
        body: JSON, of a multipart body its ``payload_json``.
        files: by name.
        at: when it was answered, in seconds since 1970.
        status: of HTTP.
    """

    method: str
    path: str
    body: Any
    files: dict[str, bytes]
    at: float = 0.0
    status: int = 200


@dataclass(slots=True)
class Fault:
    """How the next calls that match fail."""

    method: str
    within: str
    status: int
    code: int
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Session:
    socket: web.WebSocketResponse
    compressor: Any
    sent: list[dict[str, Any]]


class StandIn:
    """Discord."""

    def __init__(self, allowed: int = ALLOWED) -> None:
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.commands: list[dict[str, Any]] = []
        self.identified = self.resumed = 0
        self.dead_tokens: set[str] = set()
        self.url = ""
        self.voice: Voice | None = None
        self.talking: set[int] = set()
        self.allowed = allowed
        self._holds: list[tuple[str, str, asyncio.Event]] = []
        self._written: list[dict[str, Any]] = []
        self._nonces: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(_EPOCH)
        self._files: dict[str, bytes] = {}
        self._messages: dict[int, dict[str, Any]] = {}
        self._originals: dict[str, int] = {}
        self._sessions: dict[str, _Session] = {}
        self._sequence = itertools.count(1)
        self._changed = asyncio.Condition()

    # What people do.

    async def command(
        self,
        name: str,
        *,
        by: int = HER,
        guild: bool = True,
        locale: str = "en-US",
        kind: int = 1,
        target: dict[str, Any] | None = None,
        permissions: int = 0,
        roles: tuple[int, ...] = (),
        app_permissions: int | None = None,
        **options: Any,
    ) -> str:
        """Somebody runs a command; returns the interaction's token.

        A picture is given as bytes, or as a dict with ``data`` and what Discord says of it.
        """
        attachments: dict[str, Any] = {}
        given = []
        for option, value in options.items():
            if isinstance(value, bytes | dict):
                attachment = (
                    self.attachment(**value)
                    if isinstance(value, dict)
                    else (self.attachment(value))
                )
                attachments[attachment["id"]] = attachment
                given.append({"name": option, "type": 11, "value": attachment["id"]})
            else:
                given.append(payloads.given(option, value))
        first, _, second = name.partition(" ") if kind == 1 else (name, "", "")
        if second:
            given = [{"name": second, "type": 1, "options": given}]
        data: dict[str, Any] = {
            "id": str(next(self._numbers)),
            "name": first,
            "type": kind,
            "options": given,
            "resolved": {"attachments": attachments, **payloads.resolved(options)},
        }
        if target is not None:
            data["target_id"] = target["id"]
            data["resolved"]["messages"] = {target["id"]: target}
        return await self.interact(
            2,
            data,
            user=by,
            guild=guild,
            locale=locale,
            permissions=permissions,
            roles=roles,
            app_permissions=app_permissions,
        )

    async def type_(self, name: str, option: str, text: str) -> str:
        """Somebody types an option of a command; returns the interaction's token."""
        typed = {"name": option, "type": 3, "value": text, "focused": True}
        number = str(next(self._numbers))
        return await self.interact(4, {"id": number, "name": name, "type": 1, "options": [typed]})

    async def press(
        self, custom_id: str, message: dict[str, Any], *, user: int = HER, **more: Any
    ) -> str:
        """Somebody presses a button, or chooses ``values``; returns the interaction's token."""
        values = more.pop("values", None)
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": 3 if values else 2}
        if values:
            data["values"] = values
        # Discord sends the message whole, and the library finds the pressed part in it.
        pressed: dict[str, Any] = {"custom_id": custom_id, "type": data["component_type"]}
        pressed |= {"options": []} if values else {"style": 2, "label": "pressed"}
        message = {**message, "components": [{"type": 1, "components": [pressed]}]}
        return await self.interact(3, data, user=user, message=message, **more)

    async def interact(
        self,
        kind: int,
        data: dict[str, Any],
        *,
        user: int = HER,
        guild: bool = True,
        locale: str = "en-US",
        permissions: int = 0,
        roles: tuple[int, ...] = (),
        app_permissions: int | None = None,
        **more: Any,
    ) -> str:
        """Whatever else people do."""
        number = next(self._numbers)
        token = f"token-{number}"
        who = payloads.person(user)
        channel = {"id": str(CHANNEL), "type": 0 if guild else 1}
        interaction: dict[str, Any] = {
            "id": str(number),
            "application_id": str(APPLICATION),
            "type": kind,
            "token": token,
            "version": 1,
            "channel_id": str(CHANNEL),
            "channel": channel,
            "locale": locale,
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(GUILD)},
            "context": 0 if guild else 1,
            "app_permissions": str(self.allowed if app_permissions is None else app_permissions),
            "attachment_size_limit": more.pop("limit", 10 << 20),
            "data": data,
            **more,
        }
        if guild:
            interaction["guild_id"] = str(GUILD)
            interaction["guild"] = {"id": str(GUILD), "locale": "en-US", "features": []}
            interaction["member"] = {
                "user": who,
                **payloads.MEMBER,
                "roles": [str(role) for role in roles],
                "permissions": str(permissions),
            }
            channel |= {"guild_id": str(GUILD), "name": "music", "position": 0}
        else:
            interaction["user"] = who
        await self._dispatch("INTERACTION_CREATE", interaction)
        return token

    async def write(
        self, content: str = "", *, user: int = HER, guild: bool = True, **more: Any
    ) -> dict[str, Any]:
        """Somebody writes a message; one that names the bot mentions it."""
        number = next(self._numbers)
        message = {
            **payloads.message(number, more),
            "content": content,
            "author": payloads.person(user),
        }
        message["mentions"] = [payloads.BOT] if f"<@{APPLICATION}>" in content else []
        if guild:
            message |= {"guild_id": str(GUILD), "member": payloads.MEMBER}
        else:
            message |= {"channel_id": str(DIRECT), "channel_type": 1}
        await self._dispatch("MESSAGE_CREATE", message)
        return message

    async def join(self, user: int = HER, channel: int | None = VOICE_CHANNEL) -> None:
        """Somebody joins a voice channel, or leaves."""
        await self._dispatch("VOICE_STATE_UPDATE", payloads.voice_state(user, channel))

    def attachment(self, data: bytes, **more: Any) -> dict[str, Any]:
        """A file that somebody attached."""
        number = str(next(self._numbers))
        name = more.pop("filename", "drawing.png")
        self._files[f"{number}/{name}"] = data
        return {
            "id": number,
            "filename": name,
            "size": len(data),
            "url": f"{self.url}/cdn/{number}/{name}",
            "proxy_url": f"{self.url}/cdn/{number}/{name}",
            "content_type": "image/png",
            **more,
        }

    def message(self, **more: Any) -> dict[str, Any]:
        """A message in the channel."""
        number = next(self._numbers)
        return payloads.message(number, more)

    def hold(self, method: str, within: str) -> asyncio.Event:
        """Do what the next call that matches asks for, and answer it only once this is set."""
        held = asyncio.Event()
        self._holds.append((method, within, held))
        return held

    def refuse(
        self, method: str, within: str, status: int, code: int = 0, times: int = 1, **headers: str
    ) -> None:
        """Let the next calls fail whose path holds a text."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.faults.append(Fault(method, within, status, code, times, named))

    async def drop(self) -> None:
        """Break all gateway connections; sessions can be resumed."""
        for session in list(self._sessions.values()):
            await session.socket.close(code=4000)

    @staticmethod
    def now() -> float:
        """The clock that calls are dated by."""
        return time.time()

    # What the bot has done.

    def done(self, method: str, within: str) -> list[Call]:
        """Calls that went well, by a text in their path."""
        return [
            call
            for call in self.calls
            if call.method == method and within in call.path and call.status < 300
        ]

    def answers(self, token: str) -> list[Call]:
        """Edits of an interaction's answer that have files."""
        return [call for call in self.done("PATCH", token) if call.files]

    def standing(self, channel: int) -> list[dict[str, Any]]:
        """Messages that the bot wrote in a channel; those of one nonce are one."""
        return [one for one in self._written if one["channel_id"] == str(channel)]

    async def until(self, holds: Callable[[], Any], seconds: float = 40.0) -> Any:
        """Wait for something that follows from calls."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                while not (found := holds()):
                    await self._changed.wait()
        except TimeoutError:
            told = [(call.method, call.path, call.status) for call in self.calls]
            raise AssertionError(f"not within {seconds} s, after {told}") from None
        return found

    # The server.

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["StandIn"]:
        """Listen on a free port of loopback."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_get("/cdn/{number}/{name}", self._download)
        app.router.add_route("*", "/api/{path:.*}", self._call)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    @property
    def api(self) -> str:
        """What the bot takes for Discord's API."""
        return f"{self.url}/api"

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        session = _Session(socket, zlib.compressobj(), [])
        name = ""
        await self._send(session, {"op": 10, "d": {"heartbeat_interval": 20_000}})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            said = json.loads(frame.data)
            if said["op"] == 1:
                await self._send(session, {"op": 11})
            elif said["op"] == 2:
                if said["d"]["token"] != TOKEN:
                    await socket.close(code=4004)
                    break
                name = f"session-{next(self._numbers)}"
                self._sessions[name] = session
                self.identified += 1
                await self._event(session, "READY", self._ready(name))
                await self._event(session, "GUILD_CREATE", payloads.guild(self.allowed))
                await self._notify()
            elif said["op"] == 4:
                await self._talk(session, name, said["d"]["channel_id"])
            elif said["op"] == 6:
                name = said["d"]["session_id"]
                before = self._sessions[name].sent
                self._sessions[name] = session
                session.sent = before
                self.resumed += 1
                for event in [one for one in before if one["s"] > said["d"]["seq"]]:
                    await self._send(session, event)
                await self._event(session, "RESUMED", {})
                await self._notify()
        return socket

    async def _talk(self, session: _Session, name: str, channel: str | None) -> None:
        state = payloads.voice_state(APPLICATION, None if channel is None else int(channel))
        await self._event(session, "VOICE_STATE_UPDATE", {**state, "session_id": name})
        self.talking = {*self.talking, int(channel)} if channel else set()
        if channel is not None and self.voice is not None:
            server = {"token": VOICE_TOKEN, "guild_id": str(GUILD), "endpoint": self.voice.endpoint}
            await self._event(session, "VOICE_SERVER_UPDATE", server)
        await self._notify()

    def _ready(self, name: str) -> dict[str, Any]:
        return {
            "v": 10,
            "user": payloads.BOT,
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": name,
            "resume_gateway_url": self.url.replace("http", "ws") + "/gateway",
            "application": {"id": str(APPLICATION), "flags": 0},
            "shard": [0, 1],
        }

    async def _dispatch(self, name: str, data: dict[str, Any]) -> None:
        session = await self.until(lambda: list(self._sessions.values()))
        await self._event(session[-1], name, data)

    async def _event(self, session: _Session, name: str, data: dict[str, Any]) -> None:
        event = {"op": 0, "t": name, "s": next(self._sequence), "d": data}
        session.sent.append(event)
        await self._send(session, event)

    async def _send(self, session: _Session, payload: dict[str, Any]) -> None:
        if session.socket.closed:
            return
        whole = {"t": None, "s": None, "d": None, **payload}
        data = session.compressor.compress(json.dumps(whole).encode())
        await session.socket.send_bytes(data + session.compressor.flush(zlib.Z_SYNC_FLUSH))

    async def _download(self, request: web.Request) -> web.Response:
        data = self._files.get(f"{request.match_info['number']}/{request.match_info['name']}")
        return web.Response(status=404) if data is None else web.Response(body=data)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _call(self, request: web.Request) -> web.Response:
        path = "/" + request.match_info["path"]
        body, files = await _read(request)
        call = Call(request.method, path, body, files)
        response = self._refused(call) or self._answer(call)
        call.at, call.status = self.now(), response.status
        self.calls.append(call)
        await self._notify()
        for hold in [one for one in self._holds if one[0] == call.method and one[1] in path]:
            self._holds.remove(hold)
            await hold[2].wait()
        return response

    def _refused(self, call: Call) -> web.Response | None:
        for fault in self.faults:
            if fault.method == call.method and fault.within in call.path and fault.times > 0:
                fault.times -= 1
                body: dict[str, Any] = {"code": fault.code, "message": "no"}
                headers = dict(fault.headers)
                if fault.status == 429:
                    body |= {"retry_after": float(headers["Retry-After"]), "global": False}
                    headers["Via"] = "1.1 stand-in"
                return _json(body, fault.status, headers)
        return None

    def _answer(self, call: Call) -> web.Response:
        match (call.method, call.path.strip("/").split("/")):
            case ("GET", ["users", "@me"]):
                return _json(payloads.BOT)
            case ("GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]):
                return _json(payloads.ABOUT)
            case ("GET", ["gateway", "bot"]):
                gateway = self.url.replace("http", "ws") + "/gateway"
                limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
                return _json({"url": gateway, "shards": 1, "session_start_limit": limit})
            case ("PUT", ["applications", _, "commands"]):
                self.commands = [
                    {
                        "id": str(next(self._numbers)),
                        "application_id": str(APPLICATION),
                        "version": "1",
                        "default_member_permissions": None,
                        "description": "",
                        **one,
                    }
                    for one in call.body
                ]
                return _json(self.commands)
            case ("POST", ["interactions", number, token, "callback"]):
                return self._called_back(call, number, token)
            case (_, ["webhooks", _, token, "messages", which]):
                return self._edited(call, token, which)
            case ("POST", ["users", "@me", "channels"]):
                return _json({"id": str(DIRECT), "type": 1, "recipients": [payloads.person(HER)]})
            case ("POST", ["channels", channel, "messages"]):
                nonce = call.body.get("nonce") if call.body.get("enforce_nonce") else None
                if nonce is not None and nonce in self._nonces:
                    return _json(self._nonces[nonce])
                message = self._kept(next(self._numbers), call) | {"channel_id": channel}
                self._nonces |= {} if nonce is None else {nonce: message}
                self._written.append(message)
                return _json(message)
            case ("PATCH", ["channels", _, "messages", number]):
                return _json(self._kept(int(number), call))
        return _json({"code": 0, "message": f"404: {call.path}"}, 404)

    def _called_back(self, call: Call, number: str, token: str) -> web.Response:
        message = self._kept(next(self._numbers), call)
        self._originals[token] = int(message["id"])
        interaction = {"id": number, "type": 2, "response_message_id": message["id"]}
        resource = {"type": call.body["type"], "message": message}
        return _json({"interaction": interaction, "resource": resource})

    def _edited(self, call: Call, token: str, which: str) -> web.Response:
        if token in self.dead_tokens:
            return _json({"code": 50027, "message": "Invalid Webhook Token"}, 401)
        number = self._originals[token] if which == "@original" else int(which)
        if call.method == "DELETE":
            return web.Response(status=204)
        if call.method == "GET":
            return _json(self._messages[number])
        return _json(self._kept(number, call))

    def _kept(self, number: int, call: Call) -> dict[str, Any]:
        body = call.body.get("data", call.body) if isinstance(call.body, dict) else {}
        content = {"content": (body or {}).get("content") or ""}
        self._messages[number] = payloads.message(number, content)
        return self._messages[number]


async def _read(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    if request.content_type == "application/json":
        return await request.json(), {}
    if not request.content_type.startswith("multipart/"):
        return None, {}
    posted = await request.post()
    files = {}
    for part in posted.values():
        if isinstance(part, web.FileField):
            with part.file as file:
                files[part.filename] = file.read()
    return json.loads(str(posted["payload_json"])), files


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # Discord names no charset, and the library knows JSON by that.
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers=headers,
        content_type="application/json",
    )

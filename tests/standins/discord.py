"""A Discord: gateway and REST over real sockets, as strict as it is."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from tests.standins.discord_calls import Budgets, DiscordCall, DiscordFault, RefusedCallError
from tests.standins.discord_gateway import Gateway
from tests.standins.discord_payloads import ALLOWED, APPLICATION, TOKEN
from tests.standins.discord_people import DiscordPeople
from tests.standins.discord_rest import Rest
from tests.standins.discord_voice import VoiceServer
from tests.standins.discord_world import EPHEMERAL, World

__all__ = ["TOKEN", "DiscordCall", "DiscordStandIn"]


class DiscordStandIn(DiscordPeople):
    """Discord.

    Attributes:
        calls: everything that was asked for.
        downloads: how many files were fetched.
    """

    def __init__(self, allowed: int = ALLOWED) -> None:
        world = World(allowed)
        rest = Rest(world)
        super().__init__(world, rest, Gateway(world, rest, self._notify))
        self.calls: list[DiscordCall] = []
        self.faults: list[DiscordFault] = []
        self.downloads = 0
        self.url = ""
        self._budgets = Budgets()
        self._holds: list[tuple[str, str, asyncio.Event]] = []
        self._changed = asyncio.Condition()

    # What goes wrong.

    def hold(self, method: str, within: str) -> asyncio.Event:
        """Do what the next call that matches asks for, and answer it only once this is set."""
        held = asyncio.Event()
        self._holds.append((method, within, held))
        return held

    def refuse(
        self,
        method: str,
        within: str,
        status: int,
        code: int = 0,
        times: int = 1,
        *,
        via: bool = True,
        **headers: str,
    ) -> None:
        """Let the next calls fail whose path holds a text."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.faults.append(
            DiscordFault(method, within, status, code, times, via=via, headers=named)
        )

    def close(self, method: str, within: str, times: int = 1, *, after: bool = False) -> None:
        """Break the connection of the next calls that match, before or after they are done."""
        self.faults.append(DiscordFault(method, within, 0, times=times, closes=True, after=after))

    def pass_time(self, seconds: float) -> None:
        """Let time pass: tokens and nonces age."""
        self.world.passed += seconds

    def kill(self, token: str) -> None:
        """Let an interaction's 15 minutes pass."""
        self.rest.interactions[token].born -= 901

    async def drop(self) -> None:
        """Break all gateway connections; sessions can be resumed."""
        await self.gateway.drop()

    # What the bot has done.

    @property
    def identified(self) -> int:
        """How often the bot came."""
        return self.gateway.identified

    @property
    def commands(self) -> list[dict[str, Any]]:
        """What it published."""
        return self.rest.commands

    @property
    def talking(self) -> set[int]:
        """Voice channels that it is in."""
        return self.gateway.talking

    @property
    def voice(self) -> VoiceServer | None:
        """Where its sound goes."""
        return self.gateway.voice

    @voice.setter
    def voice(self, voice: VoiceServer) -> None:
        self.gateway.voice = voice

    @property
    def file_limit(self) -> int:
        """Bytes that a file may have, whatever was told with an interaction."""
        return self.rest.file_limit

    @file_limit.setter
    def file_limit(self, most: int) -> None:
        self.rest.file_limit = most

    def now(self) -> float:
        """The clock that calls are dated by."""
        return self.world.now()

    def done(self, method: str, within: str) -> list[DiscordCall]:
        """Calls that went well, by a text in their path."""
        return [
            call
            for call in self.calls
            if call.method == method and within in call.path and call.status < 300
        ]

    def answers(self, token: str) -> list[DiscordCall]:
        """Edits of an interaction's answer that have files."""
        return [call for call in self.done("PATCH", token) if call.files]

    def shown(self, token: str) -> dict[str, Any]:
        """An interaction's first answer, as it stands."""
        original = self.rest.interactions[token].original
        assert original is not None
        return self.world.messages[original]

    def words(self, token: str) -> str:
        """What an interaction's first answer says; nothing where there is none yet."""
        original = self.rest.interactions[token].original
        return str(self.world.messages.get(original or 0, {}).get("content", ""))

    def forms(self) -> list[dict[str, Any]]:
        """Forms that were shown."""
        calls = [call for call in self.done("POST", "/callback") if call.body["type"] == 9]
        return [call.body["data"] for call in calls]

    def standing(self, channel: int) -> list[dict[str, Any]]:
        """Messages of the bot's that all in a channel see."""
        return [
            one
            for one in self.world.messages.values()
            if one["channel_id"] == str(channel)
            and one["author"]["id"] == str(APPLICATION)
            and not one["flags"] & EPHEMERAL
        ]

    def refusals(self) -> list[DiscordCall]:
        """What was refused, but for what was told to be."""
        return [call for call in self.calls if call.status == 400]

    async def until(self, holds: Callable[[], Any], seconds: float = 120.0) -> Any:
        """Wait for something that follows from calls."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                while not (found := holds()):
                    # What a worker's thread does makes no call.
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.2):
                            await self._changed.wait()
        except TimeoutError:
            told = [
                (call.method, call.path, call.status, *([call.refusal] if call.refusal else ()))
                for call in self.calls
            ]
            raise AssertionError(f"not within {seconds} s, after {told}") from None
        return found

    # The server.

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1") -> AsyncIterator["DiscordStandIn"]:
        """Listen on a free port of loopback, or of another address of this machine."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/cdn/{path:.*}", self._download)
        app.router.add_route("*", "/api/{path:.*}", self._call)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, host, 0).start()
        self.url = f"http://{host}:{runner.addresses[0][1]}"
        self.rest.url = self.gateway.url = self.url
        try:
            yield self
        finally:
            await runner.cleanup()

    @property
    def api(self) -> str:
        """What the bot takes for Discord's API."""
        return f"{self.url}/api"

    async def dispatch(self, name: str, data: dict[str, Any]) -> None:
        """Something happens; the bot is told once it is there."""
        await self.until(lambda: self.gateway.sessions)
        await self.gateway.tell(name, data)

    async def _download(self, request: web.Request) -> web.Response:
        self.downloads += 1
        data = self.world.files.get(request.match_info["path"])
        return web.Response(status=404) if data is None else web.Response(body=data)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        body, files = await _read(request)
        path = "/" + request.match_info["path"]
        token = request.headers.get("Authorization", "")
        call = DiscordCall(request.method, path, body, files, token, dict(request.query))
        fault = next((one for one in self.faults if one.fits(call)), None)
        if fault is not None:
            fault.times -= 1
        response = self._answer(call) if fault is None or fault.after else _failing(fault)
        if self.rest.speaks:
            self.rest.speaks = False
            await self.gateway.speak(suppressed=False)
        call.at, call.status = self.now(), response.status
        self.calls.append(call)
        await self._notify()
        for hold in [one for one in self._holds if one[0] == call.method and one[1] in path]:
            self._holds.remove(hold)
            await hold[2].wait()
        if fault is not None and fault.closes and request.transport is not None:
            request.transport.close()
        return response

    def _answer(self, call: DiscordCall) -> web.Response:
        budget, now = self._budgets.of(call), self.now()
        if budget is not None and not budget.spend(now):
            after = budget.headers(now)["X-RateLimit-Reset-After"]
            return _limited(float(after), budget.headers(now))
        headers = {} if budget is None else budget.headers(now)
        try:
            answer = self.rest.answer(call)
        except RefusedCallError as refused:
            call.refusal = refused.body
            return _json(refused.body, refused.status, headers)
        return (
            web.Response(status=204, headers=headers)
            if answer is None
            else _json(answer, 200, headers)
        )


def _failing(fault: DiscordFault) -> web.Response:
    if fault.status == 429:
        after = float(fault.headers.get("Retry-After", "1"))
        if fault.via:
            return _limited(after, fault.headers, fault.code)
        # The proxy in front of Discord speaks no JSON and knows no buckets.
        return web.Response(text="error code: 1015", status=429, headers=fault.headers)
    if fault.status >= 500 and not fault.via:
        return web.Response(text="<html>bad gateway</html>", status=fault.status)
    body = {"code": fault.code, "message": "no"}
    return _json(body, 503 if fault.closes else fault.status, fault.headers)


def _limited(after: float, headers: dict[str, str], code: int = 0) -> web.Response:
    body = {"message": "You are being rate limited.", "retry_after": after, "global": False}
    told = {"Retry-After": str(after), "Via": "1.1 google", "X-RateLimit-Scope": "user"}
    return _json(body | ({"code": code} if code else {}), 429, {**headers, **told})


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

"""Discord's voice: a gateway over TLS and UDP beside it, encrypted from end to end as there."""

import asyncio
import json
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import nacl.secret
import trustme
from aiohttp import WSMsgType, web

from tests.standins.discord_dave import VERSION, ExternalSender, Listener
from tests.standins.discord_payloads import APPLICATION, HER

TOKEN = "voice-token"  # noqa: S105
SILENCE = b"\xf8\xff\xfe"
_SSRC = 4711
_KEY = bytes(range(32))
_MODE = "aead_xchacha20_poly1305_rtpsize"
_HEADER, _NONCE = 12, 4
_SENDER, _KEY_PACKAGE, _PROPOSALS, _WELCOME = 25, 26, 27, 30
_TRANSITION_READY, _EXECUTE_TRANSITION = 23, 22
_TRANSITION = 1
_NO_ENCRYPTION = 4017
"""The code that a connection is closed with by which no DAVE can be spoken."""


class VoiceServer(asyncio.DatagramProtocol):
    """Hears what a bot plays.

    Attributes:
        frames: Opus frames of 20 ms as somebody in the call hears them, silence left out.
        unheard: how many frames nobody could hear, as they were not encrypted for the call.
        suppressed: whether the bot is among a stage's listeners: then nobody hears it.
        identified: how often somebody came.
        endpoint: host and port of the gateway.
        trusted: for a client that is to trust it.
        answers_dave: whether a call's key is agreed on.
        waiting: agrees on it with a bot that waits for that.
    """

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.unheard = 0
        self.suppressed = False
        self.identified = 0
        self.endpoint = ""
        self.channel = 0
        self.answers_dave = True
        self.waiting: Callable[[], Awaitable[None]] | None = None
        self.trusted = ssl.create_default_context()
        self._port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._box = nacl.secret.Aead(_KEY)
        self._sender = ExternalSender()
        self._listener: Listener | None = None
        self._sequence = 0

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["VoiceServer"]:
        """Listen on free ports of loopback."""
        authority = trustme.CA()
        authority.configure_trust(self.trusted)
        own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(own)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self._port = transport.get_extra_info("sockname")[1]
        app = web.Application()
        app.router.add_get("/", self._gateway)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=own).start()
        self.endpoint = f"127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()
            transport.close()

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 8, "d": {"heartbeat_interval": 20_000}})
        async for frame in socket:
            if frame.type is WSMsgType.BINARY and frame.data[0] == _KEY_PACKAGE:
                await self._admit(socket, frame.data[1:])
            elif frame.type is WSMsgType.TEXT:
                await self._answer(socket, json.loads(frame.data))
        return socket

    async def _answer(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        match said["op"]:
            case 0 if said["d"]["token"] != TOKEN:
                await socket.close(code=4004)
            case 0 if said["d"].get("max_dave_protocol_version", 0) < VERSION:
                await socket.close(code=_NO_ENCRYPTION)
            case 0:
                self.identified += 1
                self._listener = Listener(HER, self.channel, self._sender)
                ready = {"ssrc": _SSRC, "ip": "127.0.0.1", "port": self._port, "modes": [_MODE]}
                await socket.send_json({"op": 2, "d": ready})
            case 1:
                chosen = {"mode": said["d"]["data"]["mode"], "secret_key": list(_KEY)}
                chosen["dave_protocol_version"] = VERSION
                await socket.send_json({"op": 4, "d": chosen})
                await socket.send_json({"op": 11, "d": {"user_ids": [str(HER)]}})
                await self._binary(socket, _SENDER, self._sender.package())
            case 3:
                await socket.send_json({"op": 6, "d": said["d"]})
            case op if op == _TRANSITION_READY:
                done = {"transition_id": _TRANSITION}
                await socket.send_json({"op": _EXECUTE_TRANSITION, "d": done})

    async def _admit(self, socket: web.WebSocketResponse, key_package: bytes) -> None:
        """Both propose each other; the commit of whoever was there before holds."""
        if self._listener is None or not self.answers_dave:
            self.waiting = lambda: self._admit(socket, key_package)
            return
        append = b"\x00"
        theirs = self._sender.proposal(self.channel, self._listener.key_package)
        await self._binary(socket, _PROPOSALS, append + theirs)
        welcome = self._listener.admit(self._sender.proposal(self.channel, key_package))
        await self._binary(socket, _WELCOME, struct.pack(">H", _TRANSITION) + welcome)

    async def _binary(self, socket: web.WebSocketResponse, op: int, data: bytes) -> None:
        self._sequence += 1
        await socket.send_bytes(struct.pack(">HB", self._sequence, op) + data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of asyncio's protocol."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Of asyncio's protocol: a bot asks for its address, or plays."""
        if len(data) == 74 and data[:2] == b"\x00\x01":
            answer = struct.pack(">HHI64sH", 2, 70, _SSRC, addr[0].encode(), addr[1])
            assert self._transport is not None
            self._transport.sendto(answer, addr)
            return
        nonce = data[-_NONCE:] + bytes(24 - _NONCE)
        frame = self._box.decrypt(data[_HEADER:-_NONCE], data[:_HEADER], nonce)
        heard = None if self._listener is None else self._listener.hear(APPLICATION, frame)
        if heard is None or self.suppressed:
            self.unheard += frame != SILENCE
        elif heard != SILENCE:
            self.frames.append(heard)

"""Discord's voice: a gateway over TLS and UDP beside it, as far as a bot that plays sees of it."""

import asyncio
import json
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import nacl.secret
import trustme
from aiohttp import WSMsgType, web

TOKEN = "voice-token"  # noqa: S105
_SSRC = 4711
_KEY = bytes(range(32))
_MODE = "aead_xchacha20_poly1305_rtpsize"
_HEADER, _NONCE = 12, 4


class Voice(asyncio.DatagramProtocol):
    """Hears what a bot plays.

    Attributes:
        frames: Opus frames of 20 ms, decrypted, silence left out.
        identified: how often somebody came.
        endpoint: host and port of the gateway.
        trusted: for a client that is to trust it.
    """

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.identified = 0
        self.endpoint = ""
        self.trusted = ssl.create_default_context()
        self._port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._box = nacl.secret.Aead(_KEY)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["Voice"]:
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
            if frame.type is not WSMsgType.TEXT:
                continue
            said = json.loads(frame.data)
            if said["op"] == 0:
                if said["d"]["token"] != TOKEN:
                    await socket.close(code=4004)
                    break
                self.identified += 1
                ready = {"ssrc": _SSRC, "ip": "127.0.0.1", "port": self._port, "modes": [_MODE]}
                await socket.send_json({"op": 2, "d": ready})
            elif said["op"] == 1:
                chosen = {"mode": said["d"]["data"]["mode"], "secret_key": list(_KEY)}
                await socket.send_json({"op": 4, "d": {**chosen, "dave_protocol_version": 0}})
            elif said["op"] == 3:
                await socket.send_json({"op": 6, "d": said["d"]})
        return socket

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
        if frame != b"\xf8\xff\xfe":
            self.frames.append(frame)

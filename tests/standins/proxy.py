"""A forward proxy: hands each connection on to the host that its first line names."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_REQUEST = re.compile(rb"^[A-Z]+ (http://\S+) HTTP/1.1\r$", re.MULTILINE)


@dataclass(slots=True)
class Proxy:
    """A proxy on loopback.

    Attributes:
        url: of it.
        asked: addresses of all requests.
    """

    url: str = ""
    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["Proxy"]:
        """Listen on a free port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readline()
        if not first:
            writer.close()
            return
        self._note(first)
        parts = urlsplit(first.split()[1].decode())
        there, out = await asyncio.open_connection(parts.hostname, parts.port)
        out.write(first)
        await asyncio.gather(_pour(reader, out, self._note), _pour(there, writer))

    def _note(self, data: bytes) -> None:
        self.asked += [one.decode() for one in _REQUEST.findall(data)]


async def _pour(
    source: asyncio.StreamReader,
    target: asyncio.StreamWriter,
    note: Callable[[bytes], object] = bytes,
) -> None:
    try:
        while data := await source.read(1 << 16):
            note(data)
            target.write(data)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()

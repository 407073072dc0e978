"""What Discord says, written down for the tests to play again."""

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp

from bot.discord.redact import Redactor
from mididraw.errors import OptionError

_REFUSED = 400


class Recorder:
    """Writes a line of JSON for every frame of the gateway and every request's end."""

    def __init__(self, path: Path) -> None:
        """Write to a file that nobody else can read; what is there already stays.

        Raises:
            OptionError: it cannot be written.
        """
        try:
            path.touch(mode=0o600)
            self._file = path.open("a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise OptionError(
                "file-unopened", "{path} cannot be opened: {why}.", path=path, why=error.strerror
            ) from error
        self._redact, self._begun = Redactor(), time.monotonic()

    def record_frame(self, frame: str) -> None:
        """Write a frame down."""
        self._write(heard=self._redact.frame(json.loads(frame)))

    def trace(self) -> aiohttp.TraceConfig:
        """Write down how requests end, and why Discord refuses one."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._ended)
        config.on_response_chunk_received.append(self._body_received)
        return config

    def close(self) -> None:
        """Close the recording."""
        self._file.close()

    async def _ended(
        self,
        session: aiohttp.ClientSession,  # noqa: ARG002 -- the library's signature
        context: SimpleNamespace,
        end: aiohttp.TraceRequestEndParams,
    ) -> None:
        context.status = end.response.status
        limits = {
            name: value
            for name, value in end.response.headers.items()
            if name.lower().startswith(("x-ratelimit", "retry-after"))
        }
        path = self._redact.path(end.url.path)
        self._write(asked=f"{end.method} {path}", status=context.status, limits=limits)

    async def _body_received(
        self,
        session: aiohttp.ClientSession,  # noqa: ARG002 -- the library's signature
        context: SimpleNamespace,
        chunk: aiohttp.TraceResponseChunkReceivedParams,
    ) -> None:
        if getattr(context, "status", 0) < _REFUSED:
            return
        try:
            body: Any = json.loads(chunk.chunk)
        except ValueError:
            body = {}
        if isinstance(body, dict):
            self._write(refused=body.get("code"), errors=self._redact.frame(body.get("errors")))

    def _write(self, **what: Any) -> None:
        if not self._file.closed:
            at = round(time.monotonic() - self._begun, 3)
            self._file.write(json.dumps({"at": at, **what}, ensure_ascii=False) + "\n")

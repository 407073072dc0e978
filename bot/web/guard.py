"""What every request passes: how large it may be, where it may come from, what a page may load."""

import asyncio
import ctypes
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.hosts import Hosts

COOKIE = "mididraw"
_DAYS = 365
_SAFE = {"GET", "HEAD", "OPTIONS"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)
_LARGE = "That is over 20 MB: send it smaller."
_SLOW = "That came too slowly: try again."
_FULL = "Very many drawings come at once: try again in a minute."
_ELSEWHERE = "The page is not served by this name: MIDIDRAW_PUBLIC_URL tells it."
_LARGE_BODY = 1 << 20
_TELEGRAM = ("https://web.telegram.org", "https://*.telegram.org")


class Guard:
    """Refuses what is too large, too slow or from another site, and knows clients by a cookie.

    The cookie holds nothing but a random name; a drawing can be cancelled by the client that asked
    for it alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        *,
        framed: bool = False,
        hosts: Hosts | None = None,
        together: int = 4,
        patience: float = 20,
        slowest: int = 16_384,
    ) -> None:
        """Guard an application.

        Args:
            app: what is guarded.
            most: bytes that a body may have.
            framed: whether Telegram's web client may show us.
            hosts: names that we are asked for by; any if None.
            together: how many of the largest bodies are in memory at once.
            patience: seconds that a body may take in any case.
            slowest: bytes a second that a body has to come with beyond them.
        """
        self._app, self._most, self._hosts = app, most, hosts or Hosts()
        self._room, self._patience, self._slowest = together * most, patience, slowest
        ancestors: Iterable[str] = ("'self'", *_TELEGRAM) if framed else ("'none'",)
        self._headers = {
            "Content-Security-Policy": _POLICY.format(ancestors=" ".join(ancestors)),
            "X-Content-Type-Options": "nosniff",
            # The ids in addresses are what shares a piece.
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        self._same_site = "none" if framed else "strict"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request as an ASGI application; what breaks a rule is refused here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        client = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        fresh = not (len(client) == 32 and client.isalnum() and client.isascii())
        scope["mididraw.client"] = client = secrets.token_hex(16) if fresh else client

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    out.setdefault(name, value)
                if fresh:
                    out.append("Set-Cookie", self._cookie(client, scope["scheme"]))
            await send(message)

        if not self._hosts.allows(headers.get("host", "")):
            await _refuse(421, _ELSEWHERE, scope, receive, answer)
            return
        if not _ours(scope["method"], headers):
            await _refuse(403, "This comes from another site.", scope, receive, answer)
            return
        if int(headers.get("content-length") or 0) > self._most:
            await _refuse(413, _LARGE, scope, receive, answer)
            return
        read, whole, since = 0, False, time.monotonic()

        async def receive_in_time() -> Message:
            nonlocal read, whole
            if whole:
                return await receive()
            left = since + self._patience + read / self._slowest - time.monotonic()
            try:
                message = await asyncio.wait_for(receive(), left)
            except TimeoutError:
                raise HTTPException(408, _SLOW, {"Connection": "close"}) from None
            size, whole = len(message.get("body", b"")), not message.get("more_body", False)
            if read + size > self._most:
                raise HTTPException(413, _LARGE)
            if size > self._room:
                raise HTTPException(503, _FULL, {"Retry-After": "60"})
            read, self._room = read + size, self._room - size
            return message

        try:
            await self._app(scope, receive_in_time, answer)
        finally:
            self._room += read
            if read >= _LARGE_BODY:
                _give_memory_back()

    def _cookie(self, client: str, scheme: str) -> str:
        where = self._same_site if scheme == "https" else "strict"
        secure = "; Secure" if scheme == "https" else ""
        life = _DAYS * 86_400
        return f"{COOKIE}={client}; Path=/; HttpOnly; Max-Age={life}; SameSite={where}{secure}"


def _ours(method: str, headers: Headers) -> bool:
    """Whether a request that changes something comes from our own page, or from no page at all."""
    if method in _SAFE:
        return True
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _give_memory_back() -> None:
    """Have what large bodies took go back to the system, which the C library keeps by itself.

    500 orders of a megabyte at once left 560 MB behind, of which 200 were kept pictures.
    """
    with suppress(OSError, AttributeError):  # none but glibc has it
        ctypes.CDLL(None).malloc_trim(0)


async def _refuse(status: int, message: str, scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"message": message}, status)(scope, receive, send)

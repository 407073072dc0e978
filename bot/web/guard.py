"""What every request passes: how large it may be, where it may come from, what a page may load."""

import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "mididraw"
_DAYS = 365
_SAFE = {"GET", "HEAD", "OPTIONS"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors {ancestors}"
)
_LARGE = "That is over 20 MB: send it smaller."
_TELEGRAM = ("https://web.telegram.org", "https://*.telegram.org")


class Guard:
    """Refuses what is too large or comes from another site, and knows clients by a cookie.

    The cookie holds nothing but a random name; a drawing can be cancelled by the client that asked
    for it alone.
    """

    def __init__(self, app: ASGIApp, most: int, *, framed: bool = False) -> None:
        """Let bodies of ``most`` bytes through; ``framed`` lets Telegram's web client show us."""
        self._app, self._most = app, most
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
        """Of ASGI."""
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

        if not _ours(scope["method"], headers):
            await _refuse(403, "This comes from another site.", scope, receive, answer)
            return
        if int(headers.get("content-length") or 0) > self._most:
            await _refuse(413, _LARGE, scope, receive, answer)
            return
        read = 0

        async def take() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413, _LARGE)
            return message

        await self._app(scope, take, answer)

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


async def _refuse(status: int, said: str, scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"message": said}, status)(scope, receive, send)

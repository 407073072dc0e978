"""Requests of a bot's, how Discord refuses them, and how many it takes in a while."""

import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class DiscordCall:
    """A request of the bot's.

    Attributes:
        method: of HTTP.
        path: below the API's own.
        body: JSON, of a multipart body its ``payload_json``.
        files: by name.
        token: what it shows in the header ``Authorization``.
        query: of its address.
        at: when it was answered, in seconds since 1970.
        status: of HTTP.
        refusal: what was wrong with it.
    """

    method: str
    path: str
    body: Any
    files: dict[str, bytes]
    token: str = ""
    query: dict[str, str] = field(default_factory=dict)
    at: float = 0.0
    status: int = 200
    refusal: dict[str, Any] | None = None

    @property
    def message(self) -> dict[str, Any]:
        """The message that it writes or changes; empty if it has none."""
        body = self.body if isinstance(self.body, dict) else {}
        return dict(body.get("data") or body)

    @property
    def text(self) -> str:
        """The words of that message."""
        return str(self.message.get("content") or "")


@dataclass(slots=True)
class DiscordFault:
    """How the next calls that match fail.

    Attributes:
        method, within: what they are, and a text in their path.
        status, code: of HTTP and of Discord.
        times: how many of them.
        via: whether Discord itself answers, and not the proxy in front of it.
        closes: whether the connection breaks instead.
        after: whether it breaks when what was asked for is done.
        headers: beside the usual ones.
    """

    method: str
    within: str
    status: int
    code: int = 0
    times: int = 1
    via: bool = True
    closes: bool = False
    after: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def fits(self, call: DiscordCall) -> bool:
        return self.times > 0 and self.method == call.method and self.within in call.path


class RefusedCallError(Exception):
    """Discord does not do what is asked for."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.body = status, {"message": message, "code": code, **more}


@dataclass(slots=True)
class RouteBudget:
    """How many requests one bucket takes.

    Attributes:
        bucket: its name, the same for all channels.
        most: requests.
        window: seconds.
        times: of those within the window.
    """

    bucket: str
    most: int
    window: float
    times: deque[float] = field(default_factory=deque)

    def spend(self, now: float) -> bool:
        """Count a request; whether it is within the budget."""
        while self.times and self.times[0] <= now - self.window:
            self.times.popleft()
        if len(self.times) >= self.most:
            return False
        self.times.append(now)
        return True

    def headers(self, now: float) -> dict[str, str]:
        """What Discord tells with every answer."""
        reset = max(0.0, (self.times[0] if self.times else now) + self.window - now)
        return {
            "X-RateLimit-Limit": str(self.most),
            "X-RateLimit-Remaining": str(max(0, self.most - len(self.times))),
            "X-RateLimit-Reset": f"{now + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": self.bucket,
        }


class Budgets:
    """All buckets: of a channel, and of a webhook with its token."""

    _KINDS = (
        (r"POST /channels/(\d+)/messages", "a" * 32, 5, 5.0),
        (r"PATCH /channels/(\d+)/messages/\d+", "b" * 32, 5, 5.0),
        (r"[A-Z]+ /webhooks/\d+/([^/]+).*", "c" * 32, 5, 2.0),
        (r"POST /users/@me/channels()", "d" * 32, 10, 10.0),
    )

    def __init__(self) -> None:
        self._found: defaultdict[tuple[str, str], RouteBudget | None] = defaultdict(lambda: None)

    def of(self, call: DiscordCall) -> RouteBudget | None:
        """A call's budget; None if it has none to speak of."""
        for pattern, bucket, most, window in self._KINDS:
            if found := re.fullmatch(pattern, f"{call.method} {call.path}"):
                key = bucket, found[1]
                self._found[key] = self._found[key] or RouteBudget(bucket, most, window)
                return self._found[key]
        return None

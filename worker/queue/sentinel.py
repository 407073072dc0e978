"""Redis behind Sentinel: who leads is asked for, and asked for again when that changes.

``redis+sentinel://user:password@one:26379,two:26379/0?service=mymaster`` (``rediss+sentinel`` with
TLS) takes redis-py's own options after the question mark, and ``sentinel_password`` where the
sentinels want one.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from redis.connection import parse_url

from mididraw.errors import OptionError

_SCHEMES = {"redis+sentinel": "redis", "rediss+sentinel": "rediss"}
_PORT = 26_379


@dataclass(frozen=True, slots=True, repr=False)
class SentinelAddress:
    """What an address says.

    Attributes:
        hosts: names and ports of the sentinels.
        service: name of the Redis that they watch.
        own: how the sentinels are reached.
        options: how Redis is reached.
    """

    hosts: tuple[tuple[str, int], ...]
    service: str
    own: dict[str, Any]
    options: dict[str, Any]


def is_sentinel_address(url: str) -> bool:
    """Whether an address names sentinels."""
    return url.partition("://")[0] in _SCHEMES


def read_sentinel_address(url: str) -> SentinelAddress:
    """Read an address.

    Raises:
        OptionError: it cannot be read; the sentence holds nothing of it.
    """
    try:
        parts = urlsplit(url)
        user, at, hosts = parts.netloc.rpartition("@")
        query = dict(parse_qsl(parts.query))
        service, password = query.pop("service", "mymaster"), query.pop("sentinel_password", None)
        plain = parts._replace(
            scheme=_SCHEMES[parts.scheme], netloc=f"{user}{at}sentinel", query=urlencode(query)
        )
        options: dict[str, Any] = dict(parse_url(urlunsplit(plain)))  # type: ignore[no-untyped-call]
        found = tuple(_host(one) for one in hosts.split(","))
    except ValueError:
        raise OptionError(
            "sentinel-url-unread",
            "REDIS_URL cannot be read: with Sentinel it looks like "
            "redis+sentinel://user@one:26379,two:26379/0?service=mymaster.",
        ) from None
    for name in ("host", "port", "connection_class"):
        options.pop(name, None)
    secure = {name: value for name, value in options.items() if name.startswith("ssl")}
    if parts.scheme == "rediss+sentinel":
        secure["ssl"] = options["ssl"] = True
    return SentinelAddress(found, service, {**secure, "password": password}, options)


def _host(text: str) -> tuple[str, int]:
    one = urlsplit(f"//{text}")
    if not one.hostname:
        raise ValueError
    return one.hostname, one.port or _PORT

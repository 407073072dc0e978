"""Pictures from addresses that people give, fetched without reaching into our own network."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from mididraw.errors import PictureError

_SECONDS = 15
_HOPS = 4
_MOST = 20 << 20
_CHUNK = 1 << 16
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class FetchError(PictureError):
    """The address does not give a picture."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            return False
        found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


class _Guarded(AbstractResolver):
    """Names that lead to addresses of our own network lead nowhere.

    The addresses that are checked are those that are connected to, so a name that says one thing
    now and another later gains nothing.
    """

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._inner, self._allowed = DefaultResolver(), allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        public = [one for one in found if self._allowed(one["host"])]
        if not public:
            raise OSError(f"{host} is not reachable from here")
        return public

    async def close(self) -> None:
        await self._inner.close()


async def fetch_url(url: str, allowed: Callable[[str], bool] = is_public) -> bytes:
    """Fetch a picture of up to 20 MB.

    Args:
        url: http or https.
        allowed: which IP addresses may be reached, at every hop of a redirection.

    Raises:
        FetchError: it is no such address, is not reachable, or is too large.
    """
    connector = aiohttp.TCPConnector(resolver=_Guarded(allowed), use_dns_cache=False)
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            for _ in range(_HOPS):
                _check(url, allowed)
                async with session.get(url, allow_redirects=False) as response:
                    if response.status in (301, 302, 303, 307, 308):
                        url = urljoin(url, response.headers.get("Location", ""))
                        continue
                    if response.status != 200:
                        raise FetchError("The address gives no picture: send the picture itself.")
                    return await _read(response)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise FetchError("The address cannot be reached: send the picture itself.") from error
    raise FetchError("The address leads in circles: send the picture itself.")


def _check(url: str, allowed: Callable[[str], bool]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError("This is no address of a picture: it begins with https://.")
    host = parts.hostname
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    # An address written out passes no resolver.
    if not allowed(host):
        raise FetchError("The address cannot be reached: send the picture itself.")


async def _read(response: Any) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > _MOST:
            raise FetchError("The picture is over 20 MB: send it smaller.")
    return bytes(data)

"""Files from addresses that people give, fetched without reaching into our own network."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp.connector import AddrInfoType
from yarl import URL

from mididraw.errors import PictureError

MOST = 20 << 20
"""Bytes of a file at most."""
_SECONDS = 15
_HOPS = 4
_CHUNK = 1 << 16
_AT_ONCE = 6
_CARRYING_V4 = tuple(
    ipaddress.IPv6Network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")
)
"""Networks whose addresses lead to others: by NAT64, or as IPv4 was written once."""


class FetchError(PictureError):
    """The address does not give a picture."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if any(found in network for network in _CARRYING_V4):
            return False
        found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


class Fetcher:
    """Fetches files, a few at a time; whatever the product fetches for people comes through here.

    The guard stands where a socket is made, so that it sees the very address that is connected to:
    how a host is written, what a resolver makes of it, and where a redirection leads do not matter.
    """

    def __init__(
        self,
        allowed: Callable[[str], bool] = is_public,
        *,
        hosts: frozenset[str] | None = None,
        at_once: int = _AT_ONCE,
        proxy: str | None = None,
    ) -> None:
        """Fetch from the open internet.

        Args:
            allowed: which IP addresses may be connected to.
            hosts: the only ones that may be asked; None for any.
            at_once: how many files are fetched at a time.
            proxy: address of a proxy to fetch through; it is then what is connected to.
        """
        self._allowed, self._hosts, self._proxy = allowed, hosts, proxy
        self._room = asyncio.Semaphore(at_once)

    async def fetch(self, url: str) -> bytes:
        """Fetch a file of up to 20 MB.

        Raises:
            FetchError: it is no such address, is not reachable, or is too large.
        """
        connector = aiohttp.TCPConnector(socket_factory=self._socket, use_dns_cache=False)
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with (
                self._room,
                aiohttp.ClientSession(
                    connector=connector,
                    timeout=timeout,
                    # What grows when it is unpacked could grow without end.
                    auto_decompress=False,
                    headers={"Accept-Encoding": "identity"},
                ) as session,
            ):
                return await self._follow(session, URL(url))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise FetchError(
                "address-unreachable", "The address cannot be reached: send the picture itself."
            ) from error

    async def _follow(self, session: aiohttp.ClientSession, url: URL) -> bytes:
        for _ in range(_HOPS):
            if url.scheme not in ("http", "https") or not url.host:
                raise FetchError(
                    "address-malformed", "This is no address of a picture: it begins with https://."
                )
            if self._hosts is not None and url.host not in self._hosts:
                raise FetchError(
                    "address-unreachable", "The address cannot be reached: send the picture itself."
                )
            async with session.get(url, allow_redirects=False, proxy=self._proxy) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = url.join(URL(response.headers.get("Location", "")))
                    continue
                if response.status != 200:
                    raise FetchError(
                        "address-no-picture",
                        "The address gives no picture: send the picture itself.",
                    )
                return await _read(response)
        raise FetchError(
            "address-circular", "The address leads in circles: send the picture itself."
        )

    def _socket(self, found: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, place = found
        if not self._allowed(str(place[0])):
            raise OSError(f"{place[0]} is not to be reached from here")
        return socket.socket(family, kind, protocol)


async def _read(response: Any) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > MOST:
            raise FetchError("picture-too-large", "The picture is over 20 MB: send it smaller.")
    return bytes(data)

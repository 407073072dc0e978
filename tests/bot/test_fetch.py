"""Addresses that people give: the open internet and nothing else."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.fetch import Fetcher, FetchError, is_public
from tests.conftest import ROOT

HERE, OTHER = "127.0.0.1", "127.0.0.2"
HERE_DISGUISED = ("①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "0x7f.1", "2130706433", "127.1")
"""What normalises to an address, or is read as one by a resolver."""


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """A server with a picture, ways to it and dead ends."""
    going = most = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal going, most
        port, path = request.url.port, request.path
        if path == "/counted":
            going += 1
            most = max(most, going)
            for _ in range(20):
                await asyncio.sleep(0)
            going -= 1
            return web.Response(body=b"picture")
        if path == "/most":
            return web.Response(body=str(most).encode())
        ways = {
            "/near": "/picture",
            "/circle": "/circle",
            "/private": f"http://{OTHER}:{port}/picture",
            "/named": f"http://localhost.:{port}/picture",
            "/file": "file:///etc/passwd",
            "/disguised": f"http://{HERE_DISGUISED[0]}:{port}/picture",
        }
        if path in ways:
            return web.Response(status=302, headers={"Location": ways[path]})
        if path == "/huge":
            return web.Response(body=bytes(21 << 20))
        return web.Response(body=b"picture", status=200 if path == "/picture" else 404)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0).start()  # noqa: S104
    try:
        yield f"http://{HERE}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def here(address: str) -> bool:
    return address == HERE


async def test_a_picture_is_fetched_also_by_a_way_round() -> None:
    async with serving() as url:
        assert await Fetcher(here).fetch(f"{url}/picture") == b"picture"
        assert await Fetcher(here).fetch(f"{url}/near") == b"picture"
        named = url.replace(HERE, "localhost")
        assert await Fetcher(here).fetch(f"{named}/picture") == b"picture"


async def test_no_redirection_leads_into_a_network_of_our_own() -> None:
    async with serving() as url:
        cases = {
            "private": "cannot be reached",
            "file": "begins with https",
            "circle": "in circles",
            "missing": "gives no picture",
            "huge": "over 20 MB",
        }
        for path, sentence in cases.items():
            with pytest.raises(FetchError, match=sentence):
                await Fetcher(here).fetch(f"{url}/{path}")
        named = url.replace(HERE, "localhost")
        for address in (f"{url}/picture", f"{named}/picture"):
            with pytest.raises(FetchError, match="cannot be reached"):
                await Fetcher().fetch(address)


@pytest.mark.parametrize("host", [*HERE_DISGUISED, "[::ffff:127.0.0.1]", "localhost"])
async def test_the_address_that_is_connected_to_is_checked_whatever_its_host_looks_like(
    host: str,
) -> None:
    async with serving() as url:
        with pytest.raises(FetchError, match="cannot be reached"):
            await Fetcher().fetch(f"{url.replace(HERE, host)}/picture")


async def test_a_redirection_is_followed_to_no_disguised_address() -> None:
    async with serving() as url:
        other = Fetcher(lambda address: address == OTHER)
        with pytest.raises(FetchError, match="cannot be reached"):
            await other.fetch(f"{url.replace(HERE, OTHER)}/disguised")


async def test_where_hosts_are_named_no_other_is_asked() -> None:
    async with serving() as url:
        named = Fetcher(here, hosts=frozenset({HERE}))
        assert await named.fetch(f"{url}/picture") == b"picture"
        for asked in (f"{url.replace(HERE, 'localhost')}/picture", f"{url}/named"):
            with pytest.raises(FetchError, match="cannot be reached"):
                await named.fetch(asked)


async def test_only_so_many_files_are_fetched_at_once() -> None:
    async with serving() as url:
        fetcher = Fetcher(here, at_once=2)
        await asyncio.gather(*(fetcher.fetch(f"{url}/counted") for _ in range(8)))
        assert await fetcher.fetch(f"{url}/most") == b"2"


@pytest.mark.parametrize(
    "url", ["", "picture", "//x", "http://", "http://[", "javascript:1", "http://②130706433/"]
)
async def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(FetchError):
        await Fetcher().fetch(url)


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7"))
def test_private_addresses_are_not_public(address: object) -> None:
    assert not is_public(str(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "::1", "169.254.169.254", "192.168.0.1", "0.0.0.1", "224.0.0.1"),
        *("::ffff:10.0.0.1", "2002:7f00:1::", "100.64.0.1", "64:ff9b::7f00:1", "no address", ""),
        *("::127.0.0.1", "64:ff9b:1::a00:1", "fe80::1%eth0", "2001:0:7f00:1::"),
    ],
)
def test_inner_addresses_in_disguise_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_nothing_else_in_the_product_fetches() -> None:
    opening = re.compile(r"ClientSession\(|urlopen\(|\bhttpx\.|\brequests\.get")
    opens = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "bot").rglob("*.py")
        if opening.search(path.read_text())
    }
    assert opens == {"bot/fetch.py"}

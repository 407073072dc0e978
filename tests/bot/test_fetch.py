"""Addresses that people give: the open internet and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.fetch import FetchError, fetch_url, is_public
from tests.asynchronous import played

HERE, OTHER = "127.0.0.1", "127.0.0.2"


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """A server with a picture, ways to it and dead ends."""

    async def answer(request: web.Request) -> web.Response:
        port, path = request.url.port, request.path
        ways = {
            "/near": "/picture",
            "/circle": "/circle",
            "/private": f"http://{OTHER}:{port}/picture",
            "/named": f"http://localhost.:{port}/picture",
            "/file": "file:///etc/passwd",
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


@played
async def test_a_picture_is_fetched_also_by_a_way_round() -> None:
    async with serving() as url:
        assert await fetch_url(f"{url}/picture", here) == b"picture"
        assert await fetch_url(f"{url}/near", here) == b"picture"
        named = url.replace(HERE, "localhost")
        assert await fetch_url(f"{named}/picture", here) == b"picture"


@played
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
                await fetch_url(f"{url}/{path}", here)
        named = url.replace(HERE, "localhost")
        for address in (f"{url}/picture", f"{named}/picture"):
            with pytest.raises(FetchError, match="cannot be reached"):
                await fetch_url(address)


@played
@pytest.mark.parametrize(
    "url", ["", "picture", "//x", "http://", "http://[", "javascript:1", "http://2130706433/"]
)
async def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(FetchError):
        await fetch_url(url)


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7"))
def test_private_addresses_are_not_public(address: object) -> None:
    assert not is_public(str(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "::1", "169.254.169.254", "192.168.0.1", "0.0.0.1", "224.0.0.1"),
        *("::ffff:10.0.0.1", "2002:7f00:1::", "100.64.0.1", "64:ff9b::7f00:1", "no address", ""),
    ],
)
def test_inner_addresses_in_disguise_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)

"""Whom the page believes what a client's address is."""

import base64
from pathlib import Path

import pytest

from bot.web.proxies import trusted
from mididraw.errors import OptionError
from tests.bot.web.conftest import CAT, QUICK, serving

ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth1\t00000000\t010013AC\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t00000000\t010012AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
"""
"""Of a container in two networks of Compose's."""


def test_the_gateway_is_the_one_that_the_kernel_takes(tmp_path: Path) -> None:
    routes = tmp_path / "route"
    routes.write_text(ROUTES)
    assert trusted("gateway", routes) == ["172.18.0.1"]
    assert trusted(" 10.0.0.0/8 , gateway,::1", routes) == ["10.0.0.0/8", "172.18.0.1", "::1"]


def test_nobody_is_trusted_where_there_is_no_way_out(tmp_path: Path) -> None:
    routes = tmp_path / "route"
    assert trusted("gateway", routes) == []
    routes.write_text("".join(ROUTES.splitlines(keepends=True)[::3]))
    assert trusted("gateway", routes) == []


@pytest.mark.parametrize("names", ["gatway", "10.0.0.1/8", "draw.example.org", "*,10.0.0.1"])
def test_what_is_no_address_is_refused(names: str) -> None:
    with pytest.raises(OptionError, match="MIDIDRAW_WEB_PROXIES"):
        trusted(names)


@pytest.mark.parametrize(
    ("proxies", "second"), [("127.0.0.1", 202), ("*", 202), ("gateway", 429), ("10.0.0.1", 429)]
)
async def test_limits_count_the_address_that_a_trusted_proxy_tells(
    proxies: str, second: int
) -> None:
    variables = {"MIDIDRAW_WEB_PROXIES": proxies, "MIDIDRAW_JOBS_RATE": "1"}
    body = {"pictures": [base64.b64encode(CAT).decode()], "options": QUICK}
    seen = []
    async with serving(**variables) as session:
        for client in ("198.51.100.1", "198.51.100.2"):
            headers = {"X-Forwarded-For": client}
            async with session.post("/draws", json=body, headers=headers) as answer:
                seen.append(answer.status)
    assert seen == [202, second]

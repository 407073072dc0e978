"""Whose word on a client's address is taken: named addresses, or what a container's host sends."""

import ipaddress
import socket
import struct
from pathlib import Path

from mididraw.errors import OptionError

GATEWAY = "gateway"
"""Stands for the default gateway: within a container, the host whose port leads to us."""
EVERYBODY = "*"
_ROUTES = Path("/proc/net/route")
_LEADS_TO_A_GATEWAY = 2
"""``RTF_GATEWAY``, see rtnetlink(7)."""


def trusted(names: str, routes: Path = _ROUTES) -> list[str]:
    """Addresses and networks of the proxies that are named, by commas.

    Raises:
        OptionError: one is none of them, or everybody is named beside others.
    """
    given = [name.strip() for name in names.split(",") if name.strip()]
    if EVERYBODY in given and len(given) > 1:
        raise OptionError(
            "proxies-everybody",
            "MIDIDRAW_WEB_PROXIES: * is everybody already; name nobody beside it.",
        )
    found = []
    for name in given:
        if name == GATEWAY:
            found += _gateway(routes)
        elif name == EVERYBODY or _is_network(name):
            found.append(name)
        else:
            raise OptionError(
                "proxies-unknown",
                "MIDIDRAW_WEB_PROXIES: {name} is neither an address nor a network such as "
                "10.0.0.0/8, nor {gateway} nor {everybody}.",
                name=f"{name!r}",
                gateway=GATEWAY,
                everybody=EVERYBODY,
            )
    return found


def _gateway(routes: Path) -> list[str]:
    """The gateway of the default route that the kernel takes; none where there is no route."""
    try:
        lines = routes.read_text().splitlines()[1:]
    except OSError:
        return []
    found = []
    for line in lines:
        _, destination, gateway, flags, _, _, metric, mask, *_ = line.split()
        if int(destination, 16) == int(mask, 16) == 0 and int(flags, 16) & _LEADS_TO_A_GATEWAY:
            # The kernel prints the address's four bytes as a number of the machine's own order.
            address = socket.inet_ntoa(struct.pack("=I", int(gateway, 16)))
            found.append((int(metric), address))
    return [min(found)[1]] if found else []


def _is_network(name: str) -> bool:
    try:
        ipaddress.ip_network(name)
    except ValueError:
        return False
    return True

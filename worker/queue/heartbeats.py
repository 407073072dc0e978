"""Heartbeats in Redis: one hash for workers and one for front-ends, a field for each process."""

from collections.abc import Mapping
from contextlib import suppress

from worker.contract import ContractError, Heartbeat, parse_heartbeat


def read_heartbeats(fields: Mapping[bytes, bytes]) -> dict[str, Heartbeat]:
    """Read a whole hash, by process; those of another version of midiDraw are left out."""
    found = {}
    for name, text in fields.items():
        with suppress(ContractError):
            found[name.decode()] = parse_heartbeat(text)
    return found


def fresh_heartbeats(fields: Mapping[bytes, bytes], now: float) -> dict[str, Heartbeat]:
    """The heartbeats of those processes that are alive at ``now``, in seconds since 1970."""
    return {name: one for name, one in read_heartbeats(fields).items() if one.is_fresh(now)}

"""What can be wrong with a host, and how each is mended.

A check looks at one thing and never raises. The library's own are in ``library``; the bots and the
worker name theirs in the entry point group ``mididraw.checks``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mididraw.errors import MididrawError


class FindingState(StrEnum):
    """How a part of the host is."""

    WELL = "well"
    ABSENT = "absent"
    """Not there, and not needed either."""
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        subject: what it looked at.
        state: how that stands.
        seen: what was seen, in a few words.
        remedy: what to do about it; empty unless it is a fault.
    """

    subject: str
    state: FindingState
    seen: str
    remedy: str = ""


Check = Callable[[Mapping[str, str]], Iterable[Finding]]
"""A check: from the environment to what it found."""


def well(subject: str, seen: str) -> Finding:
    """Report that a part is as it should be."""
    return Finding(subject, FindingState.WELL, seen)


def absent(subject: str, seen: str) -> Finding:
    """Report that a part is not there, which may be as wanted."""
    return Finding(subject, FindingState.ABSENT, seen)


def fault(subject: str, seen: str, remedy: str) -> Finding:
    """Report that a part is wrong, and how to mend it."""
    return Finding(subject, FindingState.FAULT, seen, remedy)


def examine(checks: Iterable[Check], environment: Mapping[str, str]) -> list[Finding]:
    """Look at everything; what cannot even be asked counts as a fault of the settings, once."""
    found: list[Finding] = []
    for check in checks:
        try:
            found += check(environment)
        except MididrawError as error:
            found.append(fault("settings", str(error), "Correct that variable."))
    return list(dict.fromkeys(found))

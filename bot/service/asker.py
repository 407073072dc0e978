"""Who asks for music, and where."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass


async def no_roles() -> frozenset[str]:
    """Nobody has a role where there are none."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Asker:
    """What decides whether somebody gets music, in which language and how much.

    Attributes:
        request: the interaction's or message's own id: the same is never drawn twice.
        user: the person's id.
        locale: their language as the chat has it; None where it is not told.
        chat: whose limit counts, the server or group; empty in private.
        settings: what the chat's settings are kept under: the server, the group or the person.
        places: ids of the channel or topic, and of those around it, the narrowest first.
        place_link: how a place is written in a message, with braces for its id.
        roles: finds the person's roles; is asked only where roles matter.
        may_attach: whether we may attach files there.
    """

    request: str
    user: str
    locale: str | None
    chat: str
    settings: str
    places: Collection[str] = ()
    place_link: str = "{}"
    roles: Callable[[], Awaitable[frozenset[str]]] = no_roles
    may_attach: bool = True

"""What Discord's refusals mean for an answer: later, in another place, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.service.delivery import LaterError, LostError, TooLargeError

_TOO_LARGE = {40005}
_DEAD = {10015, 50027, 10062, 10008}
"""The interaction's webhook is unknown, its token dead, or its message deleted."""
_OLD = {30046}
"""The message was edited too often for its age."""
_GONE = {10003, 10004, 50001, 50007, 50013, 50278}
"""The channel or server is gone, or we may not write there, or not to this person."""
_CLOSED = {40058, 50008, 50083, 160002, 200000, 200001, 240000}
"""Not in this channel: a forum, an archived thread, no history, or what its moderation stops."""
_OTHER_PLACE = _DEAD | _OLD | _GONE | _CLOSED
_UNAUTHORISED, _TOO_MANY = 401, 429

AWAY = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, TimeoutError, OSError)
"""What a request can end with that says nothing against the bot."""


class OtherPlaceError(Exception):
    """An answer cannot be posted here, but perhaps elsewhere."""

    def __init__(self, error: discord.HTTPException) -> None:
        super().__init__(str(error.code))
        self.gone = error.code in _GONE


@contextmanager
def refusals() -> Iterator[None]:
    """Discord's errors as those of a delivery.

    Raises:
        OtherPlaceError: it may be taken elsewhere.
        LaterError, LostError, TooLargeError: see :class:`bot.service.delivery.Poster`.
    """
    try:
        yield
    except discord.HTTPException as error:
        raise _meaning(error) from error
    except discord.RateLimited as error:
        raise LaterError("rate limited", error.retry_after) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise LaterError(type(error).__name__) from error


def _meaning(error: discord.HTTPException) -> Exception:
    if error.code in _OTHER_PLACE:
        return OtherPlaceError(error)
    if error.code in _TOO_LARGE or error.status == 413:
        return TooLargeError()
    # The proxy in front of Discord may refuse as well; tokens are rotated; Discord may be down.
    if error.status in (_UNAUTHORISED, _TOO_MANY) or error.status >= 500:
        return LaterError(f"{error.status}", _after(error))
    return LostError("refused", str(error.code))


def _after(error: discord.HTTPException) -> float:
    """Seconds that a refusal asks to wait."""
    try:
        return min(float(error.response.headers.get("Retry-After", 0)), 3600.0)
    except ValueError:
        return 0.0

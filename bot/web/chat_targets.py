"""Results that are also posted to the chat from which the page was opened."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from urllib.parse import parse_qsl

from bot.memory import Memory
from bot.service.target import PAGE
from mididraw.errors import OptionError
from worker.contract import ReplyTo

_HOUR = 3600
_AHEAD = 300
"""Seconds that Telegram's clock may be ahead of ours."""


class StaleError(OptionError):
    """The page was opened too long ago, or not by a chat."""


def verified(init_data: str, token: str, now: float, lives: int = 24 * _HOUR) -> int:
    """The person who opened a Mini App.

    Args:
        init_data: as Telegram hands it to the page.
        token: the bot's.
        now: seconds since 1970.
        lives: seconds that it is believed for.

    Returns:
        The person's id, which is that of their chat with the bot as well.

    Raises:
        StaleError: it was not signed by Telegram for this bot, or is too old.

    Source: https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
    """
    fields = dict(parse_qsl(init_data, keep_blank_values=True))
    given = fields.pop("hash", "")
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    key = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    wanted = hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise StaleError(
            "page-not-from-telegram",
            "This page was not opened by Telegram: open it from the chat again.",
        )
    try:
        since, user = int(fields["auth_date"]), int(json.loads(fields["user"])["id"])
    except (KeyError, TypeError, ValueError) as error:
        raise StaleError(
            "page-not-from-telegram",
            "This page was not opened by Telegram: open it from the chat again.",
        ) from (error)
    if since - now > _AHEAD:
        raise StaleError(
            "page-not-from-telegram",
            "This page was not opened by Telegram: open it from the chat again.",
        )
    if now - since > lives:
        raise StaleError(
            "page-opened-long-ago",
            "This page was opened too long ago: open it from the chat again.",
        )
    return user


class ChatTargets:
    """Finds the chat that a result goes to."""

    def __init__(
        self, token: str | None, discord: Memory | None, clock: Callable[[], float] = time.time
    ) -> None:
        """Know Telegram by the bot's ``token`` and Discord's links by the bot's memory."""
        self._token, self._discord, self._clock = token, discord, clock

    async def find(self, to: str) -> tuple[ReplyTo, str]:
        """The chat, and the person there.

        Raises:
            StaleError: there is no such chat, or not any more.
        """
        if "hash=" in to:
            if self._token is None:
                raise StaleError(
                    "page-without-telegram",
                    "This page serves no Telegram bot: open it without one.",
                )
            user = verified(to, self._token, self._clock())
            address = json.dumps({"chat": user, "private": True})
            return ReplyTo(front="telegram", address=address), str(user)
        known = await self._discord.read_note(PAGE + to) if self._discord is not None else None
        if known is None:
            raise StaleError(
                "page-opened-long-ago",
                "This page was opened too long ago: open it from the chat again.",
            )
        return ReplyTo(front="discord", address=json.dumps(known)), str(known["user"])

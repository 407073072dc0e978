"""What Discord tells, without anybody's words, names, tokens and ids."""

import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from bot.discord.choices import KEYS
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Engine, Shape, Theme

WORDS = "…"
"""In the place of whatever people wrote."""
FILES = "https://cdn.discordapp.com/"
_WHEN = "2026-01-01T00:00:00+00:00"
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_MENTION = re.compile(r"<@[!&]?(\d+)>")
_OURS = re.compile(r"md[a-z]*(:[0-9a-z]+)*|strength|instrument")
"""What the bot calls its buttons, forms and their fields; other bots have names of their own."""
_CODE = re.compile(r"[A-Z_]+")
_NAMED = re.compile(r"[0-9a-f]{32}|\d+")
_BEHIND_TOKEN = re.compile(r"((?:webhooks|interactions)/\d+/)([^/]+)")
_SNOWFLAKE = 15
"""Digits from which on a number is an id, wherever it stands."""
_SMALL = 3
"""Digits of what is chosen or typed as a number; people's own have more."""
_FIRST = 10**17
_KEPT = frozenset(
    {
        *("t", "locale", "guild_locale", "preferred_locale", "content_type", "features"),
        *("permissions", "allow", "deny", "app_permissions"),
    }
)
_SECRET = frozenset({"token", "session_id"})
_CHOICES = frozenset({*INSTRUMENTS, *KEYS, *Style, *Engine, *Shape, *Theme, "auto"})
"""Values of options that are the bot's own words."""


class Redactor:
    """Redacts frames and paths; the same id or token becomes the same other one everywhere."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def frame(self, value: Any, key: str = "", *, ours: bool = False) -> Any:
        """A frame, or part of one under ``key``; ``ours`` where the bot's commands are named."""
        if isinstance(value, dict):
            return {
                self._digits(name): self.frame(
                    part, name, ours=name != "resolved" and (ours or name == "data")
                )
                for name, part in value.items()
            }
        if isinstance(value, list):
            return [self.frame(part, key, ours=ours) for part in value]
        if isinstance(value, str):
            return self._text(value, key, ours=ours)
        if isinstance(value, int) and abs(value) >= 10**_SNOWFLAKE:
            return int(self._id(str(value)))
        return value

    def path(self, path: str) -> str:
        """A request's path."""
        path = _BEHIND_TOKEN.sub(lambda found: found[1] + self._secret(found[2]), path)
        return "/".join(self._digits(part) for part in path.split("/"))

    def _text(self, text: str, key: str, *, ours: bool) -> str:
        if not text or key in _KEPT or (key == "name" and ours):
            return text
        if key == "content":
            named = (found[0].replace(found[1], self._id(found[1])) for found in _mentions(text))
            return " ".join([WORDS, *named])
        if key in _SECRET:
            return self._secret(text)
        if key == "custom_id" and _OURS.fullmatch(text):
            return _NAMED.sub(self._part, text)
        if key == "code" and _CODE.fullmatch(text):
            return text
        if key == "discriminator":
            return "0"
        if key == "filename":
            return _file(text)
        if text.startswith(("http:", "https:")):
            return FILES + _file(urlsplit(text).path)
        if _ISO.match(text):
            return _WHEN
        return self._value(text, key)

    def _value(self, text: str, key: str) -> str:
        if text.isascii() and text.isdigit():
            # The bot's owners in a place are told under the numbers 0 and 1.
            is_id = key.endswith(("id", "ids", "roles")) or key.isdigit() or self._is_id(text)
            short = key in ("value", "values") and len(text) <= _SMALL
            if text == "0" or (short and not is_id):
                return text
            return self._id(text) if is_id else WORDS
        return text if key == "value" and text in _CHOICES else WORDS

    def _part(self, found: re.Match[str]) -> str:
        """An id, a job or a small number within a button's name."""
        name = found[0]
        if len(name) == 32:
            return f"{self._number(name):032x}"
        return self._id(name) if self._is_id(name) else name

    def _digits(self, name: str) -> str:
        return self._id(name) if self._is_id(name) else name

    def _is_id(self, text: str) -> bool:
        return text.isdecimal() and (len(text) >= _SNOWFLAKE or text in self._numbers)

    def _secret(self, text: str) -> str:
        return f"token-{self._number(text)}"

    def _id(self, text: str) -> str:
        return str(_FIRST + self._number(text))

    def _number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers) + 1)


def _mentions(text: str) -> list[re.Match[str]]:
    return [*_MENTION.finditer(text)]


def _file(name: str) -> str:
    """A file's name: only its ending tells something."""
    ending = PurePosixPath(name).suffix.lower()
    return f"file{ending}" if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else "file"

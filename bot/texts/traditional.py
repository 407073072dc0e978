"""Simplified Chinese → traditional, and what people write back again."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class _Table:
    characters: dict[int, int]
    words: dict[str, str]
    pattern: re.Pattern[str]
    back: dict[int, int]


@cache
def _table() -> _Table:
    text = (resources.files("bot.texts") / "traditional.toml").read_text("utf-8")
    read = tomllib.loads(text)
    simple, full = read["characters"][::2], read["characters"][1::2]
    longest_first = sorted(read["words"], key=len, reverse=True)
    return _Table(
        characters=str.maketrans(simple, full),
        words=read["words"],
        pattern=re.compile("|".join(map(re.escape, longest_first))),
        back=str.maketrans(full, simple),
    )


def traditional(text: str) -> str:
    """Write a text of ours as it is written in Taiwan."""
    table = _table()
    parts = table.pattern.split(text)
    called = [table.words[word] for word in table.pattern.findall(text)]
    written = [part.translate(table.characters) for part in parts]
    return "".join(part for pair in zip(written, [*called, ""], strict=True) for part in pair)


def simplified(text: str) -> str:
    """Read what a person wrote, character by character: as many as before."""
    return text.translate(_table().back)

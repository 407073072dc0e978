"""What can be chosen from in commands, and texts of theirs in Discord's languages."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str

from bot.reply.names import instrument_name, key_name
from bot.texts import texts
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Arrangement, Engine, Shape, Theme, Video

_SHOWN = 25
KEYS = tuple(
    f"{tonic} {mode}"
    for mode in ("major", "minor")
    for tonic in ("C", "D", "E", "F", "G", "A", "B", "Bb", "Eb", "Ab", "F#", "C#")
)
_CHOICES: dict[str, tuple[type[StrEnum], str]] = {
    "mood": (Style, "style-"),
    "engine": (Engine, "engine-"),
    "shape": (Shape, "shape-"),
    "theme": (Theme, "theme-"),
    "video": (Video, "video-"),
    "arrangement": (Arrangement, "arrangement-"),
}
"""By a parameter's name: what can be chosen, and how its texts begin."""
_CALLED = {
    **{name: f"option-{name}" for name in ("bars", "tempo", "key", "instrument", "accompaniment")},
    "engine": "option-engine",
    "seed": "option-seed",
    "takes": "option-takes",
    "morph": "option-morph",
    "arrangement": "option-arrangement",
    "strength": "option-strength",
    "mood": "option-style",
}
"""By a parameter's name: what people know it as, which Discord takes in one word."""
Inter = discord.Interaction[Any]
_Anything = TypeVar("_Anything", bound=Any)


def named(key: str) -> locale_str:
    """A text of ours, which the translator says in Discord's languages."""
    return locale_str(texts(None)(key), key=key)


def options(*names: str) -> Callable[[_Anything], _Anything]:
    """A command that takes options of drawings: described, and chosen from, in words."""

    def described(command: _Anything) -> _Anything:
        about = app_commands.describe(**{name: named(f"discord-{name}") for name in names})
        called = app_commands.rename(
            **{name: named(key) for name, key in _CALLED.items() if name in names}
        )
        offered = {name: _offered(*_CHOICES[name]) for name in names if name in _CHOICES}
        typed = {"instrument": instruments, "key": keys}
        found = app_commands.autocomplete(**{name: typed[name] for name in names if name in typed})
        return about(called(app_commands.choices(**offered)(found(command))))

    return described


def _offered(kind: type[StrEnum], prefix: str) -> list[Choice[str | int | float]]:
    return [Choice(name=named(prefix + one.value), value=one.value) for one in kind]


async def instruments(interaction: Inter, current: str) -> list[Choice[str]]:
    """Instruments whose names, in the person's language or English, hold the words."""
    said, words = texts(str(interaction.locale)), current.lower().split()
    called = {name: instrument_name(name, said) for name in INSTRUMENTS}
    found = [
        Choice(name=own, value=name)
        for name, own in called.items()
        if all(word in f"{name} {own}".lower() for word in words)
    ]
    return found[:_SHOWN]


async def keys(interaction: Inter, current: str) -> list[Choice[str]]:
    """Keys that begin so, in the person's language or English."""
    said, typed = texts(str(interaction.locale)), current.lower()
    called = {key: key_name(key, said) for key in ("auto", *KEYS)}
    found = [
        Choice(name=own, value=key)
        for key, own in called.items()
        if key.lower().startswith(typed) or own.lower().startswith(typed)
    ]
    return found[:_SHOWN]


def anywhere(command: _Anything) -> _Anything:
    """A command for servers, direct messages and wherever a person installed the bot."""
    installed = app_commands.allowed_installs(guilds=True, users=True)
    within = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    return installed(within(command))

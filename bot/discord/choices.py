"""What can be chosen from in commands, and texts of theirs in Discord's languages."""

from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str

from bot.texts import texts
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS

_SHOWN = 25
_KEYS = tuple(
    f"{tonic} {mode}"
    for mode in ("major", "minor")
    for tonic in ("C", "D", "E", "F", "G", "A", "B", "Bb", "Eb", "Ab", "F#", "C#")
)
Inter = discord.Interaction[Any]
_Anything = TypeVar("_Anything", bound=Any)


def named(key: str) -> locale_str:
    """A text of ours, which the translator says in Discord's languages."""
    return locale_str(texts(None)(key), key=key)


def styles() -> list[Choice[str]]:
    """Moods to choose from."""
    return [
        Choice(name=locale_str(style.value, key=f"style-{style.value}"), value=style.value)
        for style in Style
    ]


async def instruments(interaction: Inter, current: str) -> list[Choice[str]]:  # noqa: ARG001
    """Instruments whose names hold the words."""
    words = current.lower().split()
    found = [name for name in INSTRUMENTS if all(word in name.lower() for word in words)]
    return [Choice(name=name, value=name) for name in found[:_SHOWN]]


async def keys(interaction: Inter, current: str) -> list[Choice[str]]:  # noqa: ARG001
    """Keys that begin so."""
    found = [key for key in ("auto", *_KEYS) if key.lower().startswith(current.lower())]
    return [Choice(name=key, value=key) for key in found[:_SHOWN]]


def anywhere(command: _Anything) -> _Anything:
    """A command for servers, direct messages and wherever a person installed the bot."""
    installed = app_commands.allowed_installs(guilds=True, users=True)
    within = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    return installed(within(command))

"""What can be chosen from in commands, and texts of theirs in Discord's languages."""

from collections.abc import Iterator
from enum import StrEnum
from inspect import Parameter
from typing import Any, TypeVar, get_args

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str

from bot.reply.names import instrument_name, key_name
from bot.texts import texts_in
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Arrangement, DrawOptions, Engine, Shape, Theme, Video
from mididraw.signatures import ExpandedSignature, options

_SHOWN = 25
KEYS = tuple(
    f"{tonic} {mode}"
    for mode in ("major", "minor")
    for tonic in ("C", "D", "E", "F", "G", "A", "B", "Bb", "Eb", "Ab", "F#", "C#")
)
_CHOICES: dict[str, tuple[type[StrEnum], str]] = {
    "style": (Style, "style-"),
    "engine": (Engine, "engine-"),
    "shape": (Shape, "shape-"),
    "theme": (Theme, "theme-"),
    "video": (Video, "video-"),
    "arrangement": (Arrangement, "arrangement-"),
}
"""By an option: what can be chosen, and how its texts begin."""
_UNTRANSLATED = ("shape", "theme", "video")
"""Options that Discord knows by our own name in every language."""
DEFAULTS = options(
    *("strength", "tempo", "style", "instrument", "accompaniment", "arrangement"),
    *("theme", "video"),
)
"""Options that people and servers keep as their defaults."""
Inter = discord.Interaction[Any]
_Anything = TypeVar("_Anything", bound=Any)


def named(key: str) -> locale_str:
    """A text of ours, which the translator says in Discord's languages."""
    return locale_str(texts_in(None)(key), key=key)


def with_options(command: _Anything) -> _Anything:
    """A command with its options of drawings: described, and chosen from, in words."""
    expanded = ExpandedSignature.of(command, _generated_parameters)

    async def called(*args: Any, **values: Any) -> None:
        await command(*args, **expanded.collect(values))

    names = expanded.options
    about = app_commands.describe(**{name: named(f"discord-{name}") for name in names})
    renamed = app_commands.rename(
        **{name: named(f"option-{name}") for name in names if name not in _UNTRANSLATED}
    )
    offered = {name: _offered(*_CHOICES[name]) for name in names if name in _CHOICES}
    typed = {"instrument": instruments, "key": keys}
    found = app_commands.autocomplete(**{name: typed[name] for name in names if name in typed})
    made: _Anything = expanded.shown_by(called, like=command)
    return about(renamed(app_commands.choices(**offered)(found(made))))


def _generated_parameters(name: str) -> Iterator[Parameter]:
    """An option's parameter: a number in its range, a switch, or words that DrawOptions reads."""
    field = DrawOptions.model_fields[name]
    kinds = {field.annotation, *get_args(field.annotation)}
    kind: Any = bool if bool in kinds else str
    if int in kinds:
        kind = Range[int, *_bounds(field.metadata)]
    place = Parameter.POSITIONAL_OR_KEYWORD
    yield Parameter(name, place, default=None, annotation=kind | None)


def _bounds(rules: list[Any]) -> tuple[int, int]:
    """The lowest and the highest whole number that a field's rules let through."""
    low = next(rule.ge for rule in rules if hasattr(rule, "ge"))
    high = [rule.le for rule in rules if hasattr(rule, "le")]
    high += [rule.lt - 1 for rule in rules if hasattr(rule, "lt")]
    return low, high[0]


def _offered(kind: type[StrEnum], prefix: str) -> list[Choice[str | int | float]]:
    return [Choice(name=named(prefix + one.value), value=one.value) for one in kind]


async def instruments(interaction: Inter, current: str) -> list[Choice[str]]:
    """Instruments whose names, in the person's language or English, hold the words."""
    texts, words = texts_in(str(interaction.locale)), current.lower().split()
    called = {name: instrument_name(name, texts) for name in INSTRUMENTS}
    found = [
        Choice(name=own, value=name)
        for name, own in called.items()
        if all(word in f"{name} {own}".lower() for word in words)
    ]
    return found[:_SHOWN]


async def keys(interaction: Inter, current: str) -> list[Choice[str]]:
    """Keys that begin so, in the person's language or English."""
    texts, typed = texts_in(str(interaction.locale)), current.lower()
    called = {key: key_name(key, texts) for key in ("auto", *KEYS)}
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

"""Defaults that people and chats keep: changed and shown alike everywhere."""

from typing import Any

from bot.memory import merged
from bot.reply.names import option_value
from bot.texts import Texts
from bot.texts.traditional import simplified
from mididraw.options import DrawOptions


def changed(before: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Put what is given in the place of defaults; None is not given.

    Raises:
        OptionError: they cannot be had.
    """
    options = before | read(given)
    return _as_understood(options, merged(options))


def read(given: dict[str, Any]) -> dict[str, Any]:
    """Keep the options that are given, those that are None left out; Chinese becomes simplified."""
    return {
        name: simplified(value) if isinstance(value, str) else value
        for name, value in given.items()
        if value is not None
    }


def listed(title: str, values: dict[str, Any], texts: Texts, **rules: str) -> str:
    """Write a title and a line for each option and rule, or that nothing is set."""
    options = _as_understood(values, merged(values, {}))
    lines = {name: option_value(name, value, texts) for name, value in options.items()} | rules
    shown = [f"{texts(f'option-{name}')}: {value}" for name, value in lines.items() if value]
    return "\n".join([title, *(shown or [texts("nothing-set")])])


def _as_understood(values: dict[str, Any], options: DrawOptions) -> dict[str, Any]:
    """Instruments and keys by their whole names, however a person wrote them."""
    known = options.model_dump(mode="json")
    return {name: known[name] for name in values if name in known}


def with_id(names: tuple[str, ...], number: int, *, there: bool) -> tuple[str, ...]:
    """Ids with one more among them, or without it."""
    others = tuple(name for name in names if name != str(number))
    return (*others, str(number)) if there else others

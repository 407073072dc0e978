"""Buttons under a piece; they carry its job, so that they outlive the bot."""

from collections.abc import Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.reply import Action, Button
from bot.reply.names import instrument_name, key_name
from bot.telegram.words import POPULAR
from bot.texts import Texts
from mididraw.harmony import Key, Mode
from mididraw.instruments import INSTRUMENTS

_KEYS = (0, 2, 4, 5, 7, 9)
"""Tonics that are offered, in major and minor."""
_MENUS = (Action.INSTRUMENT, Action.TEMPO, Action.KEY)
_IN_MENUS = (Action.SLOWER, Action.FASTER)


class Press(CallbackData, prefix="p"):
    """Another version is wanted; within Telegram's 64 bytes."""

    action: Action
    job: str
    value: str = ""


class Menu(CallbackData, prefix="m"):
    """A choice is wanted first, or the first buttons again where ``action`` is empty."""

    action: str
    job: str


class Voice(CallbackData, prefix="v"):
    """The piece is wanted as a voice message."""

    job: str


def under(buttons: Sequence[Button], texts: Texts) -> InlineKeyboardMarkup:
    """A piece's buttons, two in a row."""
    keys = [
        InlineKeyboardButton(
            text=button.label + (" …" if button.action in _MENUS else ""),
            callback_data=(
                Menu(action=button.action.value, job=button.job)
                if button.action in _MENUS
                else Press(action=button.action, job=button.job)
            ).pack(),
        )
        for button in buttons
        if button.action not in _IN_MENUS
    ]
    voice = Voice(job=buttons[0].job).pack()
    keys.append(InlineKeyboardButton(text=texts("telegram-voice"), callback_data=voice))
    return _in_rows(keys, 2)


def choices(action: Action, job: str, texts: Texts) -> InlineKeyboardMarkup:
    """What can be chosen of an action, and the way back."""
    keys = [
        InlineKeyboardButton(
            text=label, callback_data=Press(action=action, job=job, value=value).pack()
        )
        for label, value in _values(action, texts)
    ]
    back = InlineKeyboardButton(text="‹", callback_data=Menu(action="", job=job).pack())
    rows = _in_rows(keys, 3 if action is Action.KEY else 2).inline_keyboard
    return InlineKeyboardMarkup(inline_keyboard=[*rows, [back]])


def value_of(press: Press) -> str | None:
    """What was chosen, as :func:`bot.reply.vary` takes it."""
    if press.action is Action.INSTRUMENT and press.value.isdecimal():
        return INSTRUMENTS[int(press.value) % len(INSTRUMENTS)]
    return press.value or None


def _values(action: Action, texts: Texts) -> list[tuple[str, str]]:
    if action is Action.INSTRUMENT:
        return [(instrument_name(name, texts), str(INSTRUMENTS.index(name))) for name in POPULAR]
    if action is Action.TEMPO:
        return [(texts("tempo-slower"), "slower"), (texts("tempo-faster"), "faster")]
    keys = [Key(tonic, mode).name for mode in Mode for tonic in _KEYS]
    return [(key_name(key, texts), key) for key in (*keys, "auto")]


def _in_rows(keys: list[InlineKeyboardButton], width: int) -> InlineKeyboardMarkup:
    rows = [keys[start : start + width] for start in range(0, len(keys), width)]
    return InlineKeyboardMarkup(inline_keyboard=rows)

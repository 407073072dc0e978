"""Buttons under a piece; they carry its job, so that they outlive the bot."""

from collections.abc import Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.reply import Action, Button
from bot.texts import Texts
from mididraw.instruments import INSTRUMENTS

_IN_FORM = (Action.INSTRUMENT, Action.TEMPO, Action.KEY)
"""What the form asks for."""


class Press(CallbackData, prefix="p"):
    """Another version is wanted; within Telegram's 64 bytes."""

    action: Action
    job: str
    value: str = ""


class Menu(CallbackData, prefix="m"):
    """The form is wanted, or the first buttons again where ``action`` is empty."""

    action: str
    job: str


class Voice(CallbackData, prefix="v"):
    """The piece is wanted as a voice message."""

    job: str


class Open(CallbackData, prefix="o"):
    """A piece of one's own list is wanted again."""

    job: str


class Keep(CallbackData, prefix="k"):
    """The piece is to be kept for longer, or no longer."""

    job: str


class Gallery(CallbackData, prefix="g"):
    """The author wants the piece in the group's gallery, or out of it."""

    job: str


def under(
    buttons: Sequence[Button], texts: Texts, *, gallery: bool = False
) -> InlineKeyboardMarkup:
    """A piece's buttons, two in a row; ``gallery`` where the group has one."""
    keys = []
    for button in buttons:
        if button.action in _IN_FORM:
            continue
        data = Press(action=button.action, job=button.job, value=button.value).pack()
        if button.action is Action.CHANGE:
            data = Menu(action=button.action.value, job=button.job).pack()
        keys.append(InlineKeyboardButton(text=button.label, callback_data=data))
    if all(button.action is not Action.TAKE for button in buttons):
        job = buttons[0].job
        more = [("telegram-voice", Voice(job=job).pack()), ("keep", Keep(job=job).pack())]
        more += [("gallery", Gallery(job=job).pack())] if gallery else []
        keys += [InlineKeyboardButton(text=texts(name), callback_data=data) for name, data in more]
    rows = [keys[start : start + 2] for start in range(0, len(keys), 2)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def value_of(press: Press) -> str | None:
    """What was chosen, as :func:`bot.reply.vary` takes it."""
    if press.action is Action.INSTRUMENT and press.value.isdecimal():
        return INSTRUMENTS[int(press.value) % len(INSTRUMENTS)]
    return press.value or None

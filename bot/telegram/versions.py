"""The piece that a message of ours holds, told by its buttons."""

from aiogram.types import InlineKeyboardMarkup

from bot.telegram.keyboards import Menu, Press
from bot.telegram.pictures import Content


def piece_of(content: Content | None) -> str | None:
    """The job of the piece that a message holds; None where it is none of ours."""
    markup = getattr(content, "reply_markup", None)
    if not isinstance(markup, InlineKeyboardMarkup):
        return None
    for key in (key for row in markup.inline_keyboard for key in row):
        for kind in (Press, Menu):
            try:
                return kind.unpack(key.callback_data or "").job
            except (TypeError, ValueError):
                continue
    return None

"""The Telegram bot: one sends a picture and gets music back."""

from bot.telegram.lazy_types import import_aiogram

# Before any module of this package imports aiogram.
import_aiogram()

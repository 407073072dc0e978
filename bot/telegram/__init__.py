"""The Telegram bot: one sends a picture and gets music back."""

from bot.telegram.lean import import_lean

# Before any module of this package imports aiogram.
import_lean()

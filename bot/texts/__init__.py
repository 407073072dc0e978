"""All that is said to people, in their language."""

from bot.texts.catalogue import LANGUAGES, Texts, language, texts_in

__all__ = ["LANGUAGES", "Texts", "language", "texts_in"]

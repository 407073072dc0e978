"""Fluent catalogues, and the library's own sentences in other languages."""

import re
from functools import cache
from importlib import resources

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentType

from bot.texts.traditional import traditional
from mididraw.errors import MididrawError, Sentence

LANGUAGES = ("en", "zh", "zh-hant")
"""English, in which the library's errors speak, and Chinese: simplified, and traditional, which is
made of the simplified."""
_TRADITIONAL = {"hant", "tw", "hk", "mo"}

Value = str | int | float | FluentType


def language(tag: str | None) -> str:
    """The language to answer in, from any locale tag such as ``zh-TW``, ``zh_hans`` or ``en-GB``.

    English where the tag is missing or of a language that is not spoken.
    """
    first, *rest = re.split(r"[-_]", (tag or "").strip().lower())
    if first == "zh" and _TRADITIONAL & {*rest} and "hans" not in rest:
        return "zh-hant"
    return first if first in LANGUAGES else LANGUAGES[0]


@cache
def texts_in(tag: str | None) -> "Texts":
    """The texts in the language of a locale tag."""
    return Texts(language(tag))


class Texts:
    """One language's texts; call it with a message's name and what belongs into it."""

    def __init__(self, language: str) -> None:
        self.language = language
        # Marks that keep directions apart would show as boxes in some chats.
        self._bundle = FluentBundle([language], use_isolating=False)
        folder = resources.files("bot.texts") / language.removesuffix("-hant")
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".ftl"):
                self._bundle.add_resource(FluentResource(self.written(file.read_text("utf-8"))))

    def __call__(self, name: str, /, **values: Value) -> str:
        """Write a message with its values.

        Raises:
            LookupError: there is no such message, or something that belongs into it is missing.
        """
        if not self._bundle.has_message(name):
            raise LookupError(f"there is no text {name} in {self.language}")
        pattern = self._bundle.get_message(name).value
        if pattern is None:
            raise LookupError(f"the text {name} is empty in {self.language}")
        formatted, faults = self._bundle.format_pattern(pattern, values)
        if faults:
            raise LookupError(f"the text {name} in {self.language} lacks something: {faults}")
        return str(formatted)

    def written(self, chinese: str) -> str:
        """Chinese as it is written in this language."""
        return traditional(chinese) if self.language == "zh-hant" else chinese

    def has(self, name: str) -> bool:
        """Whether there is such a message."""
        return self._bundle.has_message(name)

    def sentence(self, error: MididrawError | Sentence) -> str:
        """What an error says, in this language; in English where it has no other words for it."""
        sentence = error.sentence if isinstance(error, MididrawError) else error
        name = f"error-{sentence.code}"
        if not self.has(name):
            return sentence.text
        # What varies may itself be a sentence, of one picture among several.
        values = {
            key: self.sentence(value) if isinstance(value, Sentence) else value
            for key, value in sentence.params.items()
        }
        try:
            return self(name, **values)
        except LookupError:  # a worker of another version gives other parameters
            return sentence.text

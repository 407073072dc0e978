"""Fluent catalogues, and the library's own sentences in other languages."""

import re
import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentType

from bot.texts.traditional import traditional
from mididraw.errors import MididrawError

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
def texts(tag: str | None) -> "Texts":
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
        self._sentences = [
            (re.compile(pattern_of(english), re.DOTALL), self.written(own))
            for english, own in _sentences(folder).items()
        ]

    def __call__(self, name: str, **values: Value) -> str:
        """Say a message.

        Raises:
            LookupError: there is no such message, or something that belongs into it is missing.
        """
        if not self._bundle.has_message(name):
            raise LookupError(f"there is no text {name} in {self.language}")
        pattern = self._bundle.get_message(name).value
        if pattern is None:
            raise LookupError(f"the text {name} is empty in {self.language}")
        said, faults = self._bundle.format_pattern(pattern, values)
        if faults:
            raise LookupError(f"the text {name} in {self.language} lacks something: {faults}")
        return str(said)

    def written(self, chinese: str) -> str:
        """Chinese as it is written in this language."""
        return traditional(chinese) if self.language == "zh-hant" else chinese

    def has(self, name: str) -> bool:
        """Whether there is such a message."""
        return self._bundle.has_message(name)

    def sentence(self, error: MididrawError | str) -> str:
        """An error's sentence in this language; in English where nobody has translated it."""
        said = str(error)
        for english, own in self._sentences:
            if found := english.fullmatch(said):
                # What varies may itself be a sentence, of one picture among several.
                return own.format(*(self.sentence(part) for part in found.groups()))
        return said


def _sentences(folder: Traversable) -> dict[str, str]:
    """Sentences with braces for what varies → the same in another language, or in other words."""
    return tomllib.loads((folder / "sentences.toml").read_text("utf-8"))


def pattern_of(template: str) -> str:
    """A regular expression for all sentences that a template gives; braces stand for anything."""
    return "(.+?)".join(re.escape(part) for part in template.split("{}"))

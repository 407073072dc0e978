"""The family of errors that a person may see; each says in one sentence what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeAlias, overload

Value: TypeAlias = "str | int | Sentence"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to a person, or a part of one, that can be said in any language.

    Attributes:
        code: says which one it is, such as ``picture-blank``; translations are found by it.
        text: the sentence in English.
        params: what varies in it.
    """

    code: str
    text: str
    params: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str, english: str, /, **params: object) -> Self:
        """Fill in an English sentence, in which ``{name}`` stands for the parameter ``name``."""
        return cls(code, english.format(**params), {k: _value(v) for k, v in params.items()})

    def __str__(self) -> str:
        return self.text


def _value(value: object) -> Value:
    if isinstance(value, MididrawError):
        return value.sentence
    return value if type(value) is int or isinstance(value, Sentence) else str(value)


def reason(error: Mapping[str, Any]) -> Sentence:
    """What pydantic says of the first value that it refuses, to go into a sentence.

    Args:
        error: one of ``ValidationError.errors()``.
    """
    text = error["msg"].replace("Input should be", "it should be")
    params = {name: _value(value) for name, value in error.get("ctx", {}).items()}
    return Sentence(f"value-{error['type'].replace('_', '-')}", text, params)


class MididrawError(Exception):
    """Base of the family: ``str(error)`` is one sentence fit to show to a user.

    Attributes:
        sentence: the same with its code and parameters, for other languages.
    """

    @overload
    def __init__(self, sentence: Sentence, /) -> None: ...

    @overload
    def __init__(self, code: str, english: str, /, **params: object) -> None: ...

    def __init__(self, code: str | Sentence, english: str = "", /, **params: object) -> None:
        """Say what ``Sentence.of(code, english, **params)`` says, or a whole sentence."""
        self.sentence = code if isinstance(code, Sentence) else Sentence.of(code, english, **params)
        # Exceptions are pickled by their arguments.
        super().__init__(self.sentence)


class OptionError(MididrawError):
    """An option has a value that cannot be used."""


class PictureError(MididrawError):
    """The picture cannot be turned into music."""


class NotAPictureError(PictureError):
    """The bytes are no picture of a kind that is read."""


class DamagedPictureError(PictureError):
    """The picture breaks off or contradicts itself."""


class PictureTooLargeError(PictureError):
    """The picture has more pixels or bytes than are read."""


class BlankPictureError(PictureError):
    """Nothing is drawn on the picture."""


class CrowdedPictureError(PictureError):
    """Nearly all of the picture is ink."""


class MidiError(MididrawError):
    """The file is no MIDI that can be read."""


class ModelError(MididrawError):
    """A model cannot be loaded, or cannot be trained as asked."""


def needs_torch() -> ModelError:
    """The error of what PyTorch alone computes, where it is not installed."""
    return ModelError(
        "model-needs-torch",
        "This model needs PyTorch: install it with pip install 'mididraw[torch]'.",
    )


def unread(path: Path) -> ModelError:
    """The error of a model's file that is missing, damaged, or something else."""
    return ModelError(
        "model-unread", "{path} cannot be read as a model: fetch it again.", path=path
    )


class SoundError(MididrawError):
    """The sound cannot be made: a program, library or SoundFont is missing or refused the work."""


class VideoError(MididrawError):
    """The video cannot be made as small as it has to be."""


class OutputError(MididrawError):
    """A result cannot be written where it was asked for."""

"""What a person can ask for: one typed object, its ranges and descriptions declared once."""

import math
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_serializer,
    model_validator,
)

from mididraw.errors import OptionError, Sentence, reason
from mididraw.harmony import Key, Style, parse_pitch, pitch_name
from mididraw.instruments import INSTRUMENTS, find_instrument

LOWEST_KEY = 21
HIGHEST_KEY = 108
"""The 88 keys of a piano, A0 to C8."""
SEEDS = 2**31
"""How many seeds there are."""
MOST_TAKES = 4
MAX_BARS = 32
"""For each drawing."""


class Engine(StrEnum):
    """The ways from canvas to score."""

    CHORDS = "chords"
    GUIDED = "guided"
    MOSAIC = "mosaic"
    COLUMNS = "columns"
    VAE = "vae"
    DIFFUSION = "diffusion"
    GAN = "gan"
    POINTER = "pointer"
    NAIVE = "naive"


_MODELS_OWN = frozenset({"strength", "candidates", "temperature", "top_p"})
_OTHERS = (_MODELS_OWN - {"strength"}) | {"prompt"}
UNUSED: dict[Engine, frozenset[str]] = {
    Engine.CHORDS: _MODELS_OWN | {"prompt"},
    Engine.COLUMNS: _OTHERS,
    Engine.MOSAIC: _OTHERS,
    Engine.VAE: _OTHERS,
    Engine.DIFFUSION: _OTHERS,
    Engine.GAN: _OTHERS,
    Engine.NAIVE: _MODELS_OWN | {"accompaniment", "arrangement", "prompt", "takes"},
    Engine.POINTER: frozenset({"accompaniment"}),
    Engine.GUIDED: frozenset(),
}
"""What each engine takes no notice of, among options and the prompt."""


def _called(option: str) -> Sentence:
    """What an option is called in a sentence."""
    return Sentence(f"option-{option.replace('_', '-')}", option.replace("_", " "))


class Shape(StrEnum):
    """What becomes of filled shapes."""

    AUTO = "auto"
    OUTLINE = "outline"
    FILL = "fill"


class Arrangement(StrEnum):
    """The ensembles that can play around the drawing."""

    AUTO = "auto"
    SOLO = "solo"
    TRIO = "trio"
    BAND = "band"
    ORCHESTRA = "orchestra"
    CHIPTUNE = "chiptune"
    LOFI = "lofi"
    MUSICBOX = "musicbox"


class Theme(StrEnum):
    """The colours of the piano-roll picture."""

    DARK = "dark"
    LIGHT = "light"


class Video(StrEnum):
    """The shapes of a video of the playing roll."""

    NONE = "none"
    WIDE = "wide"
    SQUARE = "square"
    TALL = "tall"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels; nothing where there is none."""
        sizes = {"wide": (1280, 720), "square": (1080, 1080), "tall": (1080, 1920)}
        return sizes.get(self, (0, 0))


class PitchRange(BaseModel):
    """The lowest and highest pitch of the canvas, both included; written ``C2-B5``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: Annotated[int, Field(ge=LOWEST_KEY, le=HIGHEST_KEY)]
    high: Annotated[int, Field(ge=LOWEST_KEY, le=HIGHEST_KEY)]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        low, dash, high = value.replace("–", "-").rpartition("-")
        if not dash:
            raise OptionError(
                "pitch-range-unknown",
                "“{value}” is no pitch range: use C2-B5 or 36-83, for example.",
                value=value,
            )
        return {"low": parse_pitch(low), "high": parse_pitch(high)}

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        if self.high < self.low:
            raise OptionError(
                "pitch-range-reversed",
                "The pitch range is upside down: give the lowest pitch first.",
            )
        if self.high - self.low < 11:
            raise OptionError(
                "pitch-range-narrow", "The pitch range is too narrow: give at least one octave."
            )
        return self

    @model_serializer
    def _write(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{pitch_name(self.low)}-{pitch_name(self.high)}"

    def __len__(self) -> int:
        return self.high - self.low + 1


def _canonical_key(text: str) -> str:
    return "auto" if text.strip().lower() == "auto" else Key.parse(text).name


def _any_case(value: Any) -> Any:
    """Names of choices are read in any case, and with spaces around them."""
    return value.strip().lower() if isinstance(value, str) else value


def _beats_a_minute(value: Any) -> Any:
    """``120 bpm`` and 120.5 are read as people mean them."""
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d{1,4}(?:[.,]\d+)?)\s*(?:bpm|拍)?\s*", value, re.IGNORECASE)
        value = float(found[1].replace(",", ".")) if found else value
    return round(value) if isinstance(value, float) and math.isfinite(value) else value


def _canonical_instrument(text: str) -> str:
    return INSTRUMENTS[find_instrument(text)]


class DrawOptions(BaseModel):
    """How a drawing becomes music; frozen, JSON in and out, unknown names refused.

    Build it with :meth:`of`, which turns every refusal into an :class:`OptionError`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Annotated[Engine, BeforeValidator(_any_case)] = Field(
        Engine.GUIDED, description="How the notes are found."
    )
    bars: int | None = Field(
        None,
        ge=1,
        le=MAX_BARS,
        description="Bars for each drawing; chosen from its shape if not given.",
    )
    tempo: Annotated[int | None, BeforeValidator(_beats_a_minute)] = Field(
        None, ge=40, le=240, description="Beats a minute; the style's own if not given."
    )
    key: Annotated[str, AfterValidator(_canonical_key)] = Field(
        "auto", description="Key, such as C, F# minor or Bb major; auto takes the best fit."
    )
    style: Annotated[Style, BeforeValidator(_any_case)] = Field(
        Style.POP, description="Mood: the songs that the music takes after."
    )
    instrument: Annotated[str, AfterValidator(_canonical_instrument)] = Field(
        INSTRUMENTS[0], description="General MIDI instrument, by any common name."
    )
    pitch_range: PitchRange = Field(
        PitchRange(low=36, high=83), description="Lowest and highest pitch, such as C2-B5."
    )
    accompaniment: bool = Field(
        False, description="Add quiet bass and chords on tracks of their own."
    )
    arrangement: Annotated[Arrangement, BeforeValidator(_any_case)] = Field(
        Arrangement.AUTO, description="Who plays the drawing and around it; auto goes by the mood."
    )
    strength: int = Field(
        50,
        ge=0,
        le=100,
        description="How much the picture counts against the music, but by chords and naive.",
    )
    candidates: int = Field(
        8, ge=1, le=32, description="guided: pieces that are written side by side; the best wins."
    )
    temperature: float = Field(
        1.0, ge=0.1, le=2.0, description="guided: above 1 bolder, below 1 tamer."
    )
    top_p: float = Field(
        0.97, ge=0.05, le=1.0, description="guided: share of the likeliest tokens to choose from."
    )
    shape: Annotated[Shape, BeforeValidator(_any_case)] = Field(
        Shape.AUTO, description="Play filled shapes as areas or outlines."
    )
    invert: bool = Field(False, description="Take the paper for ink and the ink for paper.")
    seed: int | None = Field(
        None, ge=0, lt=SEEDS, description="Same seed and options, same music; random if not given."
    )
    theme: Annotated[Theme, BeforeValidator(_any_case)] = Field(
        Theme.DARK, description="Colours of the piano-roll picture."
    )

    video: Annotated[Video, BeforeValidator(_any_case)] = Field(
        Video.NONE, description="Also a video of the playing roll, wide, square or tall."
    )
    takes: int = Field(
        1, ge=1, le=MOST_TAKES, description="Pieces to choose from, which share the candidates."
    )

    morph: bool = Field(
        False, description="vae: from the first of two drawings to the second over the piece."
    )

    @model_validator(mode="before")
    @classmethod
    def _by_the_engine_that_morphs(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("morph") and "engine" not in given:
            return {**given, "engine": Engine.VAE}
        return given

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.engine in (Engine.NAIVE, Engine.POINTER) and self.accompaniment:
            raise OptionError(
                "engine-no-accompaniment",
                "The {engine} engine writes no accompaniment: use the guided engine.",
                engine=self.engine,
            )
        if self.morph and self.engine is not Engine.VAE:
            raise OptionError(
                "engine-no-morph",
                "The {engine} engine cannot morph: use the vae engine.",
                engine=self.engine,
            )
        if self.takes > 1 and self.video is not Video.NONE:
            raise OptionError(
                "takes-no-video", "Takes to choose from have no video: ask for one of the best."
            )
        return self

    @classmethod
    def of(cls, **values: object) -> Self:
        """Build options from loose values; None means "not given".

        Raises:
            OptionError: a value is of the wrong kind or out of range, or a name is unknown.
        """
        given = {name: value for name, value in values.items() if value is not None}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = ".".join(str(part) for part in first["loc"])
            raise OptionError(
                "option-invalid",
                "The option {option} cannot be “{value}”: {why}.",
                option=_called(name),
                value=first["input"],
                why=reason(first),
            ) from error

    def refuse_unused(self, asked: Iterable[str]) -> None:
        """Refuse what was asked for, other than the default, and the engine takes no notice of.

        Args:
            asked: names of the options that a person gave, apart from their preferences.

        Raises:
            OptionError: there is one.
        """
        fields = type(self).model_fields
        for name in asked:
            default = name in fields and getattr(self, name) == fields[name].default
            if name in UNUSED[self.engine] and not default:
                raise OptionError(
                    "option-unused",
                    "The {engine} engine has no use for {option}: leave it out or use the guided "
                    "engine.",
                    engine=self.engine,
                    option=_called(name),
                )

    def of_take(self, number: int) -> Self:
        """The options of one of several takes, counted from 1; they give it again by themselves."""
        changed: dict[str, object] = {"takes": 1}
        changed["candidates"] = max(self.candidates // self.takes, 1)
        if self.seed is not None:
            changed["seed"] = (self.seed + number - 1) % SEEDS
        return self.model_copy(update=changed)

    @property
    def program(self) -> int:
        """The General MIDI program of :attr:`instrument`."""
        return INSTRUMENTS.index(self.instrument)

    @property
    def fixed_key(self) -> Key | None:
        """The key that was asked for, or None where the engine chooses."""
        return None if self.key == "auto" else Key.parse(self.key)

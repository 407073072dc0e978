"""Keys and chords as sets of pitch classes (0 to 11, C = 0)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from mididraw.errors import OptionError
from mididraw.harmony.key_names import read_key

PITCH_CLASSES = 12

_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# Major keys written with flats; a minor key is written as its relative major.
_FLAT_MAJORS = frozenset({1, 3, 5, 8, 10})


class Mode(StrEnum):
    """The two modes that keys are told apart by."""

    MAJOR = "major"
    MINOR = "minor"


_SCALES = {Mode.MAJOR: (0, 2, 4, 5, 7, 9, 11), Mode.MINOR: (0, 2, 3, 5, 7, 8, 10)}

QUALITIES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "7": (0, 4, 7, 10),
    "7sus4": (0, 5, 7, 10),
}
"""Chord qualities as semitones above the root, named as POP909 names them."""

_SUFFIXES = {quality: quality for quality in QUALITIES} | {"maj": "", "min": "m", "min7": "m7"}


def pitch_class(name: str) -> int:
    """Return the pitch class of a note name such as ``C``, ``F#`` or ``Bb``.

    Raises:
        OptionError: the name is no note name.
    """
    match = re.fullmatch(r"([A-Ga-g])([#♯b♭]?)", name.strip())
    if match is None:
        raise OptionError(
            "note-name-unknown",
            "“{name}” is no note name: use C, F# or Bb, for example.",
            name=name,
        )
    shift = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[match[2]]
    return (_NATURALS[match[1].upper()] + shift) % PITCH_CLASSES


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class) and a mode; minor is the natural minor scale."""

    tonic: int
    mode: Mode = Mode.MAJOR

    def __post_init__(self) -> None:
        if not 0 <= self.tonic < PITCH_CLASSES:
            raise ValueError(f"tonic {self.tonic} is no pitch class")

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Read ``C``, ``Am``, ``F sharp minor``, ``H moll``, ``do majeur`` or ``降B大调``.

        Raises:
            OptionError: the text names no key.
        """
        found = read_key(text)
        if found is None:
            raise OptionError(
                "key-unknown",
                "“{text}” is no key: use C, F# minor or Bb major, for example.",
                text=text,
            )
        tonic, minor = found
        return cls(tonic, Mode.MINOR if minor else Mode.MAJOR)

    @property
    def uses_flats(self) -> bool:
        """Whether the key's signature is written with flats."""
        if self.mode is Mode.MAJOR:
            return self.tonic in _FLAT_MAJORS
        # Six sharps or six flats: people say F# major but Eb minor.
        return self.tonic == 3 or (self.tonic + 3) % PITCH_CLASSES in _FLAT_MAJORS

    @property
    def name(self) -> str:
        """The key as a person writes it, such as ``Bb major``."""
        return f"{self.spell(self.tonic)} {self.mode}"

    @property
    def scale(self) -> frozenset[int]:
        """The seven pitch classes of the scale."""
        return frozenset((self.tonic + step) % PITCH_CLASSES for step in _SCALES[self.mode])

    def spell(self, pitch: int) -> str:
        """Name a pitch or pitch class with this key's accidentals, without its octave."""
        return (_FLAT_NAMES if self.uses_flats else _SHARP_NAMES)[pitch % PITCH_CLASSES]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Chord:
    """A root (pitch class) and one of :data:`QUALITIES`."""

    root: int
    quality: str = "maj"

    def __post_init__(self) -> None:
        if not 0 <= self.root < PITCH_CLASSES:
            raise ValueError(f"root {self.root} is no pitch class")
        if self.quality not in QUALITIES:
            raise ValueError(f"unknown chord quality {self.quality!r}")

    @property
    def tones(self) -> frozenset[int]:
        """The chord's pitch classes."""
        return frozenset((self.root + step) % PITCH_CLASSES for step in QUALITIES[self.quality])

    def name(self, key: Key) -> str:
        """The chord as a lead sheet writes it in ``key``, such as ``F#m7``."""
        return key.spell(self.root) + _SUFFIXES[self.quality]

    @classmethod
    def parse(cls, text: str) -> "Chord":
        """Read a chord as :meth:`name` writes it.

        Raises:
            OptionError: the text names no chord of the vocabulary.
        """
        match = re.fullmatch(r"([A-G][#b]?)(.*)", text.strip())
        if match is not None:
            for quality, suffix in _SUFFIXES.items():
                if match[2] == suffix:
                    return cls(pitch_class(match[1]), quality)
        raise OptionError(
            "chord-unknown", "“{text}” is no chord: use C, Am or G7, for example.", text=text
        )


def pitch_name(pitch: int, key: Key | None = None) -> str:
    """Name a MIDI pitch with its octave (60 is ``C4``), spelt as in ``key``."""
    return f"{(key or Key(0)).spell(pitch)}{pitch // PITCH_CLASSES - 1}"


def parse_pitch(text: str) -> int:
    """Read a MIDI pitch from a number (``60``) or a name with octave (``C4``).

    Raises:
        OptionError: the text names no MIDI pitch.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        pitch = int(text)
    else:
        match = re.fullmatch(r"([A-Ga-g])([#♯b♭]?)(-?\d)", text)
        if match is None:
            raise OptionError(
                "pitch-unknown", "“{text}” is no pitch: use C4 or 60, for example.", text=text
            )
        # Not the pitch class: Cb4 is the semitone below C4, B#4 the one above B4.
        shift = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[match[2]]
        octave = (int(match[3]) + 1) * PITCH_CLASSES
        pitch = octave + _NATURALS[match[1].upper()] + shift
    if not 0 <= pitch <= 127:
        raise OptionError(
            "pitch-out-of-range",
            "“{text}” lies outside MIDI's pitches: stay between C-1 and G9.",
            text=text,
        )
    return pitch

"""The music itself: what every engine returns and every renderer takes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mididraw.harmony import PITCH_CLASSES, Chord, Key

STEPS_PER_BEAT = 4
BEATS_PER_BAR = 4
STEPS_PER_BAR = STEPS_PER_BEAT * BEATS_PER_BAR
"""Musical time is counted in 16th-note steps; every bar that is written here is 4/4."""

DRAWING = "drawing"
"""Name of the track that is the picture."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature: ``beats`` of a ``unit``-th note each, as in 3/4."""

    beats: int = BEATS_PER_BAR
    unit: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.beats <= 64 or self.unit not in (1, 2, 4, 8, 16):
            raise ValueError(f"{self.beats}/{self.unit} is no meter in 16ths")

    @property
    def bar(self) -> int:
        """Steps of a bar."""
        return self.beats * STEPS_PER_BAR // self.unit

    @property
    def beat(self) -> int:
        """Steps from one beat that is felt to the next; those of 6/8 are three 8ths long."""
        compound = self.unit >= 8 and self.beats % 3 == 0
        return (3 if compound else 1) * STEPS_PER_BAR // self.unit


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note: onset and duration in steps, MIDI pitch and velocity."""

    onset: int
    pitch: int
    duration: int
    velocity: int

    def __post_init__(self) -> None:
        if self.onset < 0 or self.duration < 1:
            raise ValueError(f"note at {self.onset} for {self.duration} steps")
        if not 0 <= self.pitch <= 127 or not 1 <= self.velocity <= 127:
            raise ValueError(f"pitch {self.pitch}, velocity {self.velocity} are not MIDI's")

    @property
    def end(self) -> int:
        """The first step at which the note no longer sounds."""
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class Track:
    """A named part on one General MIDI program (0 to 127), notes in order of onset.

    On a drum track the pitches are General MIDI's percussion and the program is its kit.
    """

    name: str
    program: int
    notes: tuple[Note, ...]
    drums: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.program <= 127:
            raise ValueError(f"program {self.program} is not General MIDI's")
        object.__setattr__(self, "notes", tuple(sorted(self.notes)))


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord that rules from ``onset`` for ``duration`` steps."""

    onset: int
    duration: int
    chord: Chord


@dataclass(frozen=True, slots=True)
class Score:
    """A piece: tracks over ``bars`` bars at ``tempo`` quarters a minute, in ``key``.

    ``meter`` is 4/4 but for files that come from elsewhere. ``performed`` asks for a player's
    freedoms, pedal among them, where it is turned into sound. ``sources`` names the songs that bars
    of it are taken from, if any.
    """

    tracks: tuple[Track, ...]
    bars: int
    tempo: float
    key: Key
    chords: tuple[ChordSpan, ...] = ()
    performed: bool = False
    meter: Meter = Meter()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.bars < 1 or not 0 < self.tempo < math.inf:
            raise ValueError(f"{self.bars} bars at tempo {self.tempo}")

    @property
    def steps(self) -> int:
        """Length in steps."""
        return self.bars * self.meter.bar

    @property
    def seconds_per_step(self) -> float:
        """Length of a step in seconds."""
        return 60.0 / self.tempo / STEPS_PER_BEAT

    @property
    def drawing(self) -> Track:
        """What is the picture: all tracks of its name as one, or the first where none has it."""
        own = [track for track in self.tracks if track.name == DRAWING] or [self.tracks[0]]
        if len(own) == 1:
            return own[0]
        return replace(own[0], notes=tuple(note for track in own for note in track.notes))

    @property
    def others(self) -> tuple[Track, ...]:
        """The tracks that are not part of the picture."""
        named = any(track.name == DRAWING for track in self.tracks)
        first = self.tracks[0] if self.tracks and not named else None
        return tuple(t for t in self.tracks if t is not first and t.name != DRAWING)

    def chord_at(self, step: int) -> Chord | None:
        """The chord that rules at ``step``, or None where none is known."""
        for span in self.chords:
            if span.onset <= step < span.onset + span.duration:
                return span.chord
        return None

    def in_common_time(self) -> "Score":
        """The same music counted in bars of 4/4."""
        return replace(self, bars=-(-self.steps // STEPS_PER_BAR), meter=Meter())

    def last(self, bars: int) -> "Score":
        """The last ``bars`` bars as a piece of their own; the whole piece if it has no more."""
        first = (self.bars - bars) * self.meter.bar
        if first <= 0:
            return self
        tracks = tuple(
            replace(
                track,
                notes=tuple(
                    replace(note, onset=note.onset - first)
                    for note in track.notes
                    if note.onset >= first
                ),
            )
            for track in self.tracks
        )
        chords = tuple(
            ChordSpan(max(span.onset - first, 0), min(span.duration, end), span.chord)
            for span in self.chords
            if (end := span.onset + span.duration - first) > 0
        )
        return replace(self, tracks=tracks, bars=bars, chords=chords)


def roll(notes: Iterable[Note], steps: int) -> NDArray[np.uint8]:
    """Lay notes out as a piano roll.

    Args:
        notes: the notes to lay out; where two overlap on one pitch, the later onset wins.
        steps: columns of the roll; notes beyond are cut off.

    Returns:
        velocity of what sounds, ``uint8[128, steps]``, row = MIDI pitch, 0 = silence.
    """
    grid = np.zeros((128, steps), np.uint8)
    for note in sorted(notes):
        grid[note.pitch, note.onset : note.end] = note.velocity
    return grid


def sounding_pitch_classes(notes: Iterable[Note]) -> NDArray[np.float64]:
    """Count the steps for which each pitch class sounds, ``float64[12]``."""
    sounding = np.zeros(PITCH_CLASSES)
    for note in notes:
        sounding[note.pitch % PITCH_CLASSES] += note.duration
    return sounding

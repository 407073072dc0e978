"""The bars themselves, as they are kept and read.

They are of POP909 (Wang et al., ISMIR 2020; MIT licence) without the songs whose number ends in 9,
which are the validation set, and of the Nottingham data base (free for any use). See ``LICENSE.md``
beside this file; :mod:`mididraw.training.bars` makes the file that is read here.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mididraw.harmony import PITCH_CLASSES, QUALITIES, Chord, Key, Mode

LIBRARY_FILE = Path(__file__).with_name("bars.npz")
NO_CHORD = 255
SOFTER = 8
"""Velocities are kept in steps of so many."""

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Bars in the order of their songs; those of one song follow one another.

    Attributes:
        onset, duration, pitch, velocity: of every note, ``uint8[notes]``; steps within the bar (a
            note is cut at the bar line), MIDI pitch, velocity. A velocity of 0 goes on from the bar
            before.
        lead: whether the note is the melody's, ``bool[notes]``.
        first: the first note of each bar, and one more for the end, ``int64[bars + 1]``.
        song, place: of each bar, ``int64[bars]``; bars of one song whose places follow one another
            do so in the song.
        chords: number of the chord of each half, ``uint8[bars, 2]``; see :func:`chord_number`.
        keys: tonic, and 12 more for minor, ``uint8[bars]``.
        names: of the songs.
    """

    onset: Bytes
    duration: Bytes
    pitch: Bytes
    velocity: Bytes
    lead: NDArray[np.bool_]
    first: NDArray[np.int64]
    song: NDArray[np.int64]
    place: NDArray[np.int64]
    chords: Bytes
    keys: Bytes
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.song)

    def write(self, path: Path) -> None:
        """Keep it in a file, two bytes and a velocity a note."""
        np.savez_compressed(
            path,
            time=(self.onset << 4) | (self.duration - 1),
            pitch=(self.pitch << 1) | self.lead,
            velocity=-(-self.velocity.astype(np.uint16) // SOFTER).astype(np.uint8),
            count=np.diff(self.first).astype(np.uint8),
            song=self.song.astype(np.uint16),
            place=self.place.astype(np.uint16),
            chords=self.chords,
            keys=self.keys,
            names=np.array(self.names),
        )

    @classmethod
    def read(cls, path: Path) -> "Library":
        """Read what :meth:`write` wrote."""
        with np.load(path) as kept:
            time, pitch = kept["time"], kept["pitch"]
            return cls(
                onset=time >> 4,
                duration=(time & 15) + 1,
                pitch=pitch >> 1,
                velocity=np.minimum(kept["velocity"] * SOFTER, 127).astype(np.uint8),
                lead=(pitch & 1).astype(np.bool_),
                first=np.concatenate([[0], kept["count"].astype(np.int64).cumsum()]),
                song=kept["song"].astype(np.int64),
                place=kept["place"].astype(np.int64),
                chords=kept["chords"],
                keys=kept["keys"],
                names=tuple(str(name) for name in kept["names"]),
            )


@cache
def library() -> Library:
    """The bars that are shipped."""
    return Library.read(LIBRARY_FILE)


def chord_number(chord: Chord | None) -> int:
    """The number of a chord: its root, and 12 for each quality before its own."""
    if chord is None:
        return NO_CHORD
    return list(QUALITIES).index(chord.quality) * PITCH_CLASSES + chord.root


def key_number(key: Key) -> int:
    """The number of a key: its tonic, and 12 more for minor."""
    return key.tonic + PITCH_CLASSES * (key.mode is Mode.MINOR)

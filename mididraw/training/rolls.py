"""The shared bars as piano rolls, with their harmony and with ink that could stand for them."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Bools, Floats
from mididraw.bars.library import NO_CHORD, Library, library
from mididraw.harmony import PITCH_CLASSES, QUALITIES, Chord, Key, Mode
from mididraw.models.columns.features import HELD, KEYS, STRUCK, harmony
from mididraw.options import LOWEST_KEY
from mididraw.score import STEPS_PER_BAR

HELD_OUT = 20
"""Every so manyth song is kept from training."""
USUAL = (0.957, 0.033, 0.010)
"""How often keys are silent, held and struck, which networks need not learn."""
_UP = 6  # semitones that bars are transposed by at most

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class RollBatch:
    """Bars that follow one another, several such windows.

    Attributes:
        states: what each key does, ``uint8[n, 88, steps]``.
        harmony: planes, ``float32[n, 5, 88, steps]``.
        ink: that could stand for them, ``bool[n, 88, steps]``.
    """

    states: Bytes
    harmony: Floats
    ink: Bools


class Rolls:
    """Gives batches of windows of so many bars, of the songs to learn or of those held out."""

    def __init__(self, bars: int, known: Library | None = None) -> None:
        """Lay out all bars, which takes a second and 100 MB."""
        self._known = library() if known is None else known
        self._bars = bars
        song, place, last = self._known.song, self._known.place, bars - 1
        stop = len(song) - last
        follows = (song[last:] == song[:stop]) & (place[last:] == place[:stop] + last)
        starts = np.flatnonzero(follows)
        held = song[starts] % HELD_OUT == HELD_OUT - 1
        self.learned, self.held_out = starts[~held], starts[held]

    @cached_property
    def _states(self) -> Bytes:
        known = self._known
        found = np.zeros((len(known), KEYS, STEPS_PER_BAR), np.uint8)
        bar = np.repeat(np.arange(len(known)), np.diff(known.first))
        key = known.pitch.astype(np.int64) - LOWEST_KEY
        for step in range(STEPS_PER_BAR):
            sounds = known.duration > step
            found[bar[sounds], key[sounds], known.onset[sounds] + step] = HELD
        struck = known.velocity > 0
        found[bar[struck], key[struck], known.onset[struck]] = STRUCK
        return found

    @cached_property
    def _chords(self) -> Floats:
        """Chord tones and root of every number of a chord, ``float32[256, 2, 88]``."""
        found = np.zeros((NO_CHORD + 1, 2, KEYS), np.float32)
        for number in range(PITCH_CLASSES * len(QUALITIES)):
            quality, root = divmod(number, PITCH_CLASSES)
            chord = Chord(root, list(QUALITIES)[quality])
            found[number] = harmony(chord, Key(0)).T[:2]
        return found

    @cached_property
    def _keys(self) -> Floats:
        """Scale, height and its square of every number of a key, ``float32[24, 3, 88]``."""
        keys = [Key(tonic, mode) for mode in (Mode.MAJOR, Mode.MINOR) for tonic in range(12)]
        return np.stack([harmony(None, key).T[2:] for key in keys])

    def batch(self, starts: NDArray[np.int64], random: np.random.Generator) -> RollBatch:
        """Lay out windows that begin at these bars, each transposed by chance."""
        n, steps = len(starts), self._bars * STEPS_PER_BAR
        bars = starts[:, None] + np.arange(self._bars)
        ups = random.integers(-_UP, _UP, n)
        states = np.zeros((n, KEYS, steps), np.uint8)
        planes = np.zeros((n, 5, KEYS, steps), np.float32)
        ink = np.zeros((n, KEYS, steps), np.bool_)
        for place, (own, up) in enumerate(zip(bars, ups.tolist(), strict=True)):
            roll = self._states[own].transpose(1, 0, 2).reshape(KEYS, steps)
            to = np.s_[max(up, 0) : KEYS + min(up, 0)]
            states[place, to] = roll[max(-up, 0) : KEYS - max(up, 0)]
            numbers = self._known.chords[own].astype(np.int64).reshape(-1)
            moved = numbers // PITCH_CLASSES * PITCH_CLASSES + (numbers + up) % PITCH_CLASSES
            numbers = np.where(numbers == NO_CHORD, NO_CHORD, moved)
            halves = self._chords[numbers]
            planes[place, :2] = halves.transpose(1, 2, 0).repeat(STEPS_PER_BAR // 2, axis=2)
            keys = self._known.keys[own].astype(np.int64)
            keys = keys // PITCH_CLASSES * PITCH_CLASSES + (keys + up) % PITCH_CLASSES
            planes[place, 2:] = self._keys[keys].transpose(1, 2, 0).repeat(STEPS_PER_BAR, axis=2)
            ink[place] = draw_ink(states[place], random)
        return RollBatch(states, planes, ink)


def draw_ink(states: Bytes, random: np.random.Generator) -> Bools:
    """Draw what a person might have drawn to get this music.

    Of the notes some are left out, some lie beside their place; lines join high or low ones; there
    may be strokes that nothing plays.

    Args:
        states: what each key does, ``uint8[88, steps]``.
        random: of all chance.

    Returns:
        ``bool[88, steps]``.
    """
    steps = states.shape[1]
    ink = np.zeros(states.shape, np.uint8)
    kept = random.uniform(0.3, 1.0)
    starts = np.argwhere((states == STRUCK).T)  # step and key, by time
    for step, key in starts.tolist():
        if random.random() > kept:
            continue
        row = min(max(key + int(random.choice((-1, 0, 0, 0, 1))), 0), KEYS - 1)
        after = np.flatnonzero(states[key, step + 1 :] != HELD)
        stop = step + 1 + (int(after[0]) if after.size else steps - step - 1)
        if random.random() < 0.3:
            stop = step + 1 + int(random.integers(stop - step))
        ink[row, step:stop] = 1
    for highest in (True, False):
        if len(starts) > 1 and random.random() < 0.5:
            edge = dict((starts if highest else starts[::-1]).tolist())
            points = [(step, edge[step]) for step in sorted(edge)]
            line = np.array(points, np.int32).reshape(-1, 1, 2)
            cv2.polylines(ink, [line], isClosed=False, color=1)
    for _ in range(int(random.choice((0, 0, 0, 1, 2)))):
        ends = random.integers((0, 15, 0, 15), (steps, KEYS - 20, steps, KEYS - 20)).tolist()
        cv2.line(ink, (ends[0], ends[1]), (ends[2], ends[3]), 1)
    return ink > 0

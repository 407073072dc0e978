"""What a score leaves to the player: pedal, the roll of a chord, small freedoms of time.

All of it stays far below a step, so that reading a performance back gives the score again and
its piano roll is the same picture.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from mididraw.score import Note, Score, Track

_RINGING = frozenset({*range(16), 24, 25, 46})
"""General MIDI programs that are struck or plucked and die away: pedal suits no others."""

_LIFT = 0.03
"""Seconds that the pedal stays up where it changes, after the new chord is struck."""
_SPREAD = 0.005
"""Seconds from each note of a chord to the next higher one."""
_WIDEST = 0.012
_FREEDOM = 0.004
"""Standard deviation of an onset in seconds; what listeners do not hear as unsteady lies below
10 ms (Repp 2005)."""
_MOST = 0.012
_GAP = 0.015
"""Seconds between a note and its repetition: more than a hand is ever early."""


@dataclass(frozen=True, slots=True)
class Struck:
    """A note as it is played: ``start`` and ``end`` in seconds."""

    note: Note
    start: float
    end: float


def play(track: Track, score: Score) -> list[Struck]:
    """Play a track's notes, freely by a few milliseconds where the score asks for it.

    The same track of the same score is always played the same.
    """
    second = score.seconds_per_step
    if not score.performed or track.drums:
        return [Struck(note, note.onset * second, note.end * second) for note in track.notes]
    chance = random.Random(repr((track.name, score.tempo, len(track.notes))))  # noqa: S311
    chords: defaultdict[int, list[Note]] = defaultdict(list)
    for note in track.notes:
        chords[note.onset].append(note)
    struck = []
    for onset, notes in chords.items():
        # A hand is early or late as a whole.
        hand = max(-_MOST, min(chance.gauss(0, _FREEDOM), _MOST))
        spread = min(_SPREAD, _WIDEST / len(notes))
        for place, note in enumerate(sorted(notes, key=lambda note: note.pitch)):
            start = max(onset * second + hand + place * spread, 0.0)
            end = max(note.end * second - _GAP, start + second / 2)
            struck.append(Struck(note, start, end))
    return struck


def pedal(track: Track, score: Score) -> list[tuple[float, bool]]:
    """When the sustain pedal goes down (True) and up, in seconds, for one track.

    It is changed with the harmony and at every bar line, so that no two chords ring together, and
    stays up where no chord is known.
    """
    if not score.performed or track.drums or track.program not in _RINGING:
        return []
    second = score.seconds_per_step
    changes: list[tuple[float, bool]] = []
    for start, stop in _rings(score):
        changes += [(start * second + _LIFT, True), (stop * second, False)]
    return changes


def _rings(score: Score) -> Iterable[tuple[int, int]]:
    """The steps from one change of the pedal to the next."""
    for span in score.chords:
        stop = min(span.onset + span.duration, score.steps)
        bars = range(span.onset // score.meter.bar + 1, -(-stop // score.meter.bar))
        marks = [span.onset, *(bar * score.meter.bar for bar in bars), stop]
        yield from ((a, b) for a, b in pairwise(marks) if a < b)

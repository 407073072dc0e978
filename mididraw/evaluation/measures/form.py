"""Whether a piece is a piece: what returns in it, how it is struck, and how it ends."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

import numpy as np
from numpy.typing import NDArray

from mididraw.evaluation.measures.symbolic import (
    onset_patterns,
    pitch_classes_sounding,
    top_voice,
)
from mididraw.harmony import PITCH_CLASSES, Mode
from mididraw.harmony.estimate import estimate_chord
from mididraw.score import (
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    Note,
    Score,
    roll,
    sounding_pitch_classes,
)

_FOUR_BARS = 4
_RHYTHM_LAGS = (1, 2, 4)
_ENDING = 2 * STEPS_PER_BEAT
_ONSETS = 4
"""Onsets of a motif."""
_SHUFFLES = 20

Floats = NDArray[np.float64]
_Move = tuple[int, int]
"""From one onset to the next: steps, and whether the pitch goes up (1), down (-1) or stays (0)."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is counted over all tuned tracks of a piece, up to its last bar.

    Attributes:
        returns: mean cosine of a bar's chroma with that of the bar four later, less the mean over
            all pairs of bars; silent bars are left out, and 0 where there is no such pair.
        rhythm: the same of the bars' onset patterns, the best of one, two and four bars later.
        hammered: share of notes of at most a 16th whose own key, on the same track, was released
            less than a 16th before.
        short: share of notes of at most a 16th.
        home: 1 where the last two beats that sound hold the tonic and its third or fifth, the
            lowest note one of the three; else 0.
        tonic: 1 where the last chord is the tonic's; else 0.
        motifs: share of the top voice's figures of four onsets (steps between them; up, down or
            the same) that occur again, less the same after shuffling its moves.
    """

    returns: float
    rhythm: float
    hammered: float
    short: float
    home: float
    tonic: float
    motifs: float


SILENCE = Form(0, 0, 0, 0, 0, 0, 0)
"""The form of a piece without a note."""


def form(score: Score) -> Form:
    """Count one piece."""
    tracks = [
        [note for note in track.notes if note.onset < score.steps]
        for track in score.tracks
        if not track.drums
    ]
    notes = sorted(note for track in tracks for note in track)
    if not notes:
        return SILENCE
    patterns = onset_patterns([note.onset for note in notes], score.bars)
    return Form(
        returns=_likeness(_chroma(notes, score.bars), (_FOUR_BARS,)),
        rhythm=_likeness(patterns.astype(np.float64), _RHYTHM_LAGS),
        hammered=sum(map(_hammered, tracks)) / len(notes),
        short=mean(note.duration == 1 for note in notes),
        home=float(_ends_at_home(score, notes)),
        tonic=float(_ends_on_tonic(score, notes)),
        motifs=_motifs(notes, score.steps),
    )


def _chroma(notes: Sequence[Note], bars: int) -> Floats:
    """How long each pitch class sounds in each bar, ``float64[bars, 12]``."""
    steps = pitch_classes_sounding(roll(notes, bars * STEPS_PER_BAR) > 0)
    return np.asarray(steps.reshape(PITCH_CLASSES, bars, STEPS_PER_BAR).sum(axis=2).T)


def _likeness(bars: Floats, lags: Sequence[int]) -> float:
    """Mean cosine of rows so far apart, the best of the lags, less that of all pairs of rows."""
    length = np.linalg.norm(bars, axis=1)
    sounds = length > 0
    unit = bars / np.where(sounds, length, 1.0)[:, None]
    cosines = unit @ unit.T
    apart = np.subtract.outer(np.arange(len(bars)), np.arange(len(bars)))
    known = np.logical_and.outer(sounds, sounds)
    found = [cosines[(apart == lag) & known] for lag in lags]
    means = [float(some.mean()) for some in found if some.size]
    return max(means) - float(cosines[(apart > 0) & known].mean()) if means else 0.0


def _hammered(track: Sequence[Note]) -> int:
    """How many notes of a track are short and strike a key just released."""
    by_pitch: defaultdict[int, list[Note]] = defaultdict(list)
    for note in sorted(track):
        by_pitch[note.pitch].append(note)
    count = 0
    for struck in by_pitch.values():
        released = -2
        for note in struck:
            count += note.duration == 1 and note.onset - released < 1
            released = max(released, note.end)
    return count


def _ends_at_home(score: Score, notes: Sequence[Note]) -> bool:
    """Whether the last two beats that sound hold tonic and third or fifth, and nothing below."""
    end = min(max(note.end for note in notes), score.steps)
    last = [note.pitch for note in notes if note.end > end - _ENDING]
    classes = {pitch % PITCH_CLASSES for pitch in last}
    tonic = score.key.tonic
    third, fifth = tonic + (3 if score.key.mode is Mode.MINOR else 4), tonic + 7
    others = {third % PITCH_CLASSES, fifth % PITCH_CLASSES}
    lowest = min(last) % PITCH_CLASSES
    return tonic in classes and bool(classes & others) and lowest in {tonic, *others}


def _ends_on_tonic(score: Score, notes: Sequence[Note]) -> bool:
    """Whether the last chord is the tonic's; estimated from the last bar where none is known."""
    if score.chords:
        chord = max(score.chords, key=lambda span: span.onset).chord
        return chord.root == score.key.tonic
    end = min(max(note.end for note in notes), score.steps)
    last = [note for note in notes if note.end > end - STEPS_PER_BAR]
    found = estimate_chord(sounding_pitch_classes(last))
    return found is not None and found.root == score.key.tonic


def _motifs(notes: Sequence[Note], steps: int) -> float:
    moves = _moves(notes, steps)
    if len(moves) < _ONSETS:
        return 0.0
    random = np.random.default_rng(0)
    shuffled = [
        _repeated([moves[place] for place in random.permutation(len(moves))])
        for _ in range(_SHUFFLES)
    ]
    return _repeated(moves) - mean(shuffled)


def _moves(notes: Sequence[Note], steps: int) -> list[_Move]:
    """How the top voice goes on."""
    voice = top_voice(notes, roll(notes, steps) > 0)
    return [
        (on - before, int(np.sign(pitch - last))) for (before, last), (on, pitch) in pairwise(voice)
    ]


def _repeated(moves: Sequence[_Move]) -> float:
    """Share of the figures of four onsets that occur more than once."""
    figures = [tuple(moves[i : i + _ONSETS - 1]) for i in range(len(moves) - _ONSETS + 2)]
    counts = Counter(figures)
    return sum(n for n in counts.values() if n > 1) / len(figures)

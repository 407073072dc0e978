"""How a piece is made, in figures that a listener could name; compare sets of pieces by them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, pstdev

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mididraw.evaluation.measures.musicality import musicality
from mididraw.harmony import PITCH_CLASSES, Key, Mode
from mididraw.harmony.estimate import estimate_chord
from mididraw.score import STEPS_PER_BAR, STEPS_PER_BEAT, Note, Score, roll

_HALF = STEPS_PER_BAR // 2
_DISSONANT = (1, 6, 11)
_SCALES = tuple(Key(tonic, Mode.MAJOR).scale for tonic in range(PITCH_CLASSES))


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted over all tuned tracks of a piece, up to its last bar.

    "Sounding" is a step in which at least one note sounds.

    Attributes:
        in_key: share of notes within the scale, 0 to 1.
        entropy: of the pitch classes by how long they sound, in bits, 0 to 3.58.
        notes_per_second: onsets over the whole length.
        polyphony: pitches that sound at once, the mean over sounding steps.
        dissonance: share of the pairs of pitches that sound together, counted step by step, that
            are a minor second, a major seventh or a tritone apart, give or take octaves.
        chords: share of half bars, of those that sound, whose pitch classes by how long they sound
            are alike to a triad or seventh (see :func:`mididraw.harmony.estimate_chord`).
        gaps: share of steps that are silent.
        on_eighths: share of onsets on the eighths; the others are on the 16ths between them.
        on_beats: share of onsets on the beats.
        groove: likeness of the onsets of neighbouring bars, 0 to 1: the share of the 16 places at
            which both or neither has an onset (grooving pattern similarity, Wu and Yang, ISMIR
            2020, of neighbours instead of all pairs, on our grid); 1 for a single bar.
        velocity_spread: standard deviation of the notes' velocities, 0 to 63.
        repeated: share of melody notes that repeat the pitch of the one before. The melody is the
            highest note struck at each step, unless a higher one still sounds.
    """

    in_key: float
    entropy: float
    notes_per_second: float
    polyphony: float
    dissonance: float
    chords: float
    gaps: float
    on_eighths: float
    on_beats: float
    groove: float
    velocity_spread: float
    repeated: float


SILENCE = Figures(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0)
"""The figures of a piece without a note."""


def figures(score: Score, *, known_key: bool = True) -> Figures:
    """Count one piece.

    Args:
        score: the piece.
        known_key: whether its key is to be believed; else ``in_key`` is counted in the diatonic
            scale that holds the most of its notes.

    Returns:
        its figures; :data:`SILENCE` for a piece without notes.
    """
    notes = [
        note
        for track in score.tracks
        if not track.drums
        for note in track.notes
        if note.onset < score.steps
    ]
    if not notes:
        return SILENCE
    found = musicality(score)
    sounds = roll(notes, score.steps) > 0
    onsets = np.array([note.onset for note in notes])
    return Figures(
        in_key=found.in_key if known_key else _in_best_scale(notes),
        entropy=found.entropy,
        notes_per_second=len(notes) / (score.steps * score.seconds_per_step),
        polyphony=found.polyphony,
        dissonance=_dissonance(sounds),
        chords=_recognisable(sounds),
        gaps=1 - float(sounds.any(axis=0).mean()),
        on_eighths=float((onsets % 2 == 0).mean()),
        on_beats=float((onsets % STEPS_PER_BEAT == 0).mean()),
        groove=_groove(onsets, score.bars),
        velocity_spread=pstdev(note.velocity for note in notes),
        repeated=_repeated(notes, sounds),
    )


def _in_best_scale(notes: list[Note]) -> float:
    classes = [note.pitch % PITCH_CLASSES for note in notes]
    return max(mean(place in scale for place in classes) for scale in _SCALES)


def _dissonance(sounds: NDArray[np.bool_]) -> float:
    every = sounds.sum(axis=0)
    pairs = int((every * (every - 1) // 2).sum())
    dissonant = sum(
        int((sounds[interval:] & sounds[:-interval]).sum())
        for interval in range(1, len(sounds))
        if interval % PITCH_CLASSES in _DISSONANT
    )
    return dissonant / pairs if pairs else 0.0


def _recognisable(sounds: NDArray[np.bool_]) -> float:
    halves = pitch_classes_sounding(sounds).reshape(PITCH_CLASSES, -1, _HALF).sum(axis=2).T
    return mean(estimate_chord(half) is not None for half in halves if half.any())


def pitch_classes_sounding(sounds: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How many pitches of each class sound in each step, ``float64[12, steps]``."""
    octaves = -(-len(sounds) // PITCH_CLASSES)
    filled = np.zeros((octaves * PITCH_CLASSES, sounds.shape[1]))
    filled[: len(sounds)] = sounds
    return np.asarray(filled.reshape(octaves, PITCH_CLASSES, -1).sum(axis=0))


def onset_patterns(onsets: ArrayLike, bars: int) -> NDArray[np.bool_]:
    """Which of its 16 steps have an onset in each bar, ``bool[bars, 16]``."""
    struck = np.zeros(bars * STEPS_PER_BAR, np.bool_)
    struck[np.asarray(onsets, np.int64)] = True
    return struck.reshape(bars, STEPS_PER_BAR)


def _groove(onsets: NDArray[np.int64], bars: int) -> float:
    patterns = onset_patterns(onsets, bars)
    return float((patterns[1:] == patterns[:-1]).mean()) if bars > 1 else 1.0


def top_voice(notes: Iterable[Note], sounds: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The onset and pitch of what one hears on top, in order.

    That is the highest note struck at each step, unless a higher one still sounds.

    Args:
        notes: the piece, up to its last step.
        sounds: the keys that sound at each step, ``bool[128, steps]``.
    """
    struck: dict[int, int] = {}
    for note in notes:
        struck[note.onset] = max(note.pitch, struck.get(note.onset, 0))
    return [at for at in sorted(struck.items()) if not sounds[at[1] + 1 :, at[0]].any()]


def _repeated(notes: list[Note], sounds: NDArray[np.bool_]) -> float:
    pairs = list(pairwise(pitch for _, pitch in top_voice(notes, sounds)))
    return mean(last == following for last, following in pairs) if pairs else 0.0

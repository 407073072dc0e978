"""Chord progressions as real songs have them: how likely chords are to follow one another."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from mididraw.harmony.styles import Style, songs_of
from mididraw.harmony.theory import PITCH_CLASSES, Chord, Key, Mode

TABLE_FILE = Path(__file__).with_name("progressions.json")
"""Counted by :mod:`mididraw.training.progressions` from POP909 (ISMIR 2020, MIT licence)."""

# Interpolation of three-, two- and one-bar statistics (Jelinek and Mercer, 1980).
_TRIGRAM, _BIGRAM, _UNIGRAM = 0.6, 0.3, 0.1
STARTS_AT_HOME = 0.7
"""Nats for a first bar on the tonic."""
_STATIC = 3.0  # nats against a third bar on one chord


def degree(chord: Chord, key: Key) -> str:
    """Name a chord relative to the tonic: ``9:min`` is A minor in C major."""
    return f"{(chord.root - key.tonic) % PITCH_CLASSES}:{chord.quality}"


@dataclass(frozen=True, slots=True, eq=False)
class ProgressionModel:
    """How chords follow one another in one style and mode.

    Attributes:
        degrees: the chords, ``n`` of them, as semitones above the tonic and quality.
        start: natural logarithm of the chance of a chord, ``float64[n]``.
        follow: logarithm of the chance of the third chord, ``float64[n, n, n]``.
        home: which chords are the tonic's, ``bool[n]``.
    """

    degrees: tuple[tuple[int, str], ...]
    start: NDArray[np.float64]
    follow: NDArray[np.float64]
    home: NDArray[np.bool_]

    def chords(self, key: Key) -> list[Chord]:
        """The model's chords in ``key``, in the order of :attr:`degrees`."""
        return [
            Chord((key.tonic + root) % PITCH_CLASSES, quality) for root, quality in self.degrees
        ]


class _Counts(TypedDict):
    tempos: list[int]
    songs: dict[str, int]
    trigrams: dict[str, dict[str, int]]


@cache
def _table() -> dict[str, _Counts]:
    table: dict[str, _Counts] = json.loads(TABLE_FILE.read_text())
    return table


def style_tempos(style: Style) -> list[int]:
    """The nine deciles of the style's songs' tempos, in beats a minute, the slowest first."""
    return _table()[songs_of(style)]["tempos"]


@cache
def progression_model(style: Style, mode: Mode) -> ProgressionModel:
    """Build the model of a style and mode from the counted three-bar progressions."""
    counts = {
        tuple(name.split()): n for name, n in _table()[songs_of(style)]["trigrams"][mode].items()
    }
    names = sorted({name for three in counts for name in three})
    index = {name: i for i, name in enumerate(names)}
    n = len(names)
    threes = np.zeros((n, n, n))
    for (first, second, third), number in counts.items():
        threes[index[first], index[second], index[third]] = number
    twos, ones = threes.sum(axis=0), threes.sum(axis=(0, 1))

    def chances(number: NDArray[np.float64]) -> NDArray[np.float64]:
        share: NDArray[np.float64] = number / np.maximum(number.sum(axis=-1, keepdims=True), 1)
        return share

    unigram = (ones + 1) / (ones + 1).sum()
    follow = _TRIGRAM * chances(threes) + _BIGRAM * chances(twos) + _UNIGRAM * unigram
    # Real songs stay on a chord for long under words; a drawing has none to carry it.
    follow = np.log(follow)
    for i in range(n):
        follow[i, i, i] -= _STATIC
    degrees = tuple((int(root), quality) for root, quality in (name.split(":") for name in names))
    return ProgressionModel(
        degrees=degrees,
        start=np.log(unigram),
        follow=follow,
        home=np.array([root == 0 for root, _ in degrees]),
    )


def best_path(model: ProgressionModel, fit: NDArray[np.float64]) -> tuple[float, tuple[int, ...]]:
    """Find the most probable path with ``fit[bars, n]`` as its evidence (Viterbi).

    Returns:
        its score in nats and the chords' indices.
    """
    bars, n = fit.shape
    fit = fit.copy()
    fit[0] += model.start + STARTS_AT_HOME * model.home
    if bars == 1:
        only = int(fit[0].argmax())
        return float(fit[0, only]), (only,)
    # The second bar's chance does not know the bar before the first: average over it.
    second = np.logaddexp.reduce(model.follow, axis=0) - np.log(n)
    score = fit[0][:, None] + second + fit[1][None, :]
    back: list[NDArray[np.intp]] = []
    for bar in range(2, bars):
        step = score[:, :, None] + model.follow
        back.append(step.argmax(axis=0))
        score = step.max(axis=0) + fit[bar][None, :]
    last_two = np.unravel_index(int(score.argmax()), score.shape)
    path = [int(last_two[1]), int(last_two[0])]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1], path[-2]]))
    return float(score.max()), tuple(reversed(path))

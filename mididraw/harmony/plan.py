"""The plan of a piece: its key, and chords that return and come home, as songs have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mididraw.harmony.feel import Feel
from mididraw.harmony.progressions import (
    STARTS_AT_HOME,
    ProgressionModel,
    best_path,
    progression_model,
)
from mididraw.harmony.styles import Style
from mididraw.harmony.theory import Chord, Key, Mode

PHRASE = 4
"""Bars of a phrase, whose chords are a loop."""
_FEWEST_BARS = 6
"""Shorter pieces have no room for a loop and a cadence."""
_FORM = "AABB"
_ALIKE = 2.0
"""Nats against a second section that begins with the first one's chord."""
_TO_AND_FRO = 2.0
"""Nats against a loop whose first or second chord comes back two bars later."""
_AS_BEFORE = 0.5
"""Nats for a cadence that begins with the chord that the same bar of the phrase before has: enough
for IV where a cadence from V would be as likely, and not for one that songs hardly have."""
_NEVER = -1e6

RETURNS = (PHRASE, 2 * PHRASE)
"""Bars after which a section may return."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a piece is written after.

    Attributes:
        key: of the whole piece.
        chords: one a bar; none where they are left to whoever writes.
        sections: the section of each bar, 0 for the first; as many as there are chords.
        onsets: at how many steps of each bar something should begin; as many as there are chords,
            or none.
        feel: how finely its rhythm divides the beat.
    """

    key: Key
    chords: tuple[Chord, ...] = ()
    sections: tuple[int, ...] = ()
    onsets: tuple[int, ...] = ()
    feel: Feel = Feel.MIXED

    def __post_init__(self) -> None:
        if len(self.chords) != len(self.sections):
            raise ValueError(f"{len(self.chords)} chords in {len(self.sections)} bars")
        if len(self.onsets) not in (0, len(self.chords)):
            raise ValueError(f"{len(self.onsets)} bars' onsets in {len(self.chords)} bars")

    def returns(self, bar: int) -> bool:
        """Whether a bar's section was there one or two phrases before."""
        before = [bar - lag for lag in RETURNS if bar >= lag]
        return any(self.sections[bar] == self.sections[one] for one in before)


def sections_of(bars: int) -> tuple[int, ...]:
    """The section of each bar: every phrase comes twice, AABB, and the last is the first again."""
    count = bars // PHRASE
    letters = [_FORM[place % len(_FORM)] for place in range(count)]
    letters[count - 1 :] = "AA"
    return tuple("AB".index(letters[bar // PHRASE]) for bar in range(bars))


def choose_plan(fit: Mapping[Chord, Floats], style: Style, keys: Sequence[Key]) -> Plan:
    """Choose the key and the chords that are likely in the style and fit best.

    A section's phrases have the same four chords; the last two bars are a cadence that ends on the
    tonic.

    Args:
        fit: for every chord how well it would fit each bar, in nats, ``float64[bars]``.
        style: whose progressions are followed.
        keys: the keys to choose from.
    """
    best: tuple[float, Plan] | None = None
    for key in keys:
        model = progression_model(style, key.mode)
        chords = model.chords(key)
        evidence = np.stack([fit[chord] for chord in chords], axis=1)
        score, path = _best_form(style, key.mode, evidence)
        # Modes differ in how predictable their songs are; what counts is what the fit adds.
        score -= _unguided(style, key.mode, len(evidence))
        if best is None or score > best[0]:
            found = tuple(chords[place] for place in path)
            best = score, Plan(key, found, sections_of(len(evidence)))
    if best is None:
        raise ValueError("no keys to choose from")
    return best[1]


@cache
def _unguided(style: Style, mode: Mode, bars: int) -> float:
    model = progression_model(style, mode)
    return _best_form(style, mode, np.zeros((bars, len(model.degrees))))[0]


def _best_form(style: Style, mode: Mode, fit: Floats) -> tuple[float, tuple[int, ...]]:
    """Choose the chords of every bar, ``fit[bars, n]``; returns their score and indices."""
    model = progression_model(style, mode)
    triad = model.degrees.index((0, "min" if mode is Mode.MINOR else "maj"))
    ending = np.full(len(model.degrees), _NEVER)
    ending[triad] = 0.0
    bars = len(fit)
    if bars < _FEWEST_BARS:
        fit = fit.copy()
        fit[-1] += ending
        return best_path(model, fit)
    sections = np.array(sections_of(bars))
    places = np.arange(bars) % PHRASE
    places[-2:] = -1
    score, path = 0.0, np.empty(bars, np.intp)
    before: tuple[int, ...] | None = None
    for section in range(int(sections.max()) + 1):
        own = [np.flatnonzero((sections == section) & (places == p)) for p in range(PHRASE)]
        evidence = np.stack([fit[bar].sum(axis=0) for bar in own])
        times = max(map(len, own))
        gain, before = _best_loop(model, _loops(style, mode), evidence, times, before)
        score += gain
        for place, bar in enumerate(own):
            path[bar] = before[place]
    first, second = path[bars - 4], path[bars - 3]
    last = fit[-2] + model.follow[first, second] + _NEVER * model.home
    last[path[bars - 2 - PHRASE]] += _AS_BEFORE
    cadence = last[:, None] + model.follow[second] + fit[-1] + ending
    path[-2:] = np.unravel_index(int(cadence.argmax()), cadence.shape)
    return score + float(cadence.max()), tuple(path.tolist())


@cache
def _loops(style: Style, mode: Mode) -> Floats:
    """Logarithm of the chance of every four chords that go round, ``float64[n, n, n, n]``."""
    follow = progression_model(style, mode).follow
    loops = follow[:, :, :, None] + follow[None]
    loops += follow.transpose(2, 0, 1)[:, None] + follow.transpose(1, 2, 0)[:, :, None]
    same = np.eye(len(follow))
    loops -= _TO_AND_FRO * (same[:, None, :, None] + same[None, :, None, :])
    return np.asarray(loops)


def _best_loop(
    model: ProgressionModel,
    loops: Floats,
    fit: Floats,
    times: int,
    before: tuple[int, ...] | None,
) -> tuple[float, tuple[int, ...]]:
    """Choose four chords that are played so many times, after another four or at the beginning.

    Args:
        model: how chords follow one another.
        loops: the chances of every four.
        fit: of each of the four to its bars, ``float64[4, n]``.
        times: how often they are played.
        before: the chords of the section before.
    """
    score = times * loops
    for place, evidence in enumerate(fit):
        score += evidence.reshape(-1, *[1] * (PHRASE - 1 - place))
    if before is None:
        first = model.start + STARTS_AT_HOME * times * model.home
    else:
        first = model.follow[before[-2], before[-1]].copy()
        first[before[0]] -= _ALIKE
    score += first[:, None, None, None]
    path = np.unravel_index(int(score.argmax()), score.shape)
    return float(score.max()), tuple(int(place) for place in path)

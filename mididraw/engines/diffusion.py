"""Music by a diffusion model of piano rolls, which sees the drawing as a sketch.

Noise with the ink in it (Meng et al., SDEdit, 2022) becomes notes step by step, in overlapping
windows of four bars whose expectations are averaged at every step (Bar-Tal et al., MultiDiffusion,
2023). How far the sketch is followed is told by the slider (Ho and Salimans 2022); what comes out
is led by the ink once more (see :mod:`mididraw.engines.led`).
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Floats
from mididraw.canvas import Canvas, runs
from mididraw.engines.led import StyleCosts, on_keys, piece_by_chances, returning_noise
from mididraw.engines.plan import plan_piece
from mididraw.engines.request import BarProgress, ScoreRequest, no_progress
from mididraw.harmony.plan import Plan
from mididraw.models.columns.features import HELD, KEYS, STRUCK
from mididraw.models.condition import harmonies
from mididraw.models.diffusion.model import (
    BARS,
    ROLL,
    STEPS,
    as_roll,
    conditioning,
    denoise,
    roll_of,
    signal,
)
from mididraw.models.layers import Weights
from mididraw.score import STEPS_PER_BAR, Score

_COSTS = StyleCosts(again=2.0, short=0.5, off_scale=5.0, rhythm=4.0)
_TIMES = 20
"""Steps from noise to notes."""
_LAST = 0.6
"""Level of noise at which the chances are taken: with less, the network is too sure of itself."""
_DRAWN = 0.15
"""How much earlier than from noise alone one begins at strength 100, with the ink in it."""
FOLLOWED = 50
"""At this strength the sketch is followed as songs follow theirs; above, more so."""
_HOP = 2


def diffusion(request: ScoreRequest, progress: BarProgress = no_progress) -> Score:
    """Let the diffusion model play the picture."""
    canvas, options = request.canvas, request.options
    plan = plan_piece(canvas, options, request.seed)
    random = np.random.default_rng(request.seed)
    view = View(canvas, plan)
    noise = roll_noise(view.bars, random)
    begin = 1 - _DRAWN * options.strength / 100
    levels = np.linspace(begin, _LAST, _TIMES).tolist()
    clean, dirty = signal(begin)
    x = clean * (roll_of(_held(view.ink > 0)[None])[0] if options.strength else 0) + dirty * noise
    chances = np.zeros((3, *view.ink.shape), np.float32)
    for place, (level, after) in enumerate(pairwise([*levels, _LAST])):
        progress(place * canvas.bars // _TIMES, canvas.bars)
        chances = view.over_windows(x, denoiser(level, options.strength / FOLLOWED))
        expected = as_roll(chances[None])[0]
        (clean, dirty), (next_clean, next_dirty) = signal(level), signal(after)
        x = next_clean * expected + next_dirty * (x - clean * expected) / dirty
    return piece_by_chances(request, plan, logs(chances), random, _COSTS)


Chances = Callable[[Floats, Floats, Floats], Floats]
"""Rolls, ink and harmony of windows → chances of silent, held and struck."""


def denoiser(level: float, followed: float, w: Weights | None = None) -> Chances:
    """A network that follows the sketch more or less, at a level of noise.

    Args:
        level: from 0 to 1.
        followed: 0 as without the sketch, 1 as with it, and on beyond; the chances' geometric mean.
        w: the weights; diffusion's if not given.
    """

    def chances(rolls: Floats, ink: Floats, harmony: Floats) -> Floats:
        levels = np.full(len(rolls), level, np.float32)
        found = np.zeros((), np.float32)
        for drawn, weight in ((0.0, 1 - followed), (1.0, followed)):
            if weight:
                around = conditioning(harmony, ink, np.full(len(rolls), drawn, np.float32))
                found = found + np.float32(weight) * denoise(rolls, levels, *around, w)
        likely = np.exp(found - found.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True), np.float32)

    return chances


class View:
    """A piece as windows of four bars that overlap, at least one.

    Attributes:
        bars: length, at least that of a window.
        ink: ``float32[88, steps]``.
    """

    def __init__(self, canvas: Canvas, plan: Plan) -> None:
        """Look at a canvas and its plan; what is missing of a window is silent."""
        self.bars = max(canvas.bars, BARS)
        missing = self.bars - canvas.bars
        ink = on_keys(canvas, canvas.ink).astype(np.float32)
        self.ink: Floats = np.pad(ink, [(0, 0), (0, missing * STEPS_PER_BAR)])
        last = self.bars - BARS
        self._starts = [bar * STEPS_PER_BAR for bar in (*range(0, last, _HOP), last)]
        harmony = harmonies([*plan.chords, *[plan.chords[-1]] * missing], plan.key)
        self._around = self._cut(self.ink), self._cut(harmony)

    def over_windows(self, roll: Floats, model: Chances) -> Floats:
        """Mean of the chances that each window has, ``float32[3, 88, steps]``.

        Args:
            roll: what the model is given, ``float32[2, 88, steps]``.
            model: gives the chances of windows.
        """
        found = model(self._cut(roll), *self._around)
        total = np.zeros((3, *self.ink.shape), np.float32)
        count = np.zeros(self.ink.shape[1], np.float32)
        for start, chances in zip(self._starts, found, strict=True):
            total[:, :, start : start + STEPS] += chances
            count[start : start + STEPS] += 1
        return np.asarray(total / count)

    def _cut(self, planes: Floats) -> Floats:
        return np.stack([planes[..., start : start + STEPS] for start in self._starts])


def roll_noise(bars: int, random: np.random.Generator) -> Floats:
    """Noise that is much alike every four bars, ``float32[2, 88, steps]``."""
    by_bar = returning_noise(bars, (ROLL, KEYS, STEPS_PER_BAR), random, np.float32)
    return by_bar.transpose(1, 2, 0, 3).reshape(ROLL, KEYS, -1)


def logs(chances: Floats) -> Floats:
    """Logarithms of chances, none of which is nought."""
    return np.asarray(np.log(np.maximum(chances, 1e-6)))


def _held(ink: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Ink as notes that last as long as its runs, ``uint8[88, steps]``."""
    states = np.where(ink, HELD, 0).astype(np.uint8)
    for key, line in enumerate(ink):
        for start, _ in runs(line):
            states[key, start] = STRUCK
    return states

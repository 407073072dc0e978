"""Canvases with random ink: lines, dots and clouds of cells."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from mididraw.canvas import Canvas, Placement
from mididraw.options import PitchRange
from mididraw.score import STEPS_PER_BAR


def canvas_of(ink: NDArray[np.bool_], low: int = 36) -> Canvas:
    """A canvas that holds just this ink, ``bool[pitches, steps]``, row 0 lowest."""
    rows, steps = ink.shape
    return Canvas(
        ink=ink,
        weight=np.where(ink, 0.5, 0.0).astype(np.float32),
        pitches=PitchRange(low=low, high=low + rows - 1),
        bars=steps // STEPS_PER_BAR,
        placements=(Placement(ink[::-1], 0, steps, 0, rows),),
        row_per_step=2.0,
    )


@st.composite
def canvases(draw: st.DrawFn, most_bars: int = 4) -> Canvas:
    """Any ink from none to all on one to ``most_bars`` bars and one to seven octaves."""
    bars = draw(st.integers(1, most_bars))
    rows = draw(st.sampled_from((12, 24, 48, 60, 88)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = bars * STEPS_PER_BAR
    ink = random.random((rows, steps)) < draw(st.sampled_from((0.0, 0.01, 0.05, 0.2, 0.6, 1.0)))
    for _ in range(draw(st.integers(0, 5))):
        ends = random.integers((0, 0), (rows, steps), (2, 2))
        for share in np.linspace(0, 1, rows + steps):
            row, step = np.round(ends[0] + share * (ends[1] - ends[0])).astype(int)
            ink[row, step] = True
    return canvas_of(ink, low=21)

"""Pixels become pitch and time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mididraw.canvas import MIN_BARS, STEP_ASPECT, Canvas, lay
from mididraw.options import MAX_BARS, DrawOptions
from mididraw.picture import Ink
from mididraw.score import STEPS_PER_BAR


def ink_of(strokes: NDArray[np.bool_], fills: NDArray[np.bool_] | None = None) -> Ink:
    none = np.zeros_like(strokes)
    fills = none if fills is None else fills
    weight = np.where(strokes | fills, 0.5, 0).astype(np.float32)
    return Ink(strokes | fills, strokes, fills, weight)


def frame(height: int, width: int) -> Ink:
    strokes: NDArray[np.bool_] = np.zeros((height, width), np.bool_)
    strokes[[0, -1]] = strokes[:, [0, -1]] = True
    return ink_of(strokes)


@given(st.integers(50, 900), st.integers(520, 900), st.none() | st.integers(1, 32))
def test_any_drawing_lies_within_its_box_and_touches_its_edges(
    height: int, width: int, bars: int | None
) -> None:
    canvas = lay([frame(height, width)], DrawOptions(bars=bars))
    (box,) = canvas.placements
    rows, steps = np.nonzero(canvas.ink)
    assert canvas.ink.shape == (48, canvas.bars * STEPS_PER_BAR)
    assert MIN_BARS <= canvas.bars <= MAX_BARS or canvas.bars == bars
    assert (rows.min(), rows.max()) == (box.bottom, box.top - 1)
    assert (steps.min(), steps.max()) == (box.start, box.stop - 1)
    assert ((canvas.weight > 0) == canvas.ink).all()


@given(st.integers(1, 900), st.integers(1, 100), st.none() | st.integers(1, 32))
def test_any_drawing_however_small_leaves_ink(height: int, width: int, bars: int | None) -> None:
    canvas = lay([frame(height, width)], DrawOptions(bars=bars))
    (box,) = canvas.placements
    assert canvas.ink[box.bottom : box.top, box.start : box.stop].sum() == canvas.ink.sum() > 0
    assert ((canvas.weight > 0) == canvas.ink).all()


def test_a_drawing_stretched_over_many_bars_keeps_its_lines_whole_and_thin() -> None:
    strokes = np.zeros((100, 50), np.bool_)
    strokes[50] = strokes[:, 25] = True
    ink = lay([ink_of(strokes)], DrawOptions(bars=32)).ink
    level = int(ink.sum(axis=1).argmax())
    assert ink[level - 1 : level + 2, 12:-12].any(axis=0).all()
    assert ink.sum(axis=0).max() > 40
    assert (ink.sum(axis=0) > 40).sum() <= 2


@given(st.floats(0.25, 12.0))
def test_proportions_are_kept_by_the_number_of_bars(aspect: float) -> None:
    canvas = lay([frame(500, round(500 * aspect))], DrawOptions())
    assert canvas.row_per_step == pytest.approx(1 / STEP_ASPECT, rel=0.3)


@given(st.floats(0.05, 0.25))
def test_a_tall_drawing_is_stretched_at_most_twofold(aspect: float) -> None:
    canvas = lay([frame(500, round(500 * aspect))], DrawOptions())
    assert 0.8 / STEP_ASPECT < canvas.row_per_step < 2.2 / STEP_ASPECT
    steps = np.flatnonzero(canvas.ink.any(axis=0))
    assert steps[-1] - steps[0] >= min(round(0.9 * 2 * aspect * 46 / STEP_ASPECT), 28) - 2


def test_a_level_line_is_short_and_an_upright_one_begins_at_once() -> None:
    line = lay([ink_of(np.ones((2, 640), np.bool_))], DrawOptions())
    assert line.bars == 4
    assert line.ink.any(axis=1).sum() == 1
    upright = lay([ink_of(np.ones((640, 2), np.bool_))], DrawOptions())
    assert np.flatnonzero(upright.ink.any(axis=0))[0] <= 2
    assert upright.ink.any(axis=0).sum() <= 2


def test_a_square_drawing_takes_eight_bars_and_a_wide_one_more() -> None:
    assert lay([frame(500, 500)], DrawOptions()).bars == 8
    assert lay([frame(300, 900)], DrawOptions()).bars == 24
    assert lay([frame(500, 500)], DrawOptions(bars=5)).bars == 5


def test_up_is_high_and_left_is_early() -> None:
    strokes = np.zeros((100, 100), np.bool_)
    strokes[0, 0] = strokes[99, 99] = True
    ink = lay([ink_of(strokes)], DrawOptions()).ink
    rows, steps = np.nonzero(ink)
    assert set(rows // 24) == {0, 1}
    assert steps[rows >= 24].max() < 8
    assert steps[rows < 24].min() >= 120


def test_the_pitch_range_sets_the_rows() -> None:
    canvas = lay([frame(400, 400)], DrawOptions.of(pitch_range="A0-C8"))
    assert len(canvas.ink) == 88
    assert canvas.pitches.low == 21


def test_fills_count_where_they_cover_half_a_cell() -> None:
    strokes = np.zeros((460, 460), np.bool_)
    fills = strokes.copy()
    fills[:230] = True
    ink = lay([ink_of(strokes, fills)], DrawOptions()).ink
    assert ink[24:47, 2:-2].all()
    assert not ink[:24].any()


@pytest.mark.parametrize(("pixels", "inked"), [(4, False), (5, True), (6, True), (1, False)])
def test_a_cell_that_a_fill_covers_by_half_is_inked(pixels: int, inked: bool) -> None:
    """Each of 46 × 124 cells is 10 × 10 pixels, of which the fill covers some columns."""
    fills = np.zeros((460, 1240), np.bool_)
    fills.reshape(460, 124, 10)[:, :, :pixels] = True
    fills[:10] = True  # joins all: a part that has no cell gets one
    canvas = lay([ink_of(np.zeros_like(fills), fills)], DrawOptions(bars=8))
    (box,) = canvas.placements
    assert (box.top - box.bottom, box.stop - box.start) == (46, 124)
    assert bool((canvas.ink[box.bottom : box.top - 1, box.start : box.stop] == inked).all())


def test_several_drawings_follow_one_another() -> None:
    one, two = frame(500, 500), frame(500, 1000)
    both = lay([one, two], DrawOptions())
    alone = [lay([one], DrawOptions()), lay([two], DrawOptions())]
    assert both.bars == sum(canvas.bars for canvas in alone)
    assert np.array_equal(both.ink, np.concatenate([canvas.ink for canvas in alone], axis=1))
    assert both.placements[1].start == alone[0].steps + alone[1].placements[0].start
    assert isinstance(both, Canvas)

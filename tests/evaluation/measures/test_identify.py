"""The right drawing is found if the roll looks like it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from mididraw.draw import prepare_request, write_score
from mididraw.evaluation.measures.grid import COLUMNS, ROWS, boxed, to_grid
from mididraw.evaluation.measures.identify import Identification, chamfer, identify
from mididraw.options import DrawOptions, Engine

Bools = NDArray[np.bool_]


@st.composite
def cells(draw: st.DrawFn) -> Bools:
    shape = draw(st.tuples(st.integers(1, 60), st.integers(1, 200)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return random.random(shape) < draw(st.sampled_from((0.0, 0.02, 0.3, 1.0)))


@given(cells())
def test_on_the_grid_nothing_gets_lost_and_nothing_falls_into_dots(ink: Bools) -> None:
    grid = to_grid(ink)
    assert grid.shape == (ROWS, COLUMNS)
    assert grid.any() == ink.any()
    assert grid.all() or not ink.all()


@given(cells())
def test_a_box_touches_its_ink(ink: Bools) -> None:
    box = boxed(ink)
    assert box.sum() == ink.sum()
    if ink.any():
        assert all(edge.any() for edge in (box[0], box[-1], box[:, 0], box[:, -1]))


@given(cells(), cells())
def test_the_distance_is_symmetric_and_zero_to_itself(one: Bools, other: Bools) -> None:
    distances = chamfer([one, other], [one, other])
    assert distances[0, 1] == pytest.approx(distances[1, 0], abs=1e-3)
    assert (distances >= 0).all()
    if one.any():
        assert distances[0, 0] == pytest.approx(0, abs=1e-3)


def test_the_distance_is_the_mean_way() -> None:
    one, other = np.zeros((2, ROWS, COLUMNS), np.bool_)
    for ink in (one, other):
        ink[0, 0] = ink[-1, -1] = True  # so that the boxes are the same
    other[10, 0] = True
    assert chamfer([one], [other])[0, 0] == pytest.approx(10 / 3 / 2, abs=1e-3)


def test_drawings_are_known_by_their_naive_rolls(quickdraw: list[Image.Image]) -> None:
    options = DrawOptions.of(engine=Engine.NAIVE, seed=0)
    works = [prepare_request([image], options) for image in quickdraw[:30]]
    pieces = [(work.canvas, write_score(work)) for work in works]
    assert identify(pieces) == Identification(30, 1.0, 1.0)
    (first, _), *_ = pieces
    shuffled = [(canvas, pieces[(place + 1) % 30][1]) for place, (canvas, _) in enumerate(pieces)]
    assert identify(shuffled).top1 < 0.1
    alike = [(first, score) for _, score in pieces]
    assert identify(alike).top5 == 0.0
    with pytest.raises(ValueError, match="no drawings"):
        identify([])

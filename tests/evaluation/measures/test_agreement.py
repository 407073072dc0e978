"""Distributions overlap as far as they are alike."""

from dataclasses import replace
from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.evaluation.measures.agreement import COMPARED, agreement, overlap
from mididraw.evaluation.measures.symbolic import SILENCE, Figures

VALUES = st.lists(st.floats(-100, 100), min_size=1, max_size=30).map(np.array)


def pieces(count: int, seed: int, spread: float = 1.0) -> list[Figures]:
    random = np.random.default_rng(seed)
    return [
        replace(SILENCE, **{name: float(random.normal(0, spread)) for name in COMPARED})
        for _ in range(count)
    ]


@given(VALUES)
def test_the_same_values_overlap_wholly(values: np.ndarray) -> None:
    assert overlap(values, values) == pytest.approx(1, abs=0.01)


@given(VALUES, VALUES)
def test_it_is_symmetric_and_a_share(one: np.ndarray, other: np.ndarray) -> None:
    found = overlap(one, other)
    assert 0 <= found <= 1
    assert found == pytest.approx(overlap(other, one), abs=1e-9)


@given(VALUES, VALUES, st.floats(0.1, 10), st.floats(-10, 10))
def test_units_do_not_matter(
    one: np.ndarray, other: np.ndarray, scale: float, shift: float
) -> None:
    if min(one.std(), other.std()) < 1e-3:
        return
    moved = overlap(scale * one + shift, scale * other + shift)
    assert moved == pytest.approx(overlap(one, other), abs=0.01)


def test_constants_overlap_if_they_are_equal() -> None:
    assert overlap(np.ones(5), np.ones(9)) == 1
    assert overlap(np.ones(5), np.zeros(9)) == 0


def test_many_values_overlap_as_their_gaussians_do() -> None:
    random = np.random.default_rng(0)
    found = overlap(random.normal(0, 1, 4000), random.normal(1, 1, 4000))
    assert found == pytest.approx(1 - erf(0.5 / sqrt(2)), abs=0.05)


def test_pieces_that_are_never_wrong_still_overlap_with_those_that_seldom_are() -> None:
    seldom = 1 - np.abs(np.random.default_rng(0).normal(0, 0.02, 100))
    assert overlap(np.ones(100), seldom) > 0.2


def test_agreement_is_the_mean_over_the_figures() -> None:
    alike, apart = (
        agreement(pieces(80, 0), pieces(60, 1)),
        agreement(pieces(80, 0), pieces(60, 1, 9)),
    )
    assert set(alike.overlaps) == set(COMPARED)
    assert alike.value == pytest.approx(np.mean(list(alike.overlaps.values())))
    assert alike.pieces == (80, 60)
    assert alike.value > 0.85 > 0.5 > apart.value
    with pytest.raises(ValueError, match="either side"):
        agreement([], pieces(3, 0))

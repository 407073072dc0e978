"""The distance between Gaussians is the one in the books."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mididraw.evaluation.measures.frechet import Gaussian, distance_between, frechet

SEEDS = st.integers(0, 2**32 - 1)


def clips(
    seed: int, count: int = 12, frames: int = 8, at: float = 0.0
) -> list[NDArray[np.float64]]:
    """Clips of five dimensions whose frames are alike."""
    random = np.random.default_rng(seed)
    return [
        at + random.normal(size=5) + 0.3 * random.normal(size=(frames, 5)) for _ in range(count)
    ]


def gaussian(seed: int, rank: int = 6) -> Gaussian:
    random = np.random.default_rng(seed)
    shape = random.normal(size=(6, rank))
    return Gaussian(random.normal(size=6), shape @ shape.T)


@given(SEEDS)
def test_axis_parallel_gaussians_have_a_closed_form(seed: int) -> None:
    random = np.random.default_rng(seed)
    means, spreads = random.normal(size=(2, 4)), random.uniform(0, 3, (2, 4))
    one, other = (Gaussian(m, np.diag(s**2)) for m, s in zip(means, spreads, strict=True))
    expected = ((means[0] - means[1]) ** 2).sum() + ((spreads[0] - spreads[1]) ** 2).sum()
    assert distance_between(one, other) == pytest.approx(expected)


@given(SEEDS)
def test_two_dimensions_have_a_closed_form(seed: int) -> None:
    """The trace of a 2 x 2 matrix's root is √(tr + 2 √det)."""
    random = np.random.default_rng(seed)
    a, b = random.normal(size=(2, 2, 2))
    one, other = (Gaussian(np.zeros(2), matrix @ matrix.T) for matrix in (a, b))
    product = one.covariance @ other.covariance
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(max(np.linalg.det(product), 0)))
    expected = np.trace(one.covariance) + np.trace(other.covariance) - 2 * root
    assert distance_between(one, other) == pytest.approx(expected, abs=1e-6)


@given(SEEDS, SEEDS)
def test_it_is_the_root_of_the_plain_product(first: int, second: int) -> None:
    """S₁ S₂ is not symmetric, but its eigenvalues are those of the symmetric product."""
    one, other = gaussian(first), gaussian(second)
    values = np.linalg.eigvals(one.covariance @ other.covariance)
    apart = one.mean - other.mean
    expected = apart @ apart + np.trace(one.covariance + other.covariance)
    expected -= 2 * np.sqrt(values.astype(complex)).real.sum()
    assert distance_between(one, other) == pytest.approx(expected, rel=1e-4, abs=1e-4)


@given(SEEDS, SEEDS, st.integers(1, 6))
def test_it_is_symmetric_not_negative_and_zero_for_the_same(
    first: int, second: int, rank: int
) -> None:
    one, other = gaussian(first, rank), gaussian(second)
    assert distance_between(one, other) >= 0
    assert distance_between(one, other) == pytest.approx(distance_between(other, one), abs=1e-5)
    assert distance_between(one, one) == pytest.approx(0, abs=1e-5)


@given(SEEDS)
def test_weights_count_points_several_times(seed: int) -> None:
    random = np.random.default_rng(seed)
    points, counts = random.normal(size=(10, 3)), random.integers(0, 4, 10)
    counts[0] += 2
    weighted = Gaussian.of(points, counts.astype(float))
    repeated = Gaussian.of(np.repeat(points, counts, axis=0))
    np.testing.assert_allclose(weighted.mean, repeated.mean, atol=1e-12)
    np.testing.assert_allclose(weighted.covariance, repeated.covariance, atol=1e-12)


@given(SEEDS)
def test_the_interval_holds_the_value(seed: int) -> None:
    found = frechet(clips(seed), clips(seed + 1, at=1.0), resamples=20)
    assert 0 <= found.low <= found.value <= found.high
    assert found.clips == (12, 12)


def test_more_clips_are_surer() -> None:
    few = frechet(clips(0, 10), clips(1, 10, at=1.0))
    many = frechet(clips(0, 160), clips(1, 160, at=1.0))
    assert many.high - many.low < (few.high - few.low) / 2


def test_frames_of_the_same_clips_make_nothing_surer() -> None:
    short = frechet(clips(0, frames=4), clips(1, frames=4, at=1.0))
    long = frechet(clips(0, frames=400), clips(1, frames=400, at=1.0))
    assert long.high - long.low > (short.high - short.low) / 2


def test_it_says_what_other_draws_of_clips_give() -> None:
    draws = [frechet(clips(s, 40), clips(s + 500, 40, at=1), resamples=0).value for s in range(200)]
    widths = [
        found.high - found.low
        for s in range(10)
        for found in [frechet(clips(s, 40), clips(s + 500, 40, at=1))]
    ]
    low, high = np.quantile(draws, (0.025, 0.975))
    assert np.mean(widths) == pytest.approx(high - low, rel=0.3)


def test_no_clips_are_refused() -> None:
    with pytest.raises(ValueError, match="either side"):
        frechet([], clips(0))
    with pytest.raises(ValueError, match="two points"):
        frechet([np.zeros((1, 5))], clips(0))

"""How far apart two sets of sounds are: the Fréchet audio distance.

Kilgour, Zuluaga, Roblek and Sharifi, "Fréchet Audio Distance", Interspeech 2019: a Gaussian is laid
through the embeddings of each set, and the distance is the squared Wasserstein distance between
the two. It is biased upwards by small samples, and more so the fewer clips there are: compare
figures of equal numbers of clips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEFT_OUT = 1e-4  # share of the variance that the interval does without
RESAMPLES = 100
"""Enough for the ends of an interval to keep still; each takes a tenth of a second."""
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Gaussian:
    """Mean, ``float64[d]``, and covariance, ``float64[d, d]``."""

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, points: NDArray[np.floating], weights: Floats | None = None) -> "Gaussian":
        """Fit points, ``[n, d]``, each counted ``weights[n]`` times (once if not given).

        Raises:
            ValueError: there are fewer than two points.
        """
        counts = np.ones(len(points)) if weights is None else weights
        total = float(counts.sum())
        if points.ndim != 2 or total < 2:
            raise ValueError("a Gaussian needs at least two points")
        mean = counts @ points / total
        centred = (points - mean) * np.sqrt(counts)[:, None]
        return cls(mean, centred.T @ centred / (total - 1))


@dataclass(frozen=True, slots=True)
class FrechetDistance:
    """A distance and how sure it is.

    Attributes:
        value: 0 or more; 0 for the same set.
        low, high: where 95 % of other draws of as many clips would lie.
        clips: the number of clips on either side.
    """

    value: float
    low: float
    high: float
    clips: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


def distance_between(one: Gaussian, other: Gaussian) -> float:
    """The squared 2-Wasserstein distance between Gaussians (Dowson and Landau 1982).

    |m₁ - m₂|² + tr S₁ + tr S₂ - 2 tr (S₁^½ S₂ S₁^½)^½. That product is symmetric and not negative,
    unlike S₁ S₂, so that singular covariances (fewer points than dimensions) do no harm.
    """
    root = _root(one.covariance)
    product = root @ other.covariance @ root
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh((product + product.T) / 2), 0)).sum()
    apart = one.mean - other.mean
    traces = np.trace(one.covariance) + np.trace(other.covariance)
    return max(float(apart @ apart + traces - 2 * shared), 0.0)


def frechet(
    one: Sequence[NDArray[np.floating]],
    other: Sequence[NDArray[np.floating]],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> FrechetDistance:
    """Measure the distance between two sets of clips.

    The interval is a bootstrap over clips, as the frames of a clip are alike. Drawing clips with
    repetition raises the distance itself, as a smaller sample does; so only the spread of the
    resampled distances is taken, about the value.

    Args:
        one: the clips' embeddings, ``[frames, d]`` each.
        other: the same of the other set.
        resamples: how often both sets are drawn again; 0 gives the value alone as interval.
        seed: of the draws.

    Raises:
        ValueError: a set is empty or has fewer than two frames in all.
    """
    if not one or not other:
        raise ValueError("a distance needs clips on either side")
    points = [np.concatenate(clips).astype(np.float64) for clips in (one, other)]
    lengths = [np.array([len(clip) for clip in clips]) for clips in (one, other)]
    value = distance_between(Gaussian.of(points[0]), Gaussian.of(points[1]))
    low = high = value
    if resamples:
        random = np.random.default_rng(seed)
        basis = _directions(np.concatenate(points))
        reduced = [side @ basis for side in points]
        drawn = np.array(
            [
                distance_between(
                    *(
                        _redrawn(side, sizes, random)
                        for side, sizes in zip(reduced, lengths, strict=True)
                    )
                )
                for _ in range(resamples)
            ]
        )
        ends = np.quantile(drawn, ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2)) - drawn.mean()
        low, high = (max(value + float(end), 0.0) for end in ends)
    return FrechetDistance(value, low, high, (len(one), len(other)))


def _redrawn(points: Floats, lengths: NDArray[np.int64], random: np.random.Generator) -> Gaussian:
    """A Gaussian through as many clips, drawn with repetition."""
    clips = len(lengths)
    counts = np.bincount(random.integers(clips, size=clips), minlength=clips)
    return Gaussian.of(points, np.repeat(counts, lengths).astype(np.float64))


def _directions(points: Floats) -> Floats:
    """The principal directions that hold all but a trifle of the variance, ``float64[d, k]``.

    Most of YAMNet's 1024 are silent for music on one instrument; without them a resample takes a
    tenth of the time.
    """
    values, vectors = np.linalg.eigh(Gaussian.of(points).covariance)
    kept = np.cumsum(np.maximum(values, 0)) > _LEFT_OUT * np.maximum(values, 0).sum()
    kept[-1] = True
    return np.asarray(vectors[:, kept])


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)

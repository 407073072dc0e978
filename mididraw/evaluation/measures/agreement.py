"""How far two sets of pieces are made alike: the overlap of the distributions of their figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mididraw.evaluation.measures.symbolic import Figures

Floats = NDArray[np.float64]

COMPARED = (
    "in_key",
    "entropy",
    "notes_per_second",
    "polyphony",
    "dissonance",
    "chords",
    "gaps",
    "on_eighths",
    "groove",
    "velocity_spread",
    "repeated",
)
"""The figures that agreement is the mean over; the share on the beats would count rhythm twice."""

_PLACES = 1000
_REACH = 4.0  # kernel widths beyond the outermost piece


@dataclass(frozen=True, slots=True)
class Agreement:
    """The overlap of each figure's distributions, 0 (apart) to 1 (the same).

    Attributes:
        overlaps: by the figure's name.
        pieces: the number of pieces on either side.
    """

    overlaps: dict[str, float]
    pieces: tuple[int, int]

    @property
    def value(self) -> float:
        """The mean overlap of the figures' distributions, 0 to 1."""
        return sum(self.overlaps.values()) / len(self.overlaps)


def agreement(one: Sequence[Figures], other: Sequence[Figures]) -> Agreement:
    """Compare two sets of pieces.

    The overlapping area is Yang and Lerch's ("On the evaluation of generative models in music",
    2020), of the figures themselves instead of the distances between pieces.

    Raises:
        ValueError: a set is empty.
    """
    if not one or not other:
        raise ValueError("agreement needs pieces on either side")
    overlaps = {
        name: overlap(
            np.array([getattr(piece, name) for piece in one], np.float64),
            np.array([getattr(piece, name) for piece in other], np.float64),
        )
        for name in COMPARED
    }
    return Agreement(overlaps, (len(one), len(other)))


def overlap(one: Floats, other: Floats) -> float:
    """The area under both of two distributions' densities, 0 to 1.

    The densities are sums of Gaussian kernels, of one width on either side: the root mean square
    of what Scott's rule (1992) gives for each. With a width of its own a set of equal values, such
    as pieces that never leave the key, would be a needle that overlaps with nothing.
    """
    width = np.sqrt((_scott(one) ** 2 + _scott(other) ** 2) / 2)
    everything = np.concatenate((one, other))
    if width <= 1e-9 * max(float(np.abs(everything).max()), 1e-9):
        return float(np.isclose(one[0], other[0]))
    places = np.linspace(
        everything.min() - _REACH * width, everything.max() + _REACH * width, _PLACES
    )
    lower = np.minimum(_density(one, places, width), _density(other, places, width))
    return float(min(lower.sum() * (places[1] - places[0]), 1.0))


def _scott(values: Floats) -> float:
    return float(values.std() * len(values) ** -0.2)


def _density(values: Floats, places: Floats, width: float) -> Floats:
    away = (places[:, None] - values) / width
    return np.asarray(np.exp(-(away**2) / 2).mean(axis=1) / (width * np.sqrt(2 * np.pi)))

"""Whether a drawing is known by its music: with the roll alone, which of many drawings is it?"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mididraw.arrays import Bools, Floats
from mididraw.canvas import Canvas
from mididraw.evaluation.measures.grid import COLUMNS, ROWS, boxed, to_grid
from mididraw.score import Score, roll

_MOST = 5


@dataclass(frozen=True, slots=True)
class Identification:
    """How often the right drawing was found.

    Attributes:
        drawings: among how many.
        top1: share of rolls to which their own drawing is the closest, 0 to 1.
        top5: share whose own drawing is among the five closest.
    """

    drawings: int
    top1: float
    top5: float


def identify(pieces: Sequence[tuple[Canvas, Score]]) -> Identification:
    """Look for every piece's drawing among those of all.

    Each piece's ``drawing`` track and each canvas's ink are stretched from their own boxes to one
    grid, as nobody who sees the roll alone knows the paper. A drawing that is only as close as
    another does not win over it.

    Raises:
        ValueError: there is no piece.
    """
    if not pieces:
        raise ValueError("no drawings to tell apart")
    distances = chamfer(
        [roll(score.drawing.notes, score.steps) > 0 for _, score in pieces],
        [canvas.ink for canvas, _ in pieces],
    )
    own = np.diag(distances)[:, None]
    closer = (distances <= own).sum(axis=1) - 1  # without the drawing itself
    return Identification(len(pieces), float((closer < 1).mean()), float((closer < _MOST).mean()))


def chamfer(ones: Sequence[Bools], others: Sequence[Bools]) -> Floats:
    """Chamfer distances (Barrow et al. 1977), each cell's mean way to the other side's nearest.

    Args:
        ones: cells, ``bool[any, any]`` each; stretched from their boxes to one grid.
        others: the same, to which the distances are.

    Returns:
        ``float32[ones, others]`` in cells of the grid, the mean of both directions. From or to
        nothing it is the grid's diagonal.
    """
    left, right = _grids(ones), _grids(others)
    there = _share(left) @ _ways(right).T
    back = _ways(left) @ _share(right).T
    far = np.float32(np.hypot(ROWS, COLUMNS))
    found = np.where(np.outer(left.any(axis=1), right.any(axis=1)), (there + back) / 2, far)
    return np.asarray(found, np.float32)


def _grids(cells: Sequence[Bools]) -> Bools:
    """``bool[n, 48 * 96]``."""
    return np.stack([to_grid(boxed(one)).ravel() for one in cells])


def _share(grids: Bools) -> Floats:
    """Each set cell's share of its grid, ``float32[n, 48 * 96]``; sums to 1."""
    return np.asarray(grids / np.maximum(grids.sum(axis=1, keepdims=True), 1), np.float32)


def _ways(grids: Bools) -> Floats:
    """From every cell the way to the nearest set one, ``float32[n, 48 * 96]``."""
    far = np.float32(np.hypot(ROWS, COLUMNS))
    return np.stack(
        [
            np.minimum(
                cv2.distanceTransform(
                    (~grid).reshape(ROWS, COLUMNS).astype(np.uint8),
                    cv2.DIST_L2,
                    cv2.DIST_MASK_PRECISE,
                ),
                far,
            ).ravel()
            for grid in grids
        ]
    )

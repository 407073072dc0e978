"""How close the piano roll is to the drawing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.canvas import Canvas
from mididraw.score import Score, roll


@dataclass(frozen=True, slots=True)
class Match:
    """Shares from 0 to 1; a cell counts as met within one row and one column.

    Attributes:
        coverage: share of the ink that lies at a note of the drawing's track.
        precision: share of that track's note cells that lie at ink.
    """

    coverage: float
    precision: float

    @property
    def f1(self) -> float:
        """Harmonic mean of coverage and precision."""
        total = self.coverage + self.precision
        return 2 * self.coverage * self.precision / total if total else 0.0


def match(canvas: Canvas, score: Score) -> Match:
    """Compare the ``drawing`` track with the canvas that it was made from.

    Notes outside of the canvas's pitch range count as strays.
    """
    low, high = canvas.pitches.low, canvas.pitches.high
    everything = roll(score.drawing.notes, canvas.steps) > 0
    notes = everything[low : high + 1]
    cells = int(everything.sum())
    met = int((notes & _reach(canvas.ink)).sum())
    ink = int(canvas.ink.sum())
    covered = int((canvas.ink & _reach(notes)).sum())
    return Match(covered / ink if ink else 0.0, met / cells if cells else 0.0)


def overlap(canvas: Canvas, score: Score) -> float:
    """Cells that are both ink and note of the drawing's track, over those that are either."""
    notes = roll(score.drawing.notes, canvas.steps) > 0
    ink = np.zeros_like(notes)
    ink[canvas.pitches.low : canvas.pitches.high + 1] = canvas.ink
    either = int((notes | ink).sum())
    return int((notes & ink).sum()) / either if either else 0.0


def _reach(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return cv2.dilate(cells.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)

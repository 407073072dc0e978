"""How close the piano roll is to the drawing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.canvas import Canvas, Placement
from mididraw.score import Score, roll

_NEAR = (5, 9)
"""Rows and steps, as a box, in which a note is near: an edge runs beside the middle of a line."""
_EDGE = 3.0
"""Pixels by which an edge can be off."""
_LEAST = 12
"""Pixels that a visible part has; what is smaller is a speck."""


@dataclass(frozen=True, slots=True)
class Match:
    """Shares from 0 to 1; a cell counts as met within one row and one column.

    Attributes:
        coverage: share of the ink that lies at a note of the drawing's track.
        precision: share of that track's note cells that lie at ink.
        lines: share of the lines that a person sees on the pictures, weighted by how strongly,
            that a note lies near.
        parts: share of what hangs together among those lines, each weighted by the root of its
            size and wholly met where half of it is near a note.
    """

    coverage: float
    precision: float
    lines: float
    parts: float

    @property
    def f1(self) -> float:
        """Harmonic mean of coverage and precision."""
        return harmonic_mean(self.coverage, self.precision)

    @property
    def likeness(self) -> float:
        """How far a person finds the picture again: harmonic mean of lines, parts and precision.

        It knows nothing of how the picture was turned into ink, so what was lost there counts.
        """
        return harmonic_mean(self.lines, self.parts, self.precision)


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
    lines, parts = _seen_again(canvas, notes)
    return Match(covered / ink if ink else 0.0, met / cells if cells else 0.0, lines, parts)


def harmonic_mean(*shares: float) -> float:
    """The harmonic mean; 0 where one share is."""
    return len(shares) / sum(1 / share for share in shares) if all(shares) else 0.0


def overlap(canvas: Canvas, score: Score) -> float:
    """Cells that are both ink and note of the drawing's track, over those that are either."""
    notes = roll(score.drawing.notes, canvas.steps) > 0
    ink = np.zeros_like(notes)
    ink[canvas.pitches.low : canvas.pitches.high + 1] = canvas.ink
    either = int((notes | ink).sum())
    return int((notes & ink).sum()) / either if either else 0.0


def _seen_again(canvas: Canvas, notes: NDArray[np.bool_]) -> tuple[float, float]:
    """The shares of visible lines and of visible parts that lie near notes; 1 where none is known.

    Args:
        canvas: what it was drawn from.
        notes: ``bool[pitches, steps]``, cells of the canvas that sound.
    """
    near = cv2.dilate(notes.astype(np.uint8), np.ones(_NEAR, np.uint8)) > 0
    found = [_of_one(place, near) for place in canvas.placements if place.visible is not None]
    seen, met, weights, met_weights = np.sum(found, axis=0) if found else (0, 0, 0, 0)
    return float(met / seen) if seen else 1.0, float(met_weights / weights) if weights else 1.0


def _of_one(place: Placement, near: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Of one picture: the strength of its lines, and that near notes; the same of its parts."""
    visible = np.zeros((1, 1), np.float32) if place.visible is None else place.visible
    height, width = visible.shape
    y, x = np.nonzero(visible)
    if not len(y):
        return 0.0, 0.0, 0.0, 0.0
    left, top, right, bottom = place.box
    across = ((x + 0.5) / width - left) / (right - left)
    down = ((y + 0.5) / height - top) / (bottom - top)
    step = np.floor(place.start + across * (place.stop - place.start)).astype(int)
    row = np.floor(place.bottom + (1 - down) * (place.top - place.bottom)).astype(int)
    # What was drawn just beside the cropped box, an edge's breadth away, counts to it.
    at_step = np.clip(step, place.start, place.stop - 1)
    at_row = np.clip(row, place.bottom, place.top - 1)
    rows_per_pixel = (place.top - place.bottom) / (bottom - top) / height
    steps_per_pixel = (place.stop - place.start) / (right - left) / width
    beside = np.abs(step - at_step) <= max(_NEAR[1] // 2, _EDGE * steps_per_pixel)
    beside &= np.abs(row - at_row) <= max(_NEAR[0] // 2, _EDGE * rows_per_pixel)
    met = near[at_row, at_step] & beside
    strength = visible[y, x]
    # Cells, not pixels: a broad line has no more of them than a thin one.
    cells = (row - row.min()) * (int(np.ptp(step)) + 1) + step - step.min()
    weight = np.zeros(int(cells.max()) + 1)
    np.maximum.at(weight, cells, strength)
    met_weight = np.zeros_like(weight)
    np.maximum.at(met_weight, cells, strength * met)
    _, labels = cv2.connectedComponents((visible > 0).astype(np.uint8))
    sizes = np.bincount(labels[y, x])[1:]
    share = np.bincount(labels[y, x], met)[1:] / np.maximum(sizes, 1)
    root = np.sqrt(sizes) * (sizes >= _LEAST)
    return (
        float(weight.sum()),
        float(met_weight.sum()),
        float(root.sum()),
        float((root * np.minimum(2 * share, 1)).sum()),
    )


def _reach(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return cv2.dilate(cells.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)

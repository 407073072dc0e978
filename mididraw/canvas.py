"""Ink on musical paper: the one place that knows how pixels become pitch and time."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.options import DrawOptions, PitchRange
from mididraw.picture.ink import Ink
from mididraw.score import STEPS_PER_BAR

STEP_ASPECT = 0.375
"""Width of a step over the height of a pitch row where a drawing keeps its proportions: a square
drawing over four octaves takes eight bars."""

MARGIN_STEPS = 2
MARGIN_ROWS = 1
MIN_BARS, MAX_BARS = 2, 32


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where one drawing lies on the canvas: its inked pixels and the box of cells they fill.

    ``top`` and ``bottom`` are rows (0 = lowest pitch, ``top`` exclusive), ``start`` and ``stop``
    steps (``stop`` exclusive).
    """

    area: NDArray[np.bool_]
    start: int
    stop: int
    bottom: int
    top: int


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """The grid that everything downstream works on: pitch rows × 16th-note steps.

    Attributes:
        ink: ``bool[pitches, steps]``; row 0 is the lowest pitch.
        weight: ``float32[pitches, steps]`` from 0 to 1, thickness or darkness of the ink.
        pitches: the pitch range of the rows.
        bars: length; ``steps == bars * 16``.
        placements: the drawings, in the order of time.
        row_per_step: how many times higher a row is than a step is wide where the drawing keeps
            its proportions.
    """

    ink: NDArray[np.bool_]
    weight: NDArray[np.float32]
    pitches: PitchRange
    bars: int
    placements: tuple[Placement, ...]
    row_per_step: float

    @property
    def steps(self) -> int:
        """Length in steps."""
        return self.bars * STEPS_PER_BAR


def runs(line: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First step and the step after the last of every run of ink in a row, ``bool[steps]``."""
    edges = np.flatnonzero(np.diff(line, prepend=False, append=False))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def lay(inks: Sequence[Ink], options: DrawOptions) -> Canvas:
    """Lay drawings on the canvas, one after the other.

    A drawing fills the pitch range and as many bars as keep its proportions, to the nearest whole
    phrase, 2 to 32; a wider one keeps them by filling fewer rows, a narrower one fewer steps.
    Where the options fix the bars, each drawing is stretched to fill that many.
    """
    if not inks:
        raise ValueError("no drawing to lay")
    parts = [_lay_one(ink, options) for ink in inks]
    offset = 0
    placements = []
    for part in parts:
        (placement,) = part.placements
        placements.append(
            Placement(
                placement.area,
                placement.start + offset,
                placement.stop + offset,
                placement.bottom,
                placement.top,
            )
        )
        offset += part.steps
    return Canvas(
        ink=np.concatenate([part.ink for part in parts], axis=1),
        weight=np.concatenate([part.weight for part in parts], axis=1),
        pitches=options.pitch_range,
        bars=sum(part.bars for part in parts),
        placements=tuple(placements),
        # One picture has one scale: the mean of the drawings', weighted by their length.
        row_per_step=sum(part.row_per_step * part.bars for part in parts)
        / sum(part.bars for part in parts),
    )


def _lay_one(ink: Ink, options: DrawOptions) -> Canvas:
    rows = options.pitch_range.high - options.pitch_range.low + 1
    height = rows - 2 * MARGIN_ROWS
    if options.bars is None:
        wanted = ink.aspect * height / STEP_ASPECT + 2 * MARGIN_STEPS
        # Odd numbers of bars only where an even one would be far off.
        unit = 1 if wanted < 5 * STEPS_PER_BAR else 2
        bars = min(max(unit * round(wanted / STEPS_PER_BAR / unit), MIN_BARS), MAX_BARS)
        width = bars * STEPS_PER_BAR - 2 * MARGIN_STEPS
        if wanted > MAX_BARS * STEPS_PER_BAR:
            height = max(round(width * STEP_ASPECT / ink.aspect), 1)
        elif wanted < MIN_BARS * STEPS_PER_BAR:
            width = max(round(ink.aspect * height / STEP_ASPECT), 1)
    else:
        bars = options.bars
        width = bars * STEPS_PER_BAR - 2 * MARGIN_STEPS
    bottom = (rows - height) // 2
    start = (bars * STEPS_PER_BAR - width) // 2
    grid = np.zeros((rows, bars * STEPS_PER_BAR), np.bool_)
    weight = np.zeros(grid.shape, np.float32)
    box = np.s_[bottom : bottom + height, start : start + width]
    grid[box], weight[box] = _cells(ink, height, width)
    return Canvas(
        ink=grid,
        weight=weight,
        pitches=options.pitch_range,
        bars=bars,
        placements=(Placement(ink.area, start, start + width, bottom, bottom + height),),
        row_per_step=width / height / ink.aspect,
    )


def _cells(ink: Ink, height: int, width: int) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Count the ink's pixels into ``[height, width]`` cells, row 0 lowest.

    A cell is inked where a stroke passes through it or a fill covers half of it.
    """
    strokes, fills, weights = _at_least(ink, height, width)
    pixels_high, pixels_wide = strokes.shape
    shape = (height, width)

    def count(
        pixels: NDArray[np.bool_], values: NDArray[np.float32] | None = None
    ) -> NDArray[np.float64]:
        y, x = np.nonzero(pixels)
        rows = height - 1 - (y * height // pixels_high)
        steps = x * width // pixels_wide
        weights = None if values is None else values[y, x]
        total = np.bincount(rows * width + steps, weights, minlength=height * width)
        return total.reshape(shape).astype(np.float64)

    stroke_hits = count(strokes)
    fill_share = count(fills) * (height * width / (pixels_high * pixels_wide))
    grid = (stroke_hits > 0) | (fill_share >= 0.5)
    played = strokes | fills
    weight = count(played, weights) / np.maximum(count(played), 1)
    return grid, np.where(grid, weight, 0).astype(np.float32)


def _at_least(
    ink: Ink, height: int, width: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float32]]:
    """Enlarge strokes, fills and weight so that there are no fewer pixels than cells.

    Without this a line that is stretched over many bars would fall into dots; it is thinned again
    so that an upright one stays narrow.
    """
    pixels_high, pixels_wide = ink.area.shape
    down, across = -(-height // pixels_high), -(-width // pixels_wide)
    if down == across == 1:
        return ink.strokes, ink.fills, ink.weight
    strokes = ink.strokes.repeat(down, axis=0).repeat(across, axis=1)
    fills = ink.fills.repeat(down, axis=0).repeat(across, axis=1)
    weight = ink.weight.repeat(down, axis=0).repeat(across, axis=1)
    # The border of the array would stop the thinning.
    padded = cv2.copyMakeBorder(strokes.astype(np.uint8) * 255, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    return cv2.ximgproc.thinning(padded)[1:-1, 1:-1] > 0, fills, weight

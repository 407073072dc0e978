"""Ink on musical paper: the one place that knows how pixels become pitch and time."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.options import MAX_BARS, DrawOptions, PitchRange
from mididraw.picture.ink import Ink
from mididraw.picture.thinning import thin
from mididraw.score import STEPS_PER_BAR

STEP_ASPECT = 0.375
"""Width of a step over the height of a pitch row where a drawing keeps its proportions: a square
drawing over four octaves takes eight bars."""

_LINE = 0.02
"""Of its longer side the shorter one of a drawing that is a line, upright or level."""
_LINE_BARS = 4

_FADE = (0.3, 0.7)
"""Of a morph's time, between these one drawing goes over into the other."""
_GONE = 0.25
"""With a smaller share a drawing is no longer there."""

MARGIN_STEPS = 2
MARGIN_ROWS = 1
MIN_BARS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where one drawing lies on the canvas: its inked pixels and the box of cells they fill.

    ``top`` and ``bottom`` are rows (0 = lowest pitch, ``top`` exclusive), ``start`` and ``stop``
    steps (``stop`` exclusive). ``box`` and ``visible`` are the :class:`Ink`'s.
    """

    area: NDArray[np.bool_]
    start: int
    stop: int
    bottom: int
    top: int
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    visible: NDArray[np.float32] | None = None

    def __eq__(self, other: object) -> bool:
        """Whether all that they hold is equal; there is no hash, for arrays have none."""
        return isinstance(other, Placement) and _equal_fields(self, other)


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
        parts: the drawings' parts, each as the cells it has, ``int[n, 2]`` of row and step; a part
            hangs together in the picture and is apart from the others there. Two may share cells.
        layers: of a morph, the whole ink of either drawing, which lie over one another,
            ``bool[pitches, steps]`` each.
    """

    ink: NDArray[np.bool_]
    weight: NDArray[np.float32]
    pitches: PitchRange
    bars: int
    placements: tuple[Placement, ...]
    row_per_step: float
    parts: tuple[NDArray[np.intp], ...] = ()
    layers: tuple[NDArray[np.bool_], ...] = ()

    def __eq__(self, other: object) -> bool:
        """Whether all that they hold is equal; there is no hash, for arrays have none."""
        return isinstance(other, Canvas) and _equal_fields(self, other)

    @property
    def steps(self) -> int:
        """Length in steps."""
        return self.bars * STEPS_PER_BAR


def _equal_fields(one: Placement | Canvas, other: Placement | Canvas) -> bool:
    return all(
        _equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)
    )


def _equal(one: Any, other: Any) -> bool:
    """Whether two fields are equal: arrays by shape and content, tuples item by item."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return type(one) is type(other) and np.array_equal(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)


def runs(line: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First step and the step after the last of every run of ink in a row, ``bool[steps]``."""
    edges = np.flatnonzero(np.diff(line, prepend=False, append=False))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def lay(inks: Sequence[Ink], options: DrawOptions) -> Canvas:
    """Lay drawings on the canvas, one after the other.

    A drawing fills the pitch range and as many bars as keep its proportions, to the nearest whole
    phrase, 2 to 32; a wider one keeps them by filling fewer rows, a narrower one is stretched to
    two bars at most twofold, so that its detail can be told apart. A line stays a line: an upright
    one is a chord, a level one a pitch of four bars.
    Where the options fix the bars, each drawing is stretched to fill that many.
    """
    if not inks:
        raise ValueError("no drawing to lay")
    parts = [_lay_one(ink, options) for ink in inks]
    offset = 0
    placements: list[Placement] = []
    cells: list[NDArray[np.intp]] = []
    for part in parts:
        cells += [own + np.array([0, offset]) for own in part.parts]
        (placement,) = part.placements
        start, stop = placement.start + offset, placement.stop + offset
        placements.append(replace(placement, start=start, stop=stop))
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
        parts=tuple(cells),
    )


def lay_over(inks: tuple[Ink, Ink], options: DrawOptions) -> Canvas:
    """Lay two drawings over one another, so that the first goes over into the second.

    Both fill the piece, which is as long as the longer one. In the middle both are there, with
    less weight; what is left of each is that much of its picture.
    """
    bars = max(_lay_one(ink, options).bars for ink in inks)
    stretched = options.model_copy(update={"bars": bars})
    layers = [_lay_one(ink, stretched) for ink in inks]
    second = morph_shares(bars * STEPS_PER_BAR)
    shares = [np.where(share < _GONE, 0, share) for share in (1 - second, second)]
    placements, cells = [], []
    for layer, share in zip(layers, shares, strict=True):
        placements.append(_cut(layer.placements[0], share > 0))
        left = [part[share[part[:, 1]] > 0] for part in layer.parts]
        cells += [part for part in left if len(part)]
    weights = [layer.weight * share for layer, share in zip(layers, shares, strict=True)]
    return Canvas(
        ink=layers[0].ink & (shares[0] > 0) | layers[1].ink & (shares[1] > 0),
        weight=np.maximum(*weights).astype(np.float32),
        pitches=options.pitch_range,
        bars=bars,
        placements=tuple(placements),
        row_per_step=(layers[0].row_per_step + layers[1].row_per_step) / 2,
        parts=tuple(cells),
        layers=tuple(layer.ink for layer in layers),
    )


def morph_shares(steps: int) -> NDArray[np.float64]:
    """The second drawing's share of each step of a morph, ``float64[steps]`` from 0 to 1."""
    return np.clip(((np.arange(steps) + 0.5) / steps - _FADE[0]) / (_FADE[1] - _FADE[0]), 0, 1)


def _cut(place: Placement, there: NDArray[np.bool_]) -> Placement:
    """Leave of a drawing's pixels those whose steps are there."""

    def steps_of(width: int, left: float, right: float) -> NDArray[np.int64]:
        across = ((np.arange(width) + 0.5) / width - left) / (right - left)
        steps = place.start + across * (place.stop - place.start)
        return np.clip(steps, 0, len(there) - 1).astype(np.int64)

    area = place.area & there[steps_of(place.area.shape[1], 0, 1)]
    visible = place.visible
    if visible is not None:
        left, _, right, _ = place.box
        visible = np.where(there[steps_of(visible.shape[1], left, right)], visible, 0)
    return replace(place, area=area, visible=visible)


def _lay_one(ink: Ink, options: DrawOptions) -> Canvas:
    rows = options.pitch_range.high - options.pitch_range.low + 1
    height = rows - 2 * MARGIN_ROWS
    if options.bars is None:
        wanted = ink.aspect * height / STEP_ASPECT + 2 * MARGIN_STEPS
        # Odd numbers of bars only where an even one would be far off.
        unit = 1 if wanted < 5 * STEPS_PER_BAR else 2
        bars = min(max(unit * round(wanted / STEPS_PER_BAR / unit), MIN_BARS), MAX_BARS)
        width = bars * STEPS_PER_BAR - 2 * MARGIN_STEPS
        if ink.aspect > 1 / _LINE:
            # A level line is one pitch, however long.
            bars, height = _LINE_BARS, 1
            width = bars * STEPS_PER_BAR - 2 * MARGIN_STEPS
        elif wanted > MAX_BARS * STEPS_PER_BAR:
            height = max(round(width * STEP_ASPECT / ink.aspect), 1)
        elif wanted < MIN_BARS * STEPS_PER_BAR:
            stretched = 1 if ink.aspect < _LINE else 2
            width = min(width, max(round(stretched * ink.aspect * height / STEP_ASPECT), 1))
    else:
        bars = options.bars
        width = bars * STEPS_PER_BAR - 2 * MARGIN_STEPS
    bottom = (rows - height) // 2
    # Music begins with the drawing.
    start = MARGIN_STEPS
    grid = np.zeros((rows, bars * STEPS_PER_BAR), np.bool_)
    weight = np.zeros(grid.shape, np.float32)
    box = np.s_[bottom : bottom + height, start : start + width]
    grid[box], weight[box], parts = _cells(ink, height, width)
    return Canvas(
        ink=grid,
        weight=weight,
        pitches=options.pitch_range,
        bars=bars,
        placements=(
            Placement(
                ink.area, start, start + width, bottom, bottom + height, ink.box, ink.visible
            ),
        ),
        row_per_step=width / height / ink.aspect,
        parts=tuple(part + np.array([bottom, start]) for part in parts),
    )


def _cells(
    ink: Ink, height: int, width: int
) -> tuple[NDArray[np.bool_], NDArray[np.float32], list[NDArray[np.intp]]]:
    """Count the ink's pixels into ``[height, width]`` cells, row 0 lowest, and tell its parts.

    A cell is inked where a stroke passes through it or a fill covers half of it; of a part that
    would have no cell so, the one that it covers most.
    """
    strokes, fills, weights = _at_least(ink, height, width)
    pixels_high, pixels_wide = strokes.shape
    played = strokes | fills
    count, labels = cv2.connectedComponents(played.astype(np.uint8), connectivity=8)
    y, x = np.nonzero(played)
    cell = (height - 1 - y * height // pixels_high) * width + x * width // pixels_wide
    part = labels[y, x] - 1

    def total(values: NDArray[np.bool_] | NDArray[np.float32]) -> NDArray[np.float64]:
        return np.bincount(cell, values, minlength=height * width).astype(np.float64)

    full = pixels_high * pixels_wide / (height * width)
    inked = (total(strokes[y, x]) > 0) | (total(fills[y, x]) >= 0.5 * full)
    weight = total(weights[y, x]) / np.maximum(total(np.ones(len(y), np.float32)), 1)
    # Each part's cells, by part and then by how much of it lies there.
    pairs, shares = np.unique(part * (height * width) + cell, return_counts=True)
    owners, cells = np.divmod(pairs, height * width)
    parts = []
    for number in range(count - 1):
        own = cells[owners == number]
        if not inked[own].any():
            inked[own[shares[owners == number].argmax()]] = True
        own = own[inked[own]]
        parts.append(np.stack(np.divmod(own, width), axis=1).astype(np.intp))
    grid = inked.reshape(height, width)
    return grid, np.where(grid, weight.reshape(height, width), 0).astype(np.float32), parts


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
    return thin(strokes), fills, weight

"""What is printed on paper to write on: rulings, squares, margins, and a binding's holes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Bools, Floats
from mididraw.picture.colour import floats
from mididraw.picture.parts import parts_of
from mididraw.picture.thinning import halved
from mididraw.picture.thinning import thin as thinned

_SIDE = 800  # of the copy in which lines are looked for
_TILT = np.deg2rad(8)  # of a sheet on its picture, at most
_SPAN = 0.6  # of the picture's breadth that a ruling has ink on
_FEWEST = 5  # rulings, or they are drawn
_REGULAR = 0.7  # of the spaces between rulings that are alike
_SPREAD = 0.45  # of the picture's height that rulings reach over
_DARKER = 1.35  # times a ruling's strength is a stroke that crosses it
_TINT = 9.0  # CIELAB units that a ruling's colour keeps within
_PIECES = 12  # of a line, in which its colour is taken
_HALF_WIDTH = 2.0  # of a ruling, in pixels of the copy, at most
_APART = 5.0  # pixels of the copy between two lines, at least

_HOLE = 0.05  # of the longer side: the longest hole
_HOLES = 8  # in a row, at least
_STRAIGHT = 0.012  # of the longer side that a hole's middle is off the row
_PAIRS = 200  # lines through two parts that are looked at
_ROW = 0.3  # of the longer side that the holes reach over


@dataclass(frozen=True, slots=True)
class _Line:
    """A level line, or nearly: ``y = height + slope * x``, in pixels."""

    height: float
    slope: float

    def distance(self, x: Floats, y: Floats) -> Floats:
        """How far points are from the line, upright."""
        return np.abs(y - self.height - self.slope * x)


def find_rulings(seen: Bools, strength: Floats, lab: Floats) -> Bools:
    """Find lines that run evenly spaced over the whole sheet, and a margin across them.

    Strokes that are clearly stronger than the rulings are none of them where they cross. Lines are
    found by Hough's transform (Duda and Hart, 1972).

    Args:
        seen: ``bool[height, width]``, the ink and, where it is told from paper, what is fainter.
        strength: ``float32[height, width]``, how far a pixel is from paper.
        lab: ``float32[height, width, 3]``, the colours in CIELAB.
    """
    none = np.zeros_like(seen)
    height, width = seen.shape
    scale = _scale(seen)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = cv2.resize(seen.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.2
    if small.mean() < 0.01 or min(small.shape) < 100:
        return none
    if not _may_be_ruled(small):
        return none
    thin = thinned(small)  # takes long, and is seldom needed
    level, upright = _long_lines(thin), _long_lines(thin.T)
    colours = floats(cv2.resize(lab, size, interpolation=cv2.INTER_AREA))
    across = _are_rulings(level, thin, colours)
    down = _are_rulings(upright, thin.T, colours.transpose(1, 0, 2))
    if not (across or down):
        return none
    if across:
        level = _completed(level, small.shape)
    if down:
        upright = _completed(upright, small.shape[::-1])
    # What runs over the whole sheet across rulings is squares or a margin.
    cut = _cut(seen, strength, lab, level, scale)
    return cut | _cut(seen.T, strength.T, lab.transpose(1, 0, 2), upright, scale).T


def without_rulings(ink: Bools, rulings: Bools) -> Bools:
    """Take rulings off the ink; strokes that are fainter than they are are mended over the gap."""
    if not (ink & rulings).any():
        return ink
    mended = _mended(ink & ~rulings, ink, max(round(6 / _scale(ink)), 3))
    return mended if mended.any() else ink


def without_holes(ink: Bools) -> Bools:
    """Drop a row of small parts of one size, evenly spaced, beside all that is drawn."""
    parts = parts_of(ink)
    side = max(ink.shape)
    small = np.flatnonzero(parts.spans <= _HOLE * side)
    small = small[small > 0]
    if not _HOLES <= len(small) <= 120:
        return ink
    row = _row(parts.centres, small, parts.sizes.astype(np.float64), side)
    if len(row) == 0 or len(row) == len(parts.sizes) - 1:
        return ink
    kept: Bools = ink & ~np.isin(parts.labels, row)
    return kept


def _scale(cells: Bools) -> float:
    """The size of the copy in which lines are looked for, of the whole one's."""
    return float(min(_SIDE / max(cells.shape), 1.0))


def _completed(lines: list[_Line], shape: tuple[int, ...]) -> list[_Line]:
    """Add the rulings that were not found, as too little of them is seen, between and beyond."""
    middle = shape[1] / 2
    found = sorted((line.height + line.slope * middle, line.slope) for line in lines)
    places, slopes = np.array(found).T
    gaps = np.diff(places)
    usual = float(np.median(gaps))
    numbers = np.concatenate([[0], np.cumsum(np.maximum(np.round(gaps / usual), 1))])
    reach = int(shape[0] / usual) + 1
    every = np.arange(-reach, int(numbers[-1]) + reach + 1)
    added = every[~np.isin(every, numbers)]
    # Beyond the outermost they go on at the usual space.
    beyond = np.minimum(added, 0) + np.maximum(added - numbers[-1], 0)
    at = np.interp(added, numbers, places) + beyond * usual
    slope = np.interp(added, numbers, slopes)
    more = [_Line(float(y - k * middle), float(k)) for y, k in zip(at, slope, strict=True)]
    return lines + more


def _may_be_ruled(ink: Bools) -> bool:
    """Whether there are enough long lines in a copy of half the size, where they are soon found."""
    cells = ink.astype(np.uint8)
    thin = ink & (cv2.morphologyEx(cells, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)) == 0)
    half = halved(thin, least=2)
    return any(len(_long_lines(way, 0.5)) >= _FEWEST for way in (half, half.T))


def _long_lines(thin: Bools, scale: float = 1.0) -> list[_Line]:
    """The nearly level lines that have ink over most of the breadth, no two alike.

    Args:
        thin: ``bool[height, width]``, the ink without what is broad.
        scale: its size, of that of the copy in which lines are looked for.
    """
    breadth = thin.shape[1]
    found = cv2.HoughLines(
        thin.astype(np.uint8),
        1,
        np.pi / 720 / scale,
        round(0.3 * breadth),
        min_theta=float(np.pi / 2 - _TILT),
        max_theta=float(np.pi / 2 + _TILT),
    )
    if found is None:
        return []
    rows, columns = np.nonzero(thin)
    y, x = floats(rows), floats(columns)
    offsets, angles = found[:, 0].T.astype(np.float64)
    heights, slopes = offsets / np.sin(angles), -1 / np.tan(angles)
    middles = heights + slopes * breadth / 2
    left = np.ones(len(middles), np.bool_)
    lines: list[_Line] = []
    while left.any():
        strongest = int(left.argmax())  # they come with the most votes first
        left &= np.abs(middles - middles[strongest]) >= _APART * scale
        line = _Line(float(heights[strongest]), float(slopes[strongest]))
        on = line.distance(x, y) < _HALF_WIDTH * scale
        if np.count_nonzero(np.bincount(columns[on])) >= _SPAN * breadth:
            # The transform's steps of angle are coarse.
            slope, level = np.polyfit(x[on], y[on], 1)
            lines.append(_Line(float(level), float(slope)))
    return lines


def _are_rulings(lines: list[_Line], thin: Bools, lab: Floats) -> bool:
    """Whether lines are many, of one colour, evenly spaced and all over the sheet."""
    if len(lines) < _FEWEST:
        return False
    y, x = np.nonzero(thin)
    points = [line.distance(floats(x), floats(y)) < _HALF_WIDTH for line in lines]
    tints = np.array([np.median(lab[y[on], x[on], 1:], axis=0) for on in points])
    of_one = np.linalg.norm(tints - np.median(tints, axis=0), axis=-1) < 2 * _TINT
    places = np.sort([line.height for line in lines])
    gaps = np.diff(places)
    usual = float(np.median(gaps))
    # A line that was not found leaves a gap of two spaces.
    spaces = np.maximum(np.round(gaps / usual), 1)
    alike = np.abs(gaps / spaces / usual - 1) < 0.2
    spread = float(places[-1] - places[0]) / thin.shape[0]
    return bool(min(alike.mean(), of_one.mean()) >= _REGULAR and spread >= _SPREAD)


def _cut(ink: Bools, strength: Floats, lab: Floats, lines: list[_Line], scale: float) -> Bools:
    """What of the ink belongs to lines, and to no stroke that is stronger or of another colour."""
    cut = np.zeros(ink.shape, np.bool_)
    y, x = np.nonzero(ink)
    at_x, at_y = floats(x * scale), floats(y * scale)
    paper = floats(np.median(lab[~ink][::16, 1:], axis=0))
    for line in lines:
        away = line.distance(at_x, at_y)
        on = np.flatnonzero(away <= _HALF_WIDTH + scale)
        if len(on) == 0:
            continue
        rows, columns = y[on], x[on]
        tint = lab[rows, columns, 1:]
        printed = _is_printed(strength[rows, columns], tint, paper, at_x[on], away[on])
        cut[rows[printed], columns[printed]] = True
    return cut


def _is_printed(
    strength: Floats, tint: Floats, paper: Floats, along: Floats, away: Floats
) -> Bools:
    """Which points along a line are as strong and of the colour that its middle has there."""
    # Strength and colour change along a line as the light does; a stroke along it is shorter.
    middle = away <= max(float(np.quantile(away, 0.3)), 0.5)
    edges = np.linspace(0, float(along.max()) + 1, _PIECES + 1)
    piece = np.digitize(along, edges) - 1
    seen = np.column_stack([strength, tint])
    parts = [seen[middle & (piece == number)] for number in range(_PIECES)]
    whole = np.median(seen[middle], axis=0)
    usual = np.array([np.median(part, axis=0) if len(part) else whole for part in parts])
    around = np.pad(usual, ((2, 2), (0, 0)), mode="edge")
    usual = np.median(np.stack([around[i : i + _PIECES] for i in range(5)]), axis=0)[piece]
    printed: Bools = strength < _DARKER * usual[:, 0]
    # At its rim a line is a blend with the paper.
    blend = np.minimum(strength / np.maximum(usual[:, 0], 1e-3), 1.0)[:, None]
    printed &= np.linalg.norm(tint - paper - blend * (usual[:, 1:] - paper), axis=-1) < _TINT
    return printed


def _mended(kept: Bools, ink: Bools, reach: int) -> Bools:
    """Join what was cut through, with ink that was there, and drop what is left of the rulings."""
    kernel = np.ones((reach, reach), np.uint8)
    closed = cv2.morphologyEx(kept.astype(np.uint8), cv2.MORPH_CLOSE, kernel) > 0
    parts = parts_of(kept | (closed & ink))
    whole = parts.spans > 0.02 * max(ink.shape)
    whole[0] = False
    return parts.cells(whole)


def _row(
    centres: NDArray[np.float64], small: NDArray[np.intp], sizes: NDArray[np.float64], side: int
) -> NDArray[np.intp]:
    """The numbers of the parts that make the longest row of holes; none where there is no row."""
    points = centres[small]
    x, y = points.T
    # How far every point is from the line through every pair.
    across, along = x[None, :] - x[:, None], y[None, :] - y[:, None]
    length = np.hypot(across, along)
    turned = across[:, :, None] * along[:, None, :] - along[:, :, None] * across[:, None, :]
    away = np.abs(turned) / np.maximum(length, 1e-9)[:, :, None]
    near = away < _STRAIGHT * side
    count = np.where(np.triu(length) >= _ROW * side, near.sum(axis=2), 0)
    for pair in np.argsort(count, axis=None)[::-1][:_PAIRS]:
        one, other = np.unravel_index(pair, count.shape)
        if count[one, other] < _HOLES:
            break
        row = np.flatnonzero(near[one, other])
        usual = float(np.median(sizes[small[row]]))
        row = row[np.abs(np.log(sizes[small[row]] / usual)) < 1.1]  # a third to three times
        if len(row) >= _HOLES and _are_holes(centres, small[row], points[one], points[other]):
            return small[row]
    return small[:0]


def _are_holes(
    centres: NDArray[np.float64],
    row: NDArray[np.intp],
    start: NDArray[np.float64],
    stop: NDArray[np.float64],
) -> bool:
    """Whether parts on a line lie evenly along it, and all others on one side of it."""
    way = (stop - start) / np.hypot(*(stop - start))
    gaps = np.diff(np.sort((centres[row] - start) @ way))
    even = np.abs(gaps / np.median(gaps) - 1) < 0.3
    others = np.delete(np.arange(1, len(centres)), row - 1)
    beside = (centres[others] - start) @ np.array([-way[1], way[0]]) > 0
    return bool(even.mean() > 0.8 and (len(others) == 0 or abs(beside.mean() - 0.5) > 0.4))

"""Ink → what is to be played: strokes one pixel thick, filled shapes or their outlines."""

import cv2
import numpy as np

from mididraw.errors import CrowdedPictureError
from mididraw.options import Shape
from mididraw.picture.ink import Ink
from mididraw.picture.paper import Bools, Floats, Sheet

LONGEST_SIDE = 640
"""The longer side of the cropped ink, in pixels."""
SHORTEST_LONG_SIDE = 320
"""Smaller drawings are enlarged to this, so that their strokes have a shape."""

_WIDEST_PEN = 0.11  # half the width of what can be a stroke, of the longer side
_FILLED = 3.0  # so many times the pen's width is a filled shape
_SMALL_FILL = 0.08  # a filled dot up to this, of the longer side, stays filled
_CROWDED = 0.6  # of a coarse grid that is ink


def extract(sheet: Sheet, shape: Shape) -> Ink:
    """Crop to the ink, thin its strokes and decide on its filled shapes.

    Strokes are thinned by Zhang and Suen's method (1984). A filled shape is what is three times
    as broad as the pen, or broader than any pen.

    Raises:
        CrowdedPictureError: the ink leaves no shape to be seen.
    """
    area, strength = _crop(sheet)
    radius = _distance(area)
    skeleton = _thin(area)
    pen = float(np.median(radius[skeleton])) if skeleton.any() else 1.0
    side = max(area.shape)
    broad = min(_WIDEST_PEN * side, max(_FILLED * pen, 0.03 * side))
    filled = _grow(_cores(radius, broad), broad + 1) & area
    outlined = filled & ~_kept(filled, shape, side)
    fills = filled & ~outlined
    if filled.any():
        # A rim as thick as the pen stays of an outlined shape; a kept one is no stroke at all.
        rim = max(min(pen, 0.02 * side), 1.5)
        skeleton = _thin(area & ~fills & ~(outlined & (radius > 2 * rim)))
    strokes = _prune(skeleton, round(min(pen, 12.0)))
    # Areas that were asked for are no crowd.
    crowd = strokes if shape is Shape.FILL else strokes | fills
    if _share_of_grid(crowd) > _CROWDED:
        raise CrowdedPictureError("The picture is nearly all ink: draw fewer or thinner lines.")
    return Ink(area, strokes, fills, _weight(strokes, fills, radius, strength))


def _crop(sheet: Sheet) -> tuple[Bools, Floats]:
    rows, columns = np.flatnonzero(sheet.ink.any(axis=1)), np.flatnonzero(sheet.ink.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    ink, strength = sheet.ink[box], sheet.strength[box]
    height, width = ink.shape
    side = max(height, width)
    target = min(max(side, SHORTEST_LONG_SIDE), LONGEST_SIDE)
    if side == target:
        return ink, strength
    size = (max(round(width * target / side), 1), max(round(height * target / side), 1))
    method = cv2.INTER_AREA if target < side else cv2.INTER_LINEAR
    # A quarter of a pixel is enough: hairlines stay whole.
    least = 0.25 if target < side else 0.5
    resized = cv2.resize(ink.astype(np.float32), size, interpolation=method) >= least
    return resized, cv2.resize(strength, size, interpolation=method).astype(np.float32)


def _distance(area: Bools) -> Floats:
    """Distance of ink to the nearest paper, in pixels; beyond the edge is paper."""
    padded = np.pad(area.astype(np.uint8), 1)
    return cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1].astype(np.float32)


def _thin(area: Bools) -> Bools:
    padded = np.pad(area.astype(np.uint8) * 255, 1)
    return cv2.ximgproc.thinning(padded)[1:-1, 1:-1] > 0


def _cores(radius: Floats, broad: float) -> Bools:
    """The insides of filled shapes, each whole also where it narrows a little."""
    inner = radius > 0.8 * broad
    count, labels = cv2.connectedComponents(inner.astype(np.uint8))
    filled = np.zeros(count, np.bool_)
    filled[labels[radius > broad]] = True
    filled[0] = False
    cores: Bools = filled[labels]
    return cores


def _grow(cells: Bools, radius: float) -> Bools:
    """Every pixel within ``radius`` of a cell."""
    if not cells.any():
        return cells
    return cv2.distanceTransform((~cells).astype(np.uint8), cv2.DIST_L2, 5) <= radius


def _kept(filled: Bools, shape: Shape, side: int) -> Bools:
    """Which filled shapes are played as areas; by themselves only dots, so that few notes do."""
    if shape is not Shape.AUTO:
        return filled if shape is Shape.FILL else np.zeros_like(filled)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(filled.astype(np.uint8))
    spans = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    small = spans <= _SMALL_FILL * side
    small[0] = False
    kept: Bools = small[labels]
    return kept


def _prune(skeleton: Bools, length: int) -> Bools:
    """Cut off spurs up to ``length`` pixels, which thinning leaves on thick strokes.

    Ends are eaten ``length`` times and then grown back along the skeleton; a part that this eats
    whole comes back whole.
    """
    if length < 3 or not skeleton.any():
        return skeleton
    kernel = np.ones((3, 3), np.uint8)
    pruned = skeleton.copy()
    for _ in range(length):
        neighbours = cv2.filter2D(
            pruned.astype(np.uint8), -1, kernel, borderType=cv2.BORDER_CONSTANT
        )
        pruned &= neighbours > 2
    neighbours = cv2.filter2D(pruned.astype(np.uint8), -1, kernel, borderType=cv2.BORDER_CONSTANT)
    tips = pruned & (neighbours <= 2)
    for _ in range(length):
        tips = (cv2.dilate(tips.astype(np.uint8), kernel) > 0) & skeleton & ~pruned
        pruned |= tips
    count, labels = cv2.connectedComponents(skeleton.astype(np.uint8))
    alive = np.zeros(count, np.bool_)
    alive[labels[pruned]] = True
    alive[0] = True
    whole: Bools = pruned | ~alive[labels]
    return whole


def _share_of_grid(played: Bools) -> float:
    """Share of the cells of a grid of 48 along the longer side that hold anything."""
    y, x = np.nonzero(played)
    cell = max(played.shape) / 48
    rows, columns = (max(int(np.ceil(length / cell)), 1) for length in played.shape)
    if rows * columns < 400:
        return 0.0  # a line, or nearly: as a whole it may well be ink
    hit = np.zeros((rows, columns), np.bool_)
    hit[
        np.minimum(y // cell, rows - 1).astype(int), np.minimum(x // cell, columns - 1).astype(int)
    ] = True
    return float(hit.mean())


def _weight(strokes: Bools, fills: Bools, radius: Floats, strength: Floats) -> Floats:
    """Thickness and darkness against the drawing's own median, 0.5 where they are the median."""
    played = strokes | fills
    weight = np.zeros(played.shape, np.float32)
    if not strokes.any():
        weight[fills] = 0.5
        return weight
    thick = np.maximum(radius, 1.0) / max(float(np.median(radius[strokes])), 1.0)
    dark = strength / max(float(np.median(strength[strokes])), 1e-3)
    # Twice as thick, or a third darker, is a quarter louder.
    value = 0.5 + 0.25 * np.log2(thick) + 0.75 * (dark - 1.0)
    weight[strokes] = np.clip(value, 0.05, 1.0)[strokes]
    weight[fills] = 0.7
    return weight

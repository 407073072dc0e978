"""Ink → what is to be played: strokes one pixel thick, filled shapes or their outlines."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Bools, Floats
from mididraw.errors import CrowdedPictureError
from mididraw.options import Shape
from mididraw.picture.areas import inner_lines
from mididraw.picture.colour import floats
from mididraw.picture.ink import Ink
from mididraw.picture.parts import Parts, parts_of
from mididraw.picture.separate import PaperSheet
from mididraw.picture.thinning import halved, thin

Box = tuple[float, float, float, float]

LONGEST_SIDE = 640
"""The longer side of the cropped ink, in pixels."""
SHORTEST_LONG_SIDE = 320
"""Smaller drawings are enlarged to this, so that their strokes have a shape."""

_WIDEST_PEN = 0.11  # half the width of what can be a stroke, of the longer side
_FILLED = 3.0  # so many times the pen's width is a filled shape
_BROAD_PEN = 6.0  # pixels: half the width from which strokes are thinned in a smaller copy
_WIDEST_INNER = 0.045  # half the width of a line in the paper's colour on a filled shape
_RIM = 0.006  # of the longer side: half the width of the rim that stays of an outlined shape
_SMALL_FILL = 0.08  # a filled dot up to this, of the longer side, stays filled
_BROAD_DOT = 0.03  # of the longer side: half the breadth from which a dot is one, whatever the pen
_ROUND = 2.2  # a dot is at most so many times as long as it is broad
_COMPACT = 0.55  # of its box that a dot covers
_CROWDED = 0.6  # of a coarse grid that is ink


def extract(sheet: PaperSheet, shape: Shape) -> Ink:
    """Crop to the ink, thin its strokes and decide on its filled shapes.

    A filled shape is what is three times as broad as the pen, broader than any pen, or round and
    broader than a dot.

    Raises:
        CrowdedPictureError: the ink leaves no shape to be seen.
    """
    area, strength, lab, box = _crop(sheet)
    radius = _distance(area)
    pen = _pen(area)
    side = max(area.shape)
    broad = min(_WIDEST_PEN * side, max(_FILLED * pen, 0.03 * side))
    parts = parts_of(area)
    _, blobs = _round_parts(parts, radius, _BROAD_DOT * side)
    filled = _filled(area, radius, broad) | blobs
    holes = _narrow_holes(area, filled, _WIDEST_INNER * side)
    if holes.any():
        area = area | holes
        radius = _distance(area)
        filled = _filled(area, radius, broad) | blobs
    drawn, fills = area, np.zeros_like(area)
    if filled.any():
        inner = inner_lines(lab, filled, radius)
        kept = _kept(filled, shape, side)
        fills = kept & ~inner.ink & ~inner.borders
        if shape is Shape.FILL and (fills & ~inner.islands).sum() > 0.5 * fills.sum():
            fills &= ~_grow(inner.islands, 4)  # an eye stays to be seen
        # A rim as thick as the pen stays of an outlined shape; a kept one is no stroke at all.
        rim = max(min(pen, _RIM * side), 1.5)
        drawn = area & ~kept & ((radius <= 2 * rim) | ~filled | inner.ink | inner.borders)
        parts = parts_of(drawn)
    if shape is Shape.AUTO:
        dots, _ = _round_parts(parts, radius, min(1.5 * pen, _BROAD_DOT * side))
        fills, drawn = fills | dots, drawn & ~dots
    skeleton = thin(drawn) if pen < _BROAD_PEN else _thin_coarsely(drawn)
    fills = fills | (drawn & parts.cells(~parts.touched(skeleton)))
    strokes = _prune(skeleton, round(min(pen, 12.0)))
    # Areas that were asked for are no crowd.
    crowd = strokes if shape is Shape.FILL else strokes | fills
    if _share_of_grid(crowd) > _CROWDED:
        raise CrowdedPictureError(
            "picture-crowded",
            "There is so much on the picture that no shape can be told: draw fewer or "
            "thinner lines.",
        )
    return Ink(area, strokes, fills, _weight(strokes, fills, radius, strength), box)


def _crop(sheet: PaperSheet) -> tuple[Bools, Floats, Floats, Box]:
    """Cut out what is drawn, at the working resolution; and where it lies on the picture."""
    rows, columns = np.flatnonzero(sheet.ink.any(axis=1)), np.flatnonzero(sheet.ink.any(axis=0))
    margin = _margin(sheet.ink, rows, columns)
    high, wide = sheet.ink.shape
    # No margin on the left: music begins with the drawing.
    top, bottom = max(int(rows[0]) - margin, 0), min(int(rows[-1]) + 1 + margin, high)
    left, right = int(columns[0]), int(columns[-1]) + 1
    box = np.s_[top:bottom, left:right]
    place = (left / wide, top / high, right / wide, bottom / high)
    ink, strength, lab = sheet.ink[box], sheet.strength[box], sheet.lab[box]
    height, width = ink.shape
    side = max(height, width)
    target = min(max(side, SHORTEST_LONG_SIDE), LONGEST_SIDE)
    if side == target:
        return ink, strength, lab, place
    size = (max(round(width * target / side), 1), max(round(height * target / side), 1))
    method = cv2.INTER_AREA if target < side else cv2.INTER_LINEAR
    # A quarter of a pixel is enough: hairlines stay whole.
    least = 0.25 if target < side else 0.5
    resized = cv2.resize(ink.astype(np.float32), size, interpolation=method) >= least
    strength = floats(cv2.resize(strength, size, interpolation=method))
    return resized, strength, floats(cv2.resize(lab, size, interpolation=method)), place


def _margin(ink: Bools, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> int:
    """How much paper is left above and below a dot that is all there is, so that it stays small."""
    high, wide = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    longer, shorter = max(high, wide), min(high, wide)
    round_dot = longer <= _ROUND * shorter and ink.sum() > _COMPACT * high * wide
    if not round_dot or longer > _SMALL_FILL * max(ink.shape):
        return 0
    return round(longer / _SMALL_FILL / 2)


def _distance(area: Bools) -> Floats:
    """Distance of ink to the nearest paper, in pixels; beyond the edge is paper."""
    padded = np.pad(area.astype(np.uint8), 1)
    return cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1].astype(np.float32)


def _pen(area: Bools) -> float:
    """Half the pen's width: how far paper is from the middle of the usual stroke, in pixels.

    Measured in a copy of half the size, as thinning takes long where areas are broad.
    """
    half = cv2.resize(area.astype(np.float32), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = half >= 0.5
    skeleton = thin(small)
    return 2 * float(np.median(_distance(small)[skeleton])) if skeleton.any() else 1.0


def _thin_coarsely(area: Bools) -> Bools:
    """Thin broad strokes in a copy of half the size, and what that leaves once more.

    Thinning takes a layer at a time, so its time grows with the breadth of what is thinned. No
    hairline is lost in the copy.
    """
    height, width = area.shape
    return thin(thin(halved(area)).repeat(2, 0).repeat(2, 1)[:height, :width] & area)


def _filled(area: Bools, radius: Floats, broad: float) -> Bools:
    """The filled shapes: what lies within reach of a place that is broad, and hangs together."""
    cores = _cores(radius, broad)
    if not cores.any():
        return cores
    reached = _grow(cores, broad + 1) & area
    count, labels = cv2.connectedComponents(reached.astype(np.uint8))
    whole = np.zeros(count, np.bool_)
    whole[labels[cores]] = True
    whole[0] = False
    filled: Bools = whole[labels]
    return filled


def _narrow_holes(area: Bools, filled: Bools, widest: float) -> Bools:
    """Lines of the paper's colour on filled shapes: gaps in them that are narrow or small."""
    if not filled.any():
        return np.zeros_like(area)
    gaps = (~area).astype(np.uint8)
    count, labels = cv2.connectedComponents(gaps, connectivity=4)
    radius = cv2.distanceTransform(gaps, cv2.DIST_L2, 3)
    broad = np.zeros(count, np.bool_)
    broad[labels[radius >= widest]] = True
    around = np.bincount(labels[_grow(area & ~filled, 2) & ~area], minlength=count)
    inside = np.bincount(labels[_grow(filled, 2) & ~area], minlength=count)
    narrow = ~broad & (around < 0.2 * inside)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        narrow[edge] = False
    narrow[0] = False
    holes: Bools = narrow[labels]
    return holes


def _cores(radius: Floats, broad: float) -> Bools:
    """The insides of filled shapes, each whole also where it narrows a little."""
    inner = radius > 0.8 * broad
    if not inner.any():
        return inner
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
    parts = parts_of(filled)
    small = parts.spans <= _SMALL_FILL * side
    small[0] = False
    return parts.cells(small)


def _round_parts(parts: Parts, radius: Floats, least: float) -> tuple[Bools, Bools]:
    """Parts as broad as they are long, and broader than a pen of half the width ``least``.

    Returns:
        the small ones, as an eye is, and the others.
    """
    wide, high = parts.boxes[:, 2:].T
    longer, shorter = np.maximum(wide, high), np.minimum(wide, high)
    compact = parts.sizes > _COMPACT * wide * high
    round_ = (longer <= _ROUND * shorter) & compact & parts.touched(radius > least)
    round_[0] = False
    small = longer <= _SMALL_FILL * max(radius.shape)
    return parts.cells(round_ & small), parts.cells(round_ & ~small)


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
        pruned &= _around(pruned) > 2
    tips = pruned & (_around(pruned) <= 2)
    for _ in range(length):
        tips = (cv2.dilate(tips.view(np.uint8), kernel) > 0) & skeleton & ~pruned
        pruned |= tips
    parts = parts_of(skeleton)
    return pruned | (skeleton & parts.cells(~parts.touched(pruned)))


def _around(cells: Bools) -> NDArray[np.uint8]:
    """How many of the nine cells at and around each are."""
    around = cv2.boxFilter(
        cells.view(np.uint8), -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray(around, np.uint8)


def _share_of_grid(played: Bools) -> float:
    """Share of the cells of a grid of 48 along the longer side that hold anything."""
    cell = max(played.shape) / 48
    rows, columns = (max(int(np.ceil(length / cell)), 1) for length in played.shape)
    if rows * columns < 400:
        return 0.0  # a line, or nearly: as a whole it may well be ink
    hit = played
    for axis, number in enumerate((rows, columns)):
        starts = np.ceil(np.arange(number) * cell).astype(int)
        hit = np.logical_or.reduceat(hit, starts[starts < played.shape[axis]], axis=axis)
    return float(hit.sum() / (rows * columns))


def _weight(strokes: Bools, fills: Bools, radius: Floats, strength: Floats) -> Floats:
    """Thickness and darkness against the drawing's own median, 0.5 where they are the median."""
    played = strokes | fills
    weight = np.zeros(played.shape, np.float32)
    if not strokes.any():
        weight[fills] = 0.5
        return weight
    radius, strength = radius[strokes], strength[strokes]
    thick = np.maximum(radius, 1.0) / max(float(np.median(radius)), 1.0)
    dark = strength / max(float(np.median(strength)), 1e-3)
    # Twice as thick, or a third darker, is a quarter louder.
    weight[strokes] = np.clip(0.5 + 0.25 * np.log2(thick) + 0.75 * (dark - 1.0), 0.05, 1.0)
    weight[fills] = 0.7
    return weight

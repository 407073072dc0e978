"""What is drawn inside filled areas: lines and dots on a ground, and the borders between grounds.

A *ground* is a broad patch of one colour. What lies on it and has neither its colour nor a blend
of two grounds' colours is ink; where two grounds of different colours meet, there is a border.
"""

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from mididraw.arrays import Bools, Floats
from mididraw.picture.colour import blurred, distance, floats, steepness
from mididraw.picture.parts import Numbers, parts_of

_COLOURS = 8  # of grounds, at most
_ONE_COLOUR = 14.0  # CIELAB units: as far as a colour spreads
_LEAST = 0.004  # of the areas' pixels that a colour needs
_FLAT = 6.0  # CIELAB units between neighbours, at most, inside a ground
_SMALL = 0.08  # of the longer side: what is smaller is a dot on a ground and no ground
_ISLAND = 0.2  # of the longer side: what is smaller is a small ground
_THIN = 0.045  # of the longer side: half the width of the broadest stroke
_LONG = 3.0  # times its width, at least, is a stroke
_SEEN = 14.0  # CIELAB units that something stands out by from its ground
_NEARBY = 5  # pixels within which a ground shines into what lies beside it
_CLOSE = 4.0  # pixels between grounds that have a border


@dataclass(frozen=True, slots=True, eq=False)
class Inner:
    """What is on filled areas, ``bool[height, width]`` each.

    Attributes:
        ink: strokes and dots on a ground.
        borders: between grounds, two pixels broad.
        islands: small grounds.
    """

    ink: Bools
    borders: Bools
    islands: Bools


def inner_lines(lab: Floats, areas: Bools, depth: Floats) -> Inner:
    """Find what is drawn inside filled areas.

    Args:
        lab: ``float32[height, width, 3]`` in CIELAB.
        areas: ``bool[height, width]``, the filled areas.
        depth: ``float32[height, width]``, how many pixels it is to the areas' outside.

    """
    nothing = np.zeros(areas.shape, np.bool_)
    inside = areas & (depth > 2)  # beyond, paper shines through
    smooth = blurred(lab, 0.6)
    flat = inside & (steepness(smooth) < _FLAT)
    palette = _palette(smooth[flat])
    if len(palette) == 0:
        return Inner(nothing, nothing, nothing)
    grounds, marks, islands = _patches(smooth, flat, palette)
    if not grounds.any():
        return Inner(nothing, nothing, nothing)
    ink = _ink(smooth, inside & (grounds == 0), grounds, palette)
    several = len(np.flatnonzero(np.bincount(grounds.ravel())[1:])) > 1
    if not several and not marks.any():
        return Inner(ink, nothing, islands)
    nearest, away = _nearest(grounds)
    ink[marks] |= distance(smooth[marks], palette[nearest[marks] - 1]) > _SEEN
    if not several:
        return Inner(ink, nothing, islands)
    borders = _borders(lab, palette, nearest, away) & inside & ~_grown(ink, 3)
    return Inner(ink, borders, islands)


def _palette(colours: Floats) -> Floats:
    """The most frequent colours, ``float32[n, 3]``, each far from the ones before."""
    found: list[Floats] = []
    if len(colours) == 0:
        return np.zeros((0, 3), np.float32)
    sample = colours[:: max(len(colours) // 20000, 1)]
    left = sample
    while len(found) < _COLOURS and len(left) >= max(_LEAST * len(sample), 4):
        bins = np.round(left / 8).astype(np.int64) @ np.array([1, 1000, 1000000])
        values, counts = np.unique(bins, return_counts=True)
        colour = floats(np.median(left[bins == values[counts.argmax()]], axis=0))
        found.append(colour)
        left = left[distance(left, colour) > _ONE_COLOUR]
    return floats(np.stack(found))


def _patches(lab: Floats, flat: Bools, palette: Floats) -> tuple[Numbers, Bools, Bools]:
    """Patches of one colour: grounds, and broad strokes or dots.

    Returns:
        the number of the colour of the ground at every pixel, from 1, and 0 where none is; where
        there is a broad stroke or dot; and where there is a small ground.
    """
    side = max(flat.shape)
    colour = np.zeros(flat.shape, np.uint8)
    least = np.full(flat.shape, 1.5 * _ONE_COLOUR, np.float32)
    for number, ground in enumerate(palette, 1):
        away = distance(lab, ground)
        colour[away < least] = number
        least = np.minimum(least, away, out=least)
    colour[~flat] = 0
    grounds = np.zeros(flat.shape, np.int32)
    marks, islands = np.zeros(flat.shape, np.bool_), np.zeros(flat.shape, np.bool_)
    for number in range(1, len(palette) + 1):
        mask = colour == number
        radius = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 3)
        parts = parts_of(mask, connectivity=4)
        span = parts.spans
        widest = parts.highest(radius)
        length = parts.sizes / np.maximum(2 * widest, 1)
        stroke = (widest < _THIN * side) & (length > _LONG * 2 * widest)
        ground = ~stroke & (span > _SMALL * side) & (widest > 2)
        mark = ~ground & (widest > 2)
        ground[0] = mark[0] = False
        grounds[parts.cells(ground)] = number
        marks |= parts.cells(mark)
        islands |= parts.cells(ground & (span < _ISLAND * side))
    return grounds, marks, islands


def _nearest(
    grounds: Numbers,
) -> tuple[Numbers, Floats]:
    """The nearest ground's number for every pixel, and how many pixels away it is."""
    away, labels = cv2.distanceTransformWithLabels(
        (grounds == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    numbers = np.zeros(int(labels.max()) + 1, np.int32)
    numbers[labels[grounds > 0]] = grounds[grounds > 0]
    return numbers[labels], floats(away)


def _ink(lab: Floats, candidates: Bools, grounds: Numbers, palette: Floats) -> Bools:
    """Where a candidate's colour is that of no ground nearby and no blend of two of them."""
    present = [number for number in np.unique(grounds) if number > 0]
    near = {number: _grown(grounds == number, _NEARBY)[candidates] for number in present}
    colours = lab[candidates]
    away = np.full(len(colours), 100.0, np.float32)
    for number in present:
        away = np.where(
            near[number], np.minimum(away, distance(colours, palette[number - 1])), away
        )
    for one, other in combinations(present, 2):
        start, way = palette[one - 1], palette[other - 1] - palette[one - 1]
        both = near[one] & near[other]
        along = np.clip((colours[both] - start) @ way / max(float(way @ way), 1e-6), 0, 1)
        blend = distance(colours[both], start + along[:, None] * way)
        away[both] = np.minimum(away[both], blend)
    strength = np.zeros(lab.shape[:2], np.float32)
    strength[candidates] = away
    # A stroke's rim is a blend of it and its ground.
    strongest = cv2.dilate(strength, np.ones((5, 5), np.uint8))
    ink: Bools = (strength > _SEEN) & (strength > 0.45 * strongest)
    return ink


def _borders(
    lab: Floats,
    palette: Floats,
    nearest: Numbers,
    away: Floats,
) -> Bools:
    """Where two grounds of different colours meet at an edge, two pixels broad."""
    colours = palette[np.maximum(nearest, 1) - 1]
    change = steepness(colours)
    # A gradual change of colour has no edge, though it falls into grounds.
    kernel, smooth = np.ones((5, 5), np.uint8), blurred(lab, 1.5)
    highest, lowest = floats(cv2.dilate(smooth, kernel)), floats(cv2.erode(smooth, kernel))
    edge = distance(highest, lowest)
    borders: Bools = (change > _SEEN) & (away < _CLOSE) & (edge > 0.5 * change)
    return borders


def _grown(cells: Bools, radius: int) -> Bools:
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    return cv2.dilate(cells.astype(np.uint8), kernel) > 0

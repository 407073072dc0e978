"""What the paper looks like at every pixel, lit as it is, and how far it reaches."""

from dataclasses import dataclass

import cv2
import numpy as np

from mididraw.arrays import Bools, Floats
from mididraw.picture.colour import blurred, distance, floats, quantile, steepness, tint_distance

_EVEN_SHARE = 0.85  # of the border that has the paper's colour in a picture under even light
_EVEN_REACH = 5.0  # CIELAB units
_SIDE = 240  # of the copy in which paper is looked for
_ROUNDS = 5
_LEAST_SHARE = 0.45  # of the picture that is paper, or there is none
_USUAL_SHARE = 0.58  # from which it is paper whatever lies on it
_TEXTURED = 0.3  # of broad things that has texture: these are photographed, not drawn
_SHADOW = 0.5  # of the paper's lightness, in its shadow
_GLARE = 1.25
_CLOSED = 5  # pixels of the copy: gaps in paper that strokes leave
_BESIDE = 0.004  # of the picture beside a sheet, at least
_SURELY_BESIDE = 0.07
_ALL_PAPER = 0.75  # of a part that looks like paper, where it is
_TINT = 9.0  # CIELAB units that shadow and camera change the paper's colour by


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """The paper of a picture.

    Attributes:
        even: whether all of it has one colour, as in a file from a drawing program.
        colour: what the paper's colour is or would be, ``float32[height, width, 3]`` in CIELAB,
            or ``float32[3]`` where it is even.
        reach: ``bool[height, width]``, where the sheet lies; all of it where it is even.
    """

    even: bool
    colour: Floats
    reach: Bools


def find_paper(lab: Floats) -> Paper | None:
    """Find the paper.

    It has the border's colour where most of the border has one. Else it is the largest smooth part
    of the picture and what looks like it but for light: its colour is a surface of second order,
    fitted again and again to the pixels that lie near it, and shadows of it count.

    Returns:
        the paper, or None where too little looks like any.
    """
    border = _border(lab)
    middle = np.median(border, axis=0).astype(np.float32)
    if (distance(border, middle) < _EVEN_REACH).mean() >= _EVEN_SHARE:
        return Paper(even=True, colour=middle, reach=np.ones(lab.shape[:2], np.bool_))
    return _under_uneven_light(lab)


def most_frequent(colours: Floats) -> Floats:
    """The centre of the fullest of bins that are ten units wide, of ``float32[n, 3]``."""
    bins = np.round(colours / 10).astype(np.int64)
    codes = (bins[:, 0] * 64 + bins[:, 1] + 32) * 64 + bins[:, 2] + 32
    values, counts = np.unique(codes, return_counts=True)
    fullest: Floats = np.median(colours[codes == values[counts.argmax()]], axis=0)
    return fullest.astype(np.float32)


def _border(lab: Floats) -> Floats:
    """The pixels of a frame of 2 % of the picture, ``float32[n, 3]``."""
    height, width = lab.shape[:2]
    edge = max(round(0.02 * min(height, width)), 1)
    sides = (lab[:edge], lab[-edge:], lab[:, :edge], lab[:, -edge:])
    return np.concatenate([side.reshape(-1, 3) for side in sides])


def _under_uneven_light(lab: Floats) -> Paper | None:
    height, width = lab.shape[:2]
    scale = max(max(height, width) / _SIDE, 1.0)
    size = (max(round(width / scale), 1), max(round(height / scale), 1))
    small = blurred(floats(cv2.resize(lab, size, interpolation=cv2.INTER_AREA)), 0.8)
    like, surface = _fit(small)
    reach = _hull(like)
    share = float(like.mean())
    if share < _LEAST_SHARE or (share < _USUAL_SHARE and _has_texture(small, reach & ~like)):
        return None
    full = cv2.resize(reach.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return Paper(even=False, colour=_surface(surface, height, width), reach=full > 0)


def _fit(lab: Floats) -> tuple[Bools, Floats]:
    """Where paper is seen, and the factors of its colour's surface, ``float32[6, 3]``."""
    sampled = np.s_[::2, ::2]  # a surface of second order needs no more
    terms = _terms(*(places[sampled] for places in _places(*lab.shape[:2])))
    colours = lab[sampled].reshape(-1, 3)
    chosen = _smooth_and_alike(lab)[sampled].ravel()
    for _ in range(_ROUNDS):
        if not chosen.any():
            chosen = np.ones_like(chosen)
        places = np.flatnonzero(chosen)
        seen = terms.take(places, axis=0)
        factors = floats(np.linalg.pinv(seen.T @ seen) @ (seen.T @ colours.take(places, axis=0)))
        away = distance(colours, floats(terms @ factors))
        near = quantile(away.take(places), 0.5)
        chosen = away < max(4.5 * near, 6.0)
    return looks_like(lab, _surface(factors, *lab.shape[:2])), factors


def looks_like(lab: Floats, paper: Floats) -> Bools:
    """Where a picture shows paper of a colour, also in shadow or glare."""
    light = floats(lab[..., 0] / np.maximum(paper[..., 0], 1.0))
    tint = tint_distance(lab, paper, light)
    lit: Bools = (light > _SHADOW) & (light < _GLARE) & (tint < _TINT)
    return lit


def _has_texture(lab: Floats, things: Bools) -> bool:
    """Whether what is on the paper is broad and uneven in itself."""
    inside = things & (cv2.distanceTransform(things.astype(np.uint8), cv2.DIST_L2, 3) > 5)
    uneven = steepness(blurred(lab, 0.7))[inside] > 4.0
    return bool(inside.mean() > 0.02 and uneven.mean() > _TEXTURED)


def _smooth_and_alike(lab: Floats) -> Bools:
    """The largest part without edges, of two alike the lighter one; and what else looks like it.

    Rulings cut the paper into strips; a surface fitted to one strip would be wrong far from it.
    """
    steps = np.zeros(lab.shape[:2], np.float32)
    steps[:, 1:] += distance(lab[:, 1:], lab[:, :-1])
    steps[1:] += distance(lab[1:], lab[:-1])
    smooth = steps < max(2.5 * float(np.median(steps)), 1.5)
    count, labels = cv2.connectedComponents(smooth.astype(np.uint8), connectivity=4)
    sizes = np.bincount(labels.ravel(), minlength=count).astype(np.float64)
    light = np.bincount(labels.ravel(), lab[..., 0].ravel(), minlength=count)
    score = sizes + light / 100
    score[0] = 0
    places = np.flatnonzero(labels == score.argmax())
    largest = np.median(lab.reshape(-1, 3).take(places, axis=0), axis=0).astype(np.float32)
    return smooth & looks_like(lab, largest)


def _hull(like: Bools) -> Bools:
    """The sheet: what is framed by its largest part; all where nothing else is beside it.

    Args:
        like: ``bool[height, width]``, where paper is seen.
    """
    # Beyond the picture is no paper, or closing would stretch the sheet along the picture's edge.
    framed = np.pad(like.astype(np.uint8), _CLOSED)
    closed = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((_CLOSED, _CLOSED), np.uint8))
    closed = np.ascontiguousarray(closed[_CLOSED:-_CLOSED, _CLOSED:-_CLOSED])
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return np.ones(like.shape, np.bool_)
    hull = np.zeros(like.shape, np.uint8)
    points = cv2.convexHull(max(contours, key=cv2.contourArea))
    cv2.fillConvexPoly(hull, points, 1)
    if not _is_beside(like, hull > 0):
        return np.ones(like.shape, np.bool_)
    # The sheet's own edge, blurred and in shade, is none of the drawing. Where it leaves the
    # picture at a small angle, what is beside it is too thin to be seen, so it goes on straight.
    rim = max(round(0.012 * max(like.shape)), 2)
    last = np.array(like.shape[::-1]) - 1
    for start, stop in zip(points[:, 0], np.roll(points[:, 0], -1, axis=0), strict=True):
        if not ((start == stop) & ((start == 0) | (start == last))).any():
            way = (stop - start) / np.hypot(*(stop - start)) * max(like.shape)
            before, after = np.round([start - way, stop + way]).astype(int).tolist()
            cv2.line(hull, before, after, 0, 2 * rim - 1)
    return hull > 0


def _is_beside(like: Bools, sheet: Bools) -> bool:
    """Whether what lies beside a sheet is something else, and not drawn at its corners.

    Strokes leave paper to be seen between them and the picture's edge, and a filled shape, as a sun
    in the corner, goes on within the sheet.
    """
    beside = ~sheet
    if beside.mean() >= _SURELY_BESIDE:
        return True
    within = cv2.dilate(beside.view(np.uint8), np.ones((9, 9), np.uint8)) > beside
    if beside.mean() <= _BESIDE or not within.any():
        return False
    return bool(like[beside].mean() < 1 - _ALL_PAPER and like[within].mean() > _ALL_PAPER)


def _places(height: int, width: int) -> tuple[Floats, Floats]:
    """Places down and across a picture, each from -1 to 1: ``[height, 1]`` and ``[1, width]``."""
    y, x = np.linspace(-1, 1, height), np.linspace(-1, 1, width)
    return floats(y)[:, None], floats(x)[None]


def _terms(down: Floats, across: Floats) -> Floats:
    """The terms of a surface of second order, ``float32[height * width, 6]``."""
    y, x = (places.ravel() for places in np.broadcast_arrays(down, across))
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _surface(factors: Floats, height: int, width: int) -> Floats:
    """The surface that has these factors, a row per term: ``float32[height, width, 3]``.

    In memory one channel comes after the other, so that each is had without a copy.
    """
    down, across = _places(height, width)
    y, x = down.ravel(), across.reshape(-1, 1)
    level, by_x, by_y, by_xx, by_xy, by_yy = factors
    rows = np.stack([np.ones_like(y), y, y * y], axis=1)
    columns = np.stack([level + x * (by_x + by_xx * x), by_y + by_xy * x, by_yy + 0 * x])
    return np.moveaxis(floats(rows @ columns.transpose(2, 0, 1)), 0, -1)

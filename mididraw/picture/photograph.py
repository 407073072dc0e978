"""A photograph → its main lines, as someone who draws it after would put down."""

import cv2
import numpy as np

from mididraw.arrays import Bools, Floats
from mididraw.picture.colour import blurred, channel, floats, gradient, quantile, slopes
from mididraw.picture.parts import parts_of

_SIDE = 360  # of the copy that lines are drawn in: finer ones have no place in a piece of music
_NARROW = 1.4  # of the difference of Gaussians, in pixels of the copy
_WIDE = 1.6  # times the narrow one
_ABOVE = 2.5  # times the usual response: noise has no such crest
_CLEAR = 2.5  # CIELAB units a pixel that the response has where a line is clear
_FLOW = 2.5  # over which the lines' direction is smoothed
_SIGN = np.uint32(1 << 31)  # the bit of a single float
_ALONG = 7  # steps along a line, to both sides, over which it is averaged
_STRONG = 0.91  # quantile of the response from which a line is begun
_WEAK = 0.83  # and to which it goes on
_SHORTEST = 0.07  # of the longer side


def line_drawing(lab: Floats) -> tuple[Bools, Floats]:
    """Draw the main lines of a photograph.

    A flow-guided difference of Gaussians (Kang, Lee and Chui, "Coherent line drawing", 2007), the
    flow taken from the smoothed structure tensor (Kyprianidis and Kang, 2011), over a picture that
    was levelled between its edges; lines that are weak or short are left out.

    Args:
        lab: ``float32[height, width, 3]`` in CIELAB.

    Returns:
        where there is a line, and how strong it is from 0 to 1, both ``[height, width]``.
    """
    height, width = lab.shape[:2]
    scale = max(max(height, width) / _SIDE, 1.0)
    size = (max(round(width / scale), 1), max(round(height / scale), 1))
    small = floats(cv2.resize(lab, size, interpolation=cv2.INTER_AREA))
    for _ in range(3):
        small = floats(cv2.bilateralFilter(small, 5, 12.0, 4.0))
    response = _along(_edges(small), _tangents(small))
    lines = _main_lines(response)
    response /= max(float(response.max()), 1e-6)
    response[~lines] = 0
    grown = cv2.resize(lines.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return grown > 0.5, floats(cv2.resize(response, (width, height)))


def _tangents(lab: Floats) -> tuple[Floats, Floats]:
    """The direction along the edges, of unit length: x and y, ``float32[height, width]`` each."""
    # Of the structure tensor, xx - yy and 2xy: the direction across, at twice its angle.
    level, diagonal = np.zeros((2, *lab.shape[:2]), np.float32)
    for x, y in slopes(lab):
        cv2.accumulateProduct(x + y, x - y, level)
        cv2.accumulateProduct(x, 2 * y, diagonal)
    level, diagonal = blurred(level, _FLOW), blurred(diagonal, _FLOW)
    cosine = level / np.maximum(cv2.magnitude(level, diagonal), 1e-12)
    # Half of the angle, without an angle, which takes ten times as long.
    sine, cosine = (np.sqrt(np.maximum(1 + cosine * way, 0) / 2) for way in (-1, 1))
    return floats(-np.copysign(sine, diagonal)), floats(cosine)


def _edges(lab: Floats) -> Floats:
    """How much an edge or a line of any colour is here: the gradient and the darkness of a line."""
    light = channel(lab, 0)
    line = np.maximum(blurred(light, _NARROW * _WIDE) - blurred(light, _NARROW), 0)
    return floats(cv2.scaleAdd(line, 0.5, gradient(lab, _NARROW)))


def _along(edges: Floats, tangents: tuple[Floats, Floats]) -> Floats:
    """Average along the flow, so that broken edges join and specks fade."""
    height, width = edges.shape
    total, weights = edges.copy(), 1.0
    for side in (1.0, -1.0):
        at_x = np.arange(width, dtype=np.float32)[None].repeat(height, 0)
        at_y = np.arange(height, dtype=np.float32)[:, None].repeat(width, 1)
        way_x, way_y = (np.float32(side) * part for part in tangents)
        for step in range(1, _ALONG + 1):
            at_x += way_x
            at_y += way_y
            weight = float(np.exp(-0.5 * (2.0 * step / _ALONG) ** 2))
            there = cv2.remap(edges, at_x, at_y, cv2.INTER_LINEAR)
            cv2.scaleAdd(there, weight, total, total)
            weights += weight
            if step == _ALONG:
                break
            ahead_x, ahead_y = (
                floats(cv2.remap(part, at_x, at_y, cv2.INTER_NEAREST)) for part in tangents
            )
            # A direction has two ends; go on, do not turn back.
            way_x *= ahead_x
            way_y *= ahead_y
            way_x += way_y
            back = way_x.view(np.uint32) & _SIGN
            way_x, way_y = (
                (ahead.view(np.uint32) ^ back).view(np.float32) for ahead in (ahead_x, ahead_y)
            )
    total /= weights
    return total


def _main_lines(response: Floats) -> Bools:
    """The crests of the response, with hysteresis, as lines two pixels broad; none is short."""
    crest = response >= 0.92 * cv2.dilate(response, np.ones((3, 3), np.uint8))
    usual, begun, strong = (quantile(response, share) for share in (0.5, _WEAK, _STRONG))
    weak = crest & (response > begun)
    parts = parts_of(cv2.dilate(weak.view(np.uint8), np.ones((2, 2), np.uint8)) > 0)
    strong = max(strong, _ABOVE * usual, _CLEAR)
    kept = (parts.highest(response) > strong) & (parts.spans > _SHORTEST * max(response.shape))
    kept[0] = False
    return parts.cells(kept)

"""What is on a picture and is no drawing: dust, frames, lines along the edge, an app's bars."""

import cv2
import numpy as np

from mididraw.arrays import Bools, Floats
from mididraw.picture.colour import distance
from mididraw.picture.parts import parts_of

_EDGE = 0.01  # of the shorter side: how thick a line along the edge may be that is no drawing
_BAR = 0.25  # of the height: how far a bar reaches into a screen
_PHONE = (1.5, 2.4)  # times as high as broad are screens of phones
_CARD = 0.93  # of its box that a card fills
_LONG = 0.3  # of the side that it runs along, at least


def without_specks(ink: Bools, share: float = 0.0002, clear: Bools | None = None) -> Bools:
    """Drop what is smaller than a share of all the ink: dust, noise, artefacts.

    Args:
        ink: ``bool[height, width]``.
        share: of all the ink that is left.
        clear: ``bool[height, width]``; where given, parts with none of it are dropped first.
    """
    parts = parts_of(ink)
    areas = parts.sizes.astype(np.int64)
    areas[0] = 0
    if len(areas) <= 1:
        return ink
    if clear is not None:
        areas[~parts.touched(clear)] = 0
    return parts.cells(areas >= max(share * areas.sum(), 1))


def without_edge_lines(ink: Bools) -> Bools:
    """Drop thin lines and frames along the very edge, which screenshots and scans leave behind."""
    reach = max(round(_EDGE * min(ink.shape)), 2)
    along = [side.any(axis=0) for way in (ink, ink.T) for side in (way[:reach], way[-reach:])]
    if not any(side.mean() > _LONG for side in along):
        return ink
    parts = parts_of(ink)
    if len(parts.sizes) <= 2:
        return ink
    height, width = ink.shape
    left, top, wide, high = parts.boxes.T
    line = (wide <= reach) & ((left == 0) | (left + wide == width)) & (high > _LONG * height)
    line |= (high <= reach) & ((top == 0) | (top + high == height)) & (wide > _LONG * width)
    # A frame is as large as the picture, but none of it lies further in.
    frame = (wide == width) & (high == height)
    if frame[1:].any():
        frame[parts.labels[reach:-reach, reach:-reach]] = False
    line |= frame
    line[0] = False
    if not line.any():
        return ink
    kept: Bools = ink & ~parts.cells(line)
    return kept if kept.any() else ink


def without_bars(ink: Bools, lab: Floats) -> Bools:
    """Drop an app's bars, above and below a drawing, from a phone's screenshot.

    A bar ends where the whole breadth changes its colour from one row to the next.
    """
    height, width = ink.shape
    if not _PHONE[0] <= height / width <= _PHONE[1]:
        return ink
    change = (distance(lab[1:], lab[:-1]) > 1.0).mean(axis=1) > 0.95
    edges = np.flatnonzero(change) + 1
    above, below = edges[edges < _BAR * height], edges[edges > (1 - _BAR) * height]
    top = int(above.max()) if len(above) else 0
    bottom = int(below.min()) if len(below) else height
    kept = np.zeros_like(ink)
    kept[top:bottom] = ink[top:bottom]
    return kept if kept.any() else ink


def is_card(cells: Bools) -> bool:
    """Whether cells fill their box, but for a little at its corners and what is drawn on them."""
    contours, _ = cv2.findContours(cells.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return False
    largest = max(contours, key=cv2.contourArea)
    (_, (wide, high), _) = cv2.minAreaRect(largest)
    return bool(cv2.contourArea(largest) > _CARD * wide * high)


def without_frame(ink: Bools) -> Bools:
    """Drop what touches all four sides of the picture."""
    _, labels = cv2.connectedComponents(ink.astype(np.uint8))
    sides = [set(side.tolist()) for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1])]
    frame = set.intersection(*sides) - {0}
    return ink & ~np.isin(labels, list(frame))

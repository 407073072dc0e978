"""Image → what is ink and what is paper."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mididraw.errors import BlankPictureError

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

_FULL = 100.0  # CIELAB distance of black from white
_FAINTEST = 0.06  # contrast of ink that is still told from paper, 0 to 1
_EVEN_SHARE = 0.85  # of the border that has the paper's colour in a picture under even light
_EVEN_REACH = 0.05
_EDGE = 0.01  # of the shorter side: how thick a line along the edge may be that is no drawing
_LONG = 0.3  # of the side that it runs along, at least
_BROADEST = 0.1  # of the longer side: the broadest line that a photo shows
_MOSTLY = 0.5  # ink that covers more than this is suspected to be the paper


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A picture told into ink and paper, arrays ``[height, width]``.

    Attributes:
        ink: ``bool``, where there is ink.
        strength: ``float32`` from 0 to 1, how far the pixel is from paper.
    """

    ink: Bools
    strength: Floats


def separate(image: Image.Image, *, invert: bool = False) -> Sheet:
    """Tell ink from paper in an image of mode ``L``, ``RGB`` or ``RGBA``.

    On transparency, ink is what is opaque. Else paper is the colour of the border, or the most
    frequent colour where the border's would make most of the picture ink (a frame); ink is what
    is far from it in CIELAB. Under uneven light, as in a photo, paper is estimated locally.

    Raises:
        BlankPictureError: there is no ink.
    """
    sheet = _separate(image)
    sheet = Sheet(_without_edge_lines(sheet.ink), sheet.strength)
    if invert:
        sheet = Sheet(~sheet.ink, np.maximum(1 - sheet.strength, 0.5))
    if not sheet.ink.any():
        raise BlankPictureError(
            "Nothing is drawn on the picture: draw something and send it again."
        )
    return sheet


def _separate(image: Image.Image) -> Sheet:
    if image.mode == "RGBA":
        alpha = np.asarray(image.getchannel("A"))
        opaque = alpha >= 128
        if not opaque.any():
            raise BlankPictureError("The picture is wholly transparent: draw something on it.")
        if _is_ink(opaque, image):
            return Sheet(opaque, (alpha / 255).astype(np.float32))
        colour = np.median(np.asarray(image.convert("RGB"))[opaque], axis=0)
        ground = Image.new("RGBA", image.size, (*(int(c) for c in colour), 255))
        image = Image.alpha_composite(ground, image).convert("RGB")
    lab = _lab(image)
    border = _border(lab)
    paper = np.median(border, axis=0).astype(np.float32)
    away = np.linalg.norm(border - paper, axis=1) / _FULL
    if (away < _EVEN_REACH).mean() < _EVEN_SHARE:
        return _under_uneven_light(lab[..., 0])
    sheet = _on_even_paper(lab, paper)
    if sheet.ink.mean() > _MOSTLY:
        other = _on_even_paper(lab, _most_frequent(lab[sheet.ink]))
        inner = Sheet(_without_frame(other.ink), other.strength)
        if 0 < inner.ink.mean() < _MOSTLY:
            return inner
    return sheet


def _is_ink(opaque: Bools, image: Image.Image) -> bool:
    """Whether what is opaque is the ink, and not a sheet of paper with ink on it."""
    if opaque.mean() > 0.97:
        return False
    y, x = np.nonzero(opaque)
    box = (np.ptp(y) + 1) * (np.ptp(x) + 1)
    if len(y) < 0.8 * box:
        return True
    lightness = np.asarray(image.convert("L"))[opaque]
    return bool(np.ptp(np.percentile(lightness, (0.5, 99.5))) < 40)


def _lab(image: Image.Image) -> Floats:
    """CIELAB, ``float32[height, width, 3]``, lightness 0 to 100."""
    pixels = np.asarray(image)
    if pixels.ndim == 2:
        lightness = pixels.astype(np.float32) * (100 / 255)
        return np.dstack([lightness, np.zeros_like(lightness), np.zeros_like(lightness)])
    # Of 8 bits, where lightness goes to 255 and the colours' zero is 128.
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab -= np.array([0, 128, 128], np.float32)
    lab *= np.array([100 / 255, 1, 1], np.float32)
    return lab


def _border(lab: Floats) -> Floats:
    """The pixels of a frame of 2 % of the picture, ``float32[n, 3]``."""
    height, width = lab.shape[:2]
    edge = max(round(0.02 * min(height, width)), 1)
    sides = (lab[:edge], lab[-edge:], lab[:, :edge], lab[:, -edge:])
    return np.concatenate([side.reshape(-1, 3) for side in sides])


def _most_frequent(colours: Floats) -> Floats:
    """The centre of the fullest of bins that are ten units wide."""
    bins = np.round(colours / 10).astype(np.int64)
    codes = (bins[:, 0] * 64 + bins[:, 1] + 32) * 64 + bins[:, 2] + 32
    values, counts = np.unique(codes, return_counts=True)
    fullest: Floats = np.median(colours[codes == values[counts.argmax()]], axis=0)
    return fullest.astype(np.float32)


def _on_even_paper(lab: Floats, paper: Floats) -> Sheet:
    away = np.linalg.norm(lab - paper, axis=2) / _FULL
    strength = np.minimum(away, 1.0).astype(np.float32)
    strongest = _strongest(strength)
    if strongest < _FAINTEST:
        return Sheet(np.zeros(strength.shape, np.bool_), strength)
    # Low, so that hairlines and faint strokes beside dark ones stay.
    threshold = min(max(0.35 * strongest, 0.04), 0.15)
    return Sheet(_without_specks(strength > threshold), strength)


def _under_uneven_light(lightness: Floats) -> Sheet:
    """Tell ink by its contrast with the paper around it.

    The paper is a wide median of the picture, and no lighter than its closing; the threshold
    follows the noise, and a stroke needs one clearly dark place (hysteresis, as in Canny 1986).
    """
    height, width = lightness.shape
    smooth = cv2.GaussianBlur(lightness, (0, 0), 1.0).astype(np.float32, copy=False)
    scale = max(max(height, width) / 320, 1.0)
    size = (max(round(width / scale), 1), max(round(height / scale), 1))
    small = cv2.resize(np.round(smooth * 2.55).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    around = cv2.medianBlur(small, 41)
    paper = cv2.resize(around, (width, height), interpolation=cv2.INTER_LINEAR) / np.float32(2.55)
    # Closing keeps a shadow's edge where it is, which the wide median does not (black hat).
    lights = np.minimum(paper, _morphed(smooth, cv2.MORPH_CLOSE))
    darks = np.maximum(paper, _morphed(smooth, cv2.MORPH_OPEN))
    darker = (paper - smooth) / np.maximum(paper, 12.0)
    strengths = [
        np.maximum(side / np.maximum(paper, 12.0), 0.0).astype(np.float32)
        for side in (lights - smooth, smooth - darks)
    ]
    noise = 1.4826 * float(np.median(np.abs(darker - np.median(darker))))
    low = max(4 * noise, 0.05)
    # Ink is what stands out more: darker than the paper, or chalk on a board.
    strength = max(strengths, key=lambda side: float(side[side > low].sum()))
    strongest = _strongest(strength)
    if strongest < max(_FAINTEST, 6 * noise):
        return Sheet(np.zeros(strength.shape, np.bool_), strength)
    low = max(low, 0.3 * strongest)
    count, labels = cv2.connectedComponents((strength > low).astype(np.uint8))
    peaks = np.zeros(count, np.float32)
    np.maximum.at(peaks, labels.ravel(), strength.ravel())
    peaks[0] = 0.0
    ink = (peaks > 0.6 * strongest)[labels]
    return Sheet(_without_specks(ink, 0.002), np.minimum(strength, 1.0))


def _morphed(lightness: Floats, operation: int) -> Floats:
    """Close or open with a square as wide as the broadest line, the edge's pixels going on."""
    size = max(round(_BROADEST * max(lightness.shape)), 3) | 1  # odd: it has a middle
    padded = cv2.copyMakeBorder(lightness, size, size, size, size, cv2.BORDER_REPLICATE)
    morphed = cv2.morphologyEx(padded, operation, np.ones((size, size), np.uint8))
    return morphed[size:-size, size:-size].astype(np.float32, copy=False)


def _strongest(strength: Floats) -> float:
    """The contrast that the darkest thousandth reaches, at least 4 pixels and 40 at most.

    Of a large sheet with a small drawing, a thousandth would be paper.
    """
    values = strength.ravel()
    place = min(max(len(values) // 1000, 4), 40)
    return float(np.partition(values, -min(place, len(values)))[-min(place, len(values))])


def _without_specks(ink: Bools, share: float = 0.0002) -> Bools:
    """Drop what is smaller than a share of all the ink: dust, noise, artefacts."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    areas[0] = 0
    if count <= 1:
        return ink
    kept: Bools = (areas >= max(share * areas.sum(), 1))[labels]
    return kept


def _without_edge_lines(ink: Bools) -> Bools:
    """Drop thin lines and frames along the very edge, which screenshots and scans leave behind."""
    reach = max(round(_EDGE * min(ink.shape)), 2)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    if count <= 2:
        return ink
    height, width = ink.shape
    left, top, wide, high = stats[:, :4].T
    line = (wide <= reach) & ((left == 0) | (left + wide == width)) & (high > _LONG * height)
    line |= (high <= reach) & ((top == 0) | (top + high == height)) & (wide > _LONG * width)
    # A frame is as large as the picture, but none of it lies further in.
    inner = np.unique(labels[reach:-reach, reach:-reach]) if min(ink.shape) > 2 * reach else 0
    frame = (wide == width) & (high == height)
    frame[inner] = False
    line |= frame
    line[0] = False
    if not line.any():
        return ink
    kept: Bools = ink & ~line[labels]
    return kept if kept.any() else ink


def _without_frame(ink: Bools) -> Bools:
    """Drop what touches all four sides of the picture."""
    _, labels = cv2.connectedComponents(ink.astype(np.uint8))
    sides = [set(side.tolist()) for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1])]
    frame = set.intersection(*sides) - {0}
    return ink & ~np.isin(labels, list(frame))

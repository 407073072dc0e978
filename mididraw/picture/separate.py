"""Image → what stands out from its paper."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from mididraw.arrays import Bools, Floats
from mididraw.errors import BlankPictureError
from mididraw.picture.clutter import (
    is_card,
    without_bars,
    without_edge_lines,
    without_frame,
    without_specks,
)
from mididraw.picture.colour import (
    PALE,
    channel,
    distance,
    floats,
    highest,
    quantile,
    tint_distance,
    to_lab,
    without_transparency,
)
from mididraw.picture.paper import Paper, find_paper, looks_like, most_frequent
from mididraw.picture.photograph import line_drawing
from mididraw.picture.rulings import find_rulings, without_holes, without_rulings

_FULL = 100.0  # CIELAB distance of black from white
_FAINTEST = 0.06  # contrast of ink that is still told from paper, 0 to 1
_FAINTEST_SEEN = 0.02  # contrast of rulings, which are long
_VIVID = 60.0  # CIELAB distance between colours that stands out as black from white does
_BROADEST = 0.1  # of the longer side: the broadest line whose paper is looked for beside it
_DARK = 0.5  # of the paper's lightness: what is darker over a broad area is no shadow
_LIT = 1.4  # of the paper's lightness: what is lighter is no lamp's light
_OUTSTANDING = 11.0  # times the noise that there is ink
_SPARSE = 3  # every such row's every such pixel tells a board from paper
_PER_UNIT = 640  # steps of lightness, which goes to 100, in 16 bits
_EVERY = 7  # of how many pixels one is looked at for the noise
_FRINGE = 0.004  # of the longer side: how far colours are smeared
_FEWEST_LINES = 0.02  # of a photograph's pixels, or it shows nothing clear
_COVERED = 0.1  # of the picture that is no paper: where that is no ink, it is a photograph
_MOSTLY = 0.5  # ink that covers more than this is suspected to be the paper


@dataclass(frozen=True, slots=True, eq=False)
class PaperSheet:
    """A picture told into ink and paper, arrays ``[height, width]``.

    Attributes:
        ink: ``bool``, where there is ink.
        strength: ``float32`` from 0 to 1, how far the pixel is from paper.
        lab: ``float32[height, width, 3]``, the pixels' colours in CIELAB.
        rulings: ``bool``, what is printed on the paper, which was taken off the ink; None of a
            photograph without paper, where evenly spaced lines are what it shows.
        reach: ``bool``, where the paper lies.
    """

    ink: Bools
    strength: Floats
    lab: Floats
    rulings: Bools | None
    reach: Bools


class _Separated(NamedTuple):
    """What was told apart, before clutter is taken off; as in :class:`PaperSheet`.

    ``seen`` is ink and what is fainter, as rulings may be, where they are told from paper.
    """

    ink: Bools
    strength: Floats
    lab: Floats
    reach: Bools | None = None
    on_paper: bool = True
    seen: Bools | None = None


def separate(image: Image.Image, *, invert: bool = False) -> PaperSheet:
    """Tell ink from paper in an image of mode ``L``, ``RGB`` or ``RGBA``.

    Ink is what differs from the paper (see :func:`mididraw.picture.paper.find_paper`) by its
    lightness or its colour.

    Raises:
        BlankPictureError: there is no ink.
    """
    separated = _separate(image)
    ink = without_edge_lines(separated.ink)
    rulings, unruled, strength = None, ink, separated.strength
    if separated.on_paper:
        seen = ink if separated.seen is None else ink | separated.seen
        rulings = find_rulings(seen, strength, separated.lab)
        unruled = without_rulings(ink, rulings)
        rulings |= ink & ~unruled
    drawn = without_holes(unruled)
    if invert:
        drawn, strength = ~drawn, np.maximum(1 - strength, 0.5)
    reach = np.ones_like(ink) if separated.reach is None else separated.reach
    sheet = PaperSheet(drawn, strength, separated.lab, rulings, reach)
    if not sheet.ink.any():
        raise BlankPictureError(
            "picture-blank", "Nothing is drawn on the picture: draw something and send it again."
        )
    return sheet


def _separate(image: Image.Image) -> _Separated:
    lab = to_lab(without_transparency(image) if image.mode == "RGBA" else image)
    paper = find_paper(lab)
    if paper is None:
        return _without_paper(lab)
    if not paper.even:
        sheet = _on_lit_paper(lab, paper)
        if sheet.ink.any() or float((~looks_like(lab, paper.colour)).mean()) < _COVERED:
            return sheet
        return _without_paper(lab)
    sheet = _on_even_paper(lab, paper.colour)
    sheet = _Separated(without_bars(sheet.ink, lab), sheet.strength, lab)
    if sheet.ink.mean() > _MOSTLY and is_card(sheet.ink):
        card = most_frequent(lab[sheet.ink])
        other = _on_even_paper(lab, card)
        inner = _Separated(without_frame(other.ink), other.strength, lab)
        if float(np.hypot(*card[1:])) < PALE and 0 < inner.ink.mean() < _MOSTLY:
            return inner
    return sheet


def _without_paper(lab: Floats) -> _Separated:
    """The main lines of a photograph.

    Raises:
        BlankPictureError: hardly any line stands out.
    """
    lines, strength = line_drawing(lab)
    if lines.mean() < _FEWEST_LINES:
        raise BlankPictureError(
            "photo-without-lines",
            "This looks like a photograph in which no line stands out: send a drawing, or "
            "a photo of something with clear outlines.",
        )
    return _Separated(lines, strength, lab, on_paper=False)


def _on_even_paper(lab: Floats, paper: Floats) -> _Separated:
    strength = np.minimum(distance(lab, paper) / _FULL, 1.0).astype(np.float32)
    strongest = _strongest(strength)
    if strongest < _FAINTEST:
        return _Separated(np.zeros(strength.shape, np.bool_), strength, lab)
    # Low, so that hairlines and faint strokes beside dark ones stay.
    threshold = min(max(0.35 * strongest, 0.04), 0.15)
    return _Separated(without_specks(strength > threshold), strength, lab)


def _on_lit_paper(lab: Floats, paper: Paper) -> _Separated:
    """Tell ink by its contrast with the paper around it.

    The threshold follows the noise, and a stroke needs one clear place (hysteresis, as in Canny
    1986).
    """
    smooth = _smoothed(lab)
    colourful = _colour_contrast(smooth, paper)
    light = _light_contrast(channel(smooth, 0), paper, board=_is_board(lab, paper))
    strength = cv2.magnitude(*(_clear(side, paper.reach) for side in (light, colourful)))
    strength = floats(np.minimum(strength, 1.0, out=strength))
    strength[~paper.reach] = 0
    strongest = _strongest(strength)
    if strongest < _FAINTEST:
        return _Separated(np.zeros(strength.shape, np.bool_), strength, lab)
    # A broad area's edge is blurred, and so is the colour of JPEGs: what is far below the darkest
    # nearby is the fringe of that.
    reach = round(_FRINGE * max(strength.shape)) * 2 + 1
    near = cv2.dilate(strength, np.ones((reach, reach), np.uint8))
    above = strength > np.maximum(0.45 * near, max(0.04, 0.2 * strongest))
    clear = above & (strength > 0.45 * strongest)
    ink = without_specks(above, 0.002, clear)
    return _Separated(ink, strength, lab, paper.reach, seen=strength > _FAINTEST_SEEN)


def _smoothed(lab: Floats) -> Floats:
    """A picture without its grain; in memory one channel comes after the other."""
    planes = np.empty((3, *lab.shape[:2]), np.float32)
    for number, plane in enumerate(planes):
        cv2.GaussianBlur(channel(lab, number), (0, 0), 1.0, plane)
    return np.moveaxis(planes, 0, -1)


def _is_board(lab: Floats, paper: Paper) -> bool:
    some = np.s_[::_SPARSE, ::_SPARSE]
    fitted = np.maximum(paper.colour[..., 0][some], 1.0)
    light = (lab[..., 0][some] / fitted)[paper.reach[some]]
    return bool((light > _LIT).mean() > (light < 1 / _LIT).mean())


def _clear(contrast: Floats, reach: Bools) -> Floats:
    """Contrast, where it is above the usual one of paper with itself; none where none is."""
    usual = contrast[reach]
    some = usual[::_EVERY]
    middle = quantile(some, 0.5)
    noise = 1.4826 * quantile(np.abs(some - middle), 0.5)
    anything = _strongest(usual) > middle + _OUTSTANDING * noise
    least = middle + 4 * noise if anything else np.inf
    return floats(cv2.threshold(contrast, least, 0, cv2.THRESH_TOZERO)[1])


def _colour_contrast(lab: Floats, paper: Paper) -> Floats:
    """How far the colour is from the paper's, apart from lightness, 0 to 1 and beyond."""
    light = np.maximum(channel(paper.colour, 0), 1.0)
    np.minimum(np.divide(channel(lab, 0), light, out=light), 1.0, out=light)
    away = tint_distance(lab, paper.colour, light)
    away /= _VIVID
    return away


def _light_contrast(lightness: Floats, paper: Paper, *, board: bool) -> Floats:
    """How much darker a pixel is than its paper, relative to that; chalk on a board is lighter."""
    fitted = np.maximum(channel(paper.colour, 0), 1.0)
    # Closing keeps a shadow's edge where it is, which the fitted surface does not (black hat).
    beside = _morphed(lightness, cv2.MORPH_OPEN if board else cv2.MORPH_CLOSE)
    far = beside >= fitted / _DARK if board else beside <= _DARK * fitted
    np.copyto(beside, fitted, where=far)
    contrast = lightness - beside if board else beside - lightness
    contrast /= np.maximum(beside, 12.0, out=beside)
    return floats(np.maximum(contrast, 0.0, out=contrast))


def _morphed(lightness: Floats, operation: int) -> Floats:
    """Close or open with a square as wide as the broadest line, the edge's pixels going on."""
    size = max(round(_BROADEST * max(lightness.shape)), 3) | 1  # odd: it has a middle
    half = size // 2
    # Of 16 bits it takes a third of the time, and they are finer than the picture's own 8.
    whole = np.multiply(lightness, _PER_UNIT, dtype=np.float32).astype(np.uint16)
    padded = cv2.copyMakeBorder(whole, half, half, half, half, cv2.BORDER_REPLICATE)
    morphed = cv2.morphologyEx(padded, operation, np.ones((size, size), np.uint8))
    return np.multiply(morphed[half:-half, half:-half], 1 / _PER_UNIT, dtype=np.float32)


def _strongest(strength: Floats) -> float:
    """The contrast that the darkest thousandth reaches, at least 4 pixels and 40 at most.

    Of a large sheet with a small drawing, a thousandth would be paper.
    """
    return highest(strength, min(max(strength.size // 1000, 4), 40, strength.size) - 1)

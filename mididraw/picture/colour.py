"""Colours as people see them apart: CIELAB, and what stands in for transparency."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from mididraw.arrays import Floats
from mididraw.errors import BlankPictureError

_SEEN = 8  # opacity, of 255, from which anything is seen
_NEAR = 18.0  # CIELAB units within which ink is lost on the ground
PALE = 30.0
"""CIELAB chroma below which an even ground is paper or a board, and not a coloured area."""
_SHEET = 0.97  # of its box that a sheet of paper fills
_SUM = np.ones((1, 3), np.float32)
_LEVELS = np.arange(256, dtype=np.float32)
# OpenCV's 8 bits, where lightness goes to 255 and the colours' zero is 128, to CIELAB's units.
_FROM_8_BITS = np.stack([_LEVELS * np.float32(100 / 255), _LEVELS - 128, _LEVELS - 128], -1)[None]


def floats(values: ArrayLike) -> Floats:
    """What OpenCV and NumPy return, as single floats."""
    return np.asarray(values, np.float32)


def blurred(values: Floats, sigma: float) -> Floats:
    """Gaussian blur over ``sigma`` pixels."""
    return floats(cv2.GaussianBlur(values, (0, 0), sigma))


def to_lab(image: Image.Image) -> Floats:
    """An image of mode ``L`` or ``RGB`` in CIELAB, ``float32[height, width, 3]``.

    Lightness goes from 0 to 100; the colours' zero is 0.
    """
    pixels = np.asarray(image)
    if pixels.ndim == 2:
        lightness = pixels.astype(np.float32) * (100 / 255)
        return np.dstack([lightness, np.zeros_like(lightness), np.zeros_like(lightness)])
    return floats(cv2.LUT(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), _FROM_8_BITS))


def distance(lab: Floats, other: Floats) -> Floats:
    """CIELAB distance of every pixel from a colour or from another picture's pixel."""
    if lab.size == 0:
        return np.zeros(lab.shape[:-1], np.float32)
    # OpenCV takes a colour off a picture, and adds its channels up, in a tenth of NumPy's time.
    pixels = lab.reshape(-1, 1, 3) if lab.ndim == 2 else lab
    if other.ndim == 1:
        apart = cv2.subtract(pixels, np.append(other, 0).astype(np.float64))
    else:
        apart = cv2.subtract(pixels, other.reshape(pixels.shape))
    return floats(cv2.sqrt(squared(floats(apart))).reshape(lab.shape[:-1]))


def squared(pixels: Floats) -> Floats:
    """The sum of the squares of three channels, ``float32[height, width]``.

    The squares take the pixels' place: memory that is asked for takes longer than the sum does.
    """
    return summed(floats(cv2.multiply(pixels, pixels, pixels)))


def summed(pixels: Floats) -> Floats:
    """The sum of three channels, ``float32[height, width]``."""
    return floats(cv2.transform(pixels, _SUM))


def slopes(pixels: Floats, sigma: float = 0) -> Iterator[tuple[Floats, Floats]]:
    """How steeply each channel, blurred, rises across and down (Sobel), in its units a pixel.

    One channel comes at a time, as all together take more memory, and that more time.
    """
    for number in range(pixels.shape[-1]):
        one = channel(pixels, number)
        if sigma:
            one = blurred(one, sigma)
        across, down = (cv2.Sobel(one, cv2.CV_32F, x, 1 - x, scale=1 / 8) for x in (1, 0))
        yield floats(across), floats(down)


def gradient(pixels: Floats, sigma: float) -> Floats:
    """How steeply the colour changes, blurred over ``sigma`` pixels: CIELAB units a pixel.

    Returns:
        ``float32[height, width]``.
    """
    total = np.zeros(pixels.shape[:2], np.float32)
    for across, down in slopes(pixels, sigma):
        cv2.accumulateSquare(across, total)
        cv2.accumulateSquare(down, total)
    return floats(cv2.sqrt(total, total))


def channel(pixels: Floats, number: int) -> Floats:
    """One channel of a picture by itself, which is faster to go through than a view of it."""
    one: Floats = pixels[..., number]
    return one if one.flags.c_contiguous else floats(cv2.extractChannel(pixels, number))


def quantile(values: Floats, share: float) -> float:
    """The value that a share of all are below: one of them, none in between two."""
    return highest(values, round((1 - share) * (values.size - 1)))


def highest(values: Floats, place: int) -> float:
    """The value in a place, 0 of the highest.

    NumPy finds one place in a tenth of its quantiles' time, but where it begins with many zeros.
    """
    turned = -values.ravel()
    turned.partition(place)
    return -float(turned[place])


def tint_distance(lab: Floats, other: Floats, light: Floats) -> Floats:
    """Distance of every pixel from another colour in ``light``, apart from their lightness."""
    one, two = (_tint_apart(lab, other, light, number) for number in (1, 2))
    return floats(cv2.magnitude(one, two, one))


def _tint_apart(lab: Floats, other: Floats, light: Floats, number: int) -> Floats:
    lit = floats(light * (other[number] if other.ndim == 1 else channel(other, number)))
    return floats(np.subtract(channel(lab, number), lit, out=lit))


def steepness(lab: Floats) -> Floats:
    """The largest distance from one of the four neighbours, ``float32[height, width]``."""
    across = distance(lab[:, 1:], lab[:, :-1])
    down = distance(lab[1:], lab[:-1])
    steepest = np.zeros(lab.shape[:2], np.float32)
    for part, steps in (
        (np.s_[:, 1:], across),
        (np.s_[:, :-1], across),
        (np.s_[1:], down),
        (np.s_[:-1], down),
    ):
        steepest[part] = np.maximum(steepest[part], steps)
    return steepest


def without_transparency(image: Image.Image) -> Image.Image:
    """Lay an ``RGBA`` image on a ground that it stands out from, as ``RGB``.

    An opaque sheet of paper is cut out. Anything else lies on white, or on black where it would
    be lost on white.

    Raises:
        BlankPictureError: nothing of it is opaque.
    """
    alpha = np.asarray(image.getchannel("A"))
    seen = alpha >= _SEEN
    if not seen.any():
        raise BlankPictureError(
            "picture-transparent", "The picture is wholly transparent: draw something on it."
        )
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    sheet = image.crop(box)
    if _is_paper(sheet):
        return sheet.convert("RGB")
    colours = to_lab(image.convert("RGB"))
    away = distance(colours, np.array([100, 0, 0], np.float32))
    lost = float(((away < _NEAR) * alpha).sum() / alpha.sum())
    ground = "black" if lost > 0.5 else "white"
    laid = Image.new("RGBA", image.size, ground)
    return Image.alpha_composite(laid, image).convert("RGB")


def _is_paper(image: Image.Image) -> bool:
    """Whether an image is an opaque sheet of a pale or dark colour with something on it."""
    if (np.asarray(image.getchannel("A")) > 250).mean() <= _SHEET:
        return False
    lab = to_lab(image.convert("RGB"))
    sides = (lab[0], lab[-1], lab[:, 0], lab[:, -1])
    colour = np.median(np.concatenate(sides), axis=0)
    return float(np.hypot(*colour[1:])) < PALE and float(np.ptp(lab[..., 0])) > 15

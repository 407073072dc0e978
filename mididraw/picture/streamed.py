"""A large picture → a small one, decoded piece by piece, so that it never lies in memory whole."""

import logging
from typing import Any

from PIL import Image

from mididraw.picture.shrink import WORKING_SIDE, factor_of, plain

_WIDEST = 65_536  # pixels: some of a picture's rows are held at a time


def is_streamed(image: Image.Image) -> bool:
    """Whether a picture that Pillow has opened is read in pieces.

    Every WebP and TIFF is: Pillow takes each WebP for an animation, and of a damaged TIFF it writes
    to standard error. PNG is where it is made smaller, unless it is interlaced: libvips, too, holds
    that whole, in more bytes a pixel.
    """
    if image.format == "PNG":
        piecemeal = factor_of(image) > 1 and "interlace" not in image.info
    else:
        piecemeal = image.format in ("TIFF", "WEBP")
    return piecemeal and image.width <= _WIDEST


def shrink_streamed(image: Image.Image, content: bytes) -> Image.Image:
    """Decode a picture by libvips and bring it to a plain mode and the working size.

    It is turned as its notes say; of a moving one it is the first frame.

    Args:
        image: the same one as Pillow has opened it, which has checked its head.
        content: its file.

    Raises:
        OSError: it is damaged.
    """
    vips = _libvips()
    factor = factor_of(image)
    try:
        if image.format == "WEBP":
            # Its own decoder makes it smaller.
            held = vips.Image.webpload_buffer(content, scale=1 / factor, **_STRICTLY)
        elif image.format == "TIFF":
            held = _shrunk(vips.Image.tiffload_buffer(content, **_STRICTLY), factor)
        else:
            # Pillow has bounded its notes.
            held = _shrunk(vips.Image.pngload_buffer(content, unlimited=True, **_STRICTLY), factor)
        if max(held.width, held.height) > WORKING_SIDE:
            raise OSError("libvips and Pillow find different sizes in its head")
        return plain(Image.fromarray(_in_8_bits(held).copy_memory().autorot().numpy()))
    except vips.Error as error:
        raise OSError(str(error)) from error


_STRICTLY = {"access": "sequential", "fail_on": "error"}


def _libvips() -> Any:
    """The library, set to little memory; it takes 20 ms to import, and few pictures need it."""
    import pyvips

    # It tells of every damaged file.
    logging.getLogger("pyvips").propagate = False
    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)
    return pyvips


def _shrunk(held: Any, factor: int) -> Any:
    if factor == 1:
        return held
    if not held.hasalpha():
        return held.shrink(factor, factor, ceil=True)
    # What is transparent lends its colour to none beside it.
    kind = held.format
    return held.premultiply().shrink(factor, factor, ceil=True).unpremultiply().cast(kind)


def _in_8_bits(held: Any) -> Any:
    if held.interpretation in ("cmyk", "lab", "labs", "scrgb", "xyz"):
        held = held.colourspace("srgb")
    return held.cast("uchar", shift=held.format == "ushort")

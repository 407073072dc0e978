"""A large picture → a small one, decoded piece by piece, so that it never lies in memory whole."""

import logging
from typing import Any

from PIL import Image

from mididraw.picture.shrink import WORKING_SIDE, factor_of, plain

_WIDEST = 65_536  # pixels: some of a picture's rows are held at a time
_ODD = ("CMYK", "LAB", "YCbCr")  # which libvips brings to other colours, or not at all


def is_streamed(image: Image.Image) -> bool:
    """Whether a picture that Pillow has opened is read in pieces.

    WebP and TIFF are: Pillow takes each WebP for an animation, and of a damaged TIFF it writes to
    standard error. PNG is where it is made smaller, unless it is interlaced: libvips, too, holds
    that whole, in more bytes a pixel.
    """
    if image.format == "PNG":
        piecemeal = factor_of(image) > 1 and "interlace" not in image.info
    else:
        piecemeal = image.format in ("TIFF", "WEBP") and image.mode not in _ODD
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
    try:
        held = _opened(vips.Image, image, content)
        if held.width * held.height > image.width * image.height:
            raise OSError("libvips finds more pixels than Pillow in its head")
        small = _shrunk(held)
        small = small.cast("uchar", shift=small.format == "ushort")
        return plain(Image.fromarray(small.copy_memory().autorot().numpy()))
    except vips.Error as error:
        raise OSError(str(error)) from error


def _libvips() -> Any:
    """The library, set to little memory; it takes 20 ms to import, and few pictures need it."""
    import pyvips

    # It tells of every damaged file.
    logging.getLogger("pyvips").propagate = False
    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)
    return pyvips


def _opened(by: Any, image: Image.Image, content: bytes) -> Any:
    strictly = {"access": "sequential", "fail_on": "error"}
    if image.format == "TIFF":
        return by.tiffload_buffer(content, **strictly)
    if image.format == "PNG":
        # Pillow has bounded its notes.
        return by.pngload_buffer(content, unlimited=True, **strictly)
    # WebP's own decoder makes it smaller, but not to less than a pixel.
    factor = factor_of(image)
    scale = 1 / factor if min(image.size) >= factor else 1
    return by.webpload_buffer(content, scale=scale, **strictly)


def _shrunk(held: Any) -> Any:
    factor = -(-max(held.width, held.height) // WORKING_SIDE)
    if factor <= 1:
        return held
    if not held.hasalpha():
        return held.shrink(factor, factor, ceil=True)
    # What is transparent lends its colour to none beside it.
    small = held.premultiply().shrink(factor, factor, ceil=True).unpremultiply()
    return small.cast(held.format)

"""A large picture → a small one, decoded piece by piece, so that it never lies in memory whole."""

import logging
from typing import Any, NamedTuple

from PIL import Image

from mididraw.picture.shrink import WORKING_SIDE, factor_of, plain

_WIDEST = 65_536  # pixels: some of a picture's rows are held at a time
_MOST_CHUNKS = 10_000  # of a moving WebP: its notes come last
_MOVING = 2  # the bit of a WebP's flags that says so
_ODD = ("CMYK", "LAB", "YCbCr")  # which libvips brings to other colours, or not at all


class Head(NamedTuple):
    """What Pillow has found and checked in a file's head: its format and size in pixels."""

    format: str | None
    size: tuple[int, int]
    moving: bool


def head_of(image: Image.Image) -> Head:
    """The head of a file that Pillow has opened."""
    return Head(image.format, image.size, getattr(image, "is_animated", False))


def is_streamed(image: Image.Image) -> bool:
    """Whether a picture that Pillow has opened is read in pieces.

    WebP and TIFF are: Pillow takes each WebP for an animation, and of a damaged TIFF it writes to
    standard error. PNG is where it is made smaller, unless it is interlaced: libvips, too, holds
    that whole, in more bytes a pixel.
    """
    if image.format == "PNG":
        piecemeal = factor_of(image.size) > 1 and "interlace" not in image.info
    else:
        piecemeal = image.format in ("TIFF", "WEBP") and image.mode not in _ODD
    return piecemeal and image.width <= _WIDEST


def shrink_streamed(head: Head, content: bytes) -> Image.Image:
    """Decode a picture by libvips and bring it to a plain mode and the working size.

    It is turned as its notes say; of a moving one it is the first frame.

    Args:
        head: of the file.
        content: the file.

    Raises:
        OSError: it is damaged.
    """
    vips = _libvips()
    try:
        held = _opened(vips.Image, head, content)
        if held.width * held.height > head.size[0] * head.size[1]:
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


def _opened(by: Any, head: Head, content: bytes) -> Any:
    strictly = {"access": "sequential", "fail_on": "error"}
    if head.format == "TIFF":
        return by.tiffload_buffer(content, **strictly)
    if head.format == "PNG":
        # Pillow has bounded its notes.
        return by.pngload_buffer(content, unlimited=True, **strictly)
    # WebP's own decoder makes it smaller, but not to less than a pixel, and no moving one.
    factor = factor_of(head.size)
    scale = 1 / factor if min(head.size) >= factor else 1
    still = _first_frame(content) if head.moving else content
    return by.webpload_buffer(still, scale=scale, **strictly)


def _first_frame(content: bytes) -> bytes:
    """A moving WebP's first frame as a WebP of its own, with the file's notes.

    Its place on the picture is left out: a frame as large as the picture has none. After the file's
    head come chunks: four letters, the length and as many bytes, to the next even place. A frame
    holds its place, size, length and way of showing in 16 bytes, then chunks of a still picture.
    """
    place, size, chunks = 12, b"", b""
    for _ in range(_MOST_CHUNKS):
        name = content[place : place + 4]
        stop = place + 8 + int.from_bytes(content[place + 4 : place + 8], "little")
        stop += stop % 2
        if name == b"ANMF" and not size:
            size = content[place + 14 : place + 20]
            chunks += content[place + 24 : stop]
        elif name not in (b"ANMF", b"ANIM", b"VP8X"):
            chunks += content[place:stop]
        place = stop
        if place >= len(content):
            break
    flags = content[20] & ~_MOVING
    body = b"WEBPVP8X" + (10).to_bytes(4, "little") + bytes([flags, 0, 0, 0]) + size
    body += chunks
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _shrunk(held: Any) -> Any:
    factor = -(-max(held.width, held.height) // WORKING_SIDE)
    if factor <= 1:
        return held
    if not held.hasalpha():
        return held.shrink(factor, factor, ceil=True)
    # What is transparent lends its colour to none beside it.
    small = held.premultiply().shrink(factor, factor, ceil=True).unpremultiply()
    return small.cast(held.format)

"""A path, bytes or image → a small upright image, or an error that says what to do."""

import io
import os
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile

from mididraw.errors import DamagedPictureError, NotAPictureError, PictureTooLargeError
from mididraw.picture.documents import draw_svg, first_page
from mididraw.picture.frames import fullest_frame
from mididraw.picture.kinds import Kind, kind_of, name_unread
from mididraw.picture.shrink import WORKING_SIDE, plain, shrink
from mididraw.picture.streamed import head_of, is_streamed, shrink_streamed

FORMATS = ("PNG", "BMP", "GIF", "TIFF", "AVIF", "WEBP")
"""What Pillow opens beside JPEG; APNG is PNG to it."""

MAX_PIXELS = 80_000_000
MAX_JPEG_PIXELS = 200_000_000
"""More, for a JPEG is decoded at a fraction of its size, unless it is progressive."""
MAX_AVIF_PIXELS = 40_000_000
"""Fewer, for its decoder holds the whole picture three times: 9 to 11 bytes a pixel."""
MAX_BYTES = 64_000_000

_MOVING = ("GIF", "PNG", "WEBP")  # of several; a TIFF's are pages, of which the first is read
_MOST_MOVING_PIXELS = 10_000_000  # of larger frames the first is read: two take much memory
_JPEG = b"\xff\xd8\xff"
_SCAN = b"\xff\xda"  # begins another pass of a JPEG over its picture
_MOST_SCANS = 64  # cameras and programs write up to about twenty
# What Pillow's decoders raise on damaged files, collected from bit flips and truncation.
_DAMAGED = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    MemoryError,
    cv2.error,
    struct.error,
    zlib.error,
)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Picture = str | os.PathLike[str] | bytes | Image.Image


@contextmanager
def _damage_told() -> Iterator[None]:
    """Raise what decoders raise as errors that say what to do."""
    try:
        yield
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except _DAMAGED as error:
        raise _damaged() from error


def decode(picture: Picture) -> Image.Image:
    """Decode a picture: of a moving one the fullest frame, of a document the first page.

    Of a moving one with frames of more than 10 megapixels it is the first frame.

    Returns:
        an upright image of mode ``L``, ``RGB`` or ``RGBA`` with sides up to :data:`WORKING_SIDE`.

    Raises:
        NotAPictureError: it cannot be opened or is no picture of a kind that is read.
        DamagedPictureError: it breaks off or contradicts itself.
        PictureTooLargeError: it has more than 80 megapixels, 200 as JPEG, 40 as AVIF, or 64 MB.
    """
    if isinstance(picture, Image.Image):
        return _decode(picture)
    with warnings.catch_warnings():
        # Pillow warns of large and odd files; what matters of it is checked here.
        warnings.simplefilter("ignore")
        content = picture if isinstance(picture, bytes) else _read(Path(picture))
        if len(content) > MAX_BYTES:
            raise PictureTooLargeError(
                "picture-too-many-bytes", "The picture is over 64 MB: send it smaller."
            )
        kind = kind_of(content)
        if kind is None:
            raise NotAPictureError(name_unread(content))
        if kind is Kind.PDF:
            return _decode(first_page(content, WORKING_SIDE))
        if kind is Kind.SVG:
            return _decode(draw_svg(content, WORKING_SIDE))
        if kind is Kind.HEIF:
            return _heif(content)
        return _file(content)


@_damage_told()
def _file(content: bytes) -> Image.Image:
    """Decode what Pillow opens."""
    with io.BytesIO(content) as stream:
        # Pillow opens no file with as many pixels as a JPEG may have here.
        jpeg = content.startswith(_JPEG)
        with JpegImageFile(stream) if jpeg else Image.open(stream, formats=FORMATS) as image:
            if image.format == "JPEG":
                if content.count(_SCAN) > _MOST_SCANS:
                    raise _damaged()
                return _decode(image)
            if image.width * image.height > MAX_PIXELS:
                raise _too_large()
            if image.format == "AVIF" and image.width * image.height > MAX_AVIF_PIXELS:
                raise PictureTooLargeError(
                    "picture-too-many-pixels-avif",
                    "The picture has over 40 megapixels, too many as AVIF: "
                    "send it smaller, or as JPEG.",
                )
            moving = getattr(image, "is_animated", False) and image.format in _MOVING
            if moving and image.width * image.height <= _MOST_MOVING_PIXELS:
                return _decode(_at_fullest_frame(image))
            if not is_streamed(image):
                return _decode(image)
            head = head_of(image)
    del image  # which holds the file's content once more
    return shrink_streamed(head, content)


def _at_fullest_frame(image: Image.Image) -> Image.Image:
    image.seek(fullest_frame(image, _DAMAGED))
    image.load()
    return image


@_damage_told()
def _heif(content: bytes) -> Image.Image:
    """Decode HEIF by libheif, which turns it upright; OpenCV makes it small."""
    held = pillow_heif.open_heif(content, convert_hdr_to_8bit=True)
    width, height = held.size
    if width * height > MAX_PIXELS:
        raise _too_large()
    pixels = np.asarray(held)
    factor = max(-(-max(width, height) // WORKING_SIDE), 1)
    size = (max(width // factor, 1), max(height // factor, 1))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return plain(Image.fromarray(small))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the name is no file name"
        raise NotAPictureError(
            "file-unopened", "{path} cannot be opened: {why}.", path=path, why=reason
        ) from error


def _too_large() -> PictureTooLargeError:
    return PictureTooLargeError(
        "picture-too-many-pixels-raster",
        "The picture has over 80 megapixels, or over 200 as JPEG: send it smaller.",
    )


def _damaged() -> DamagedPictureError:
    return DamagedPictureError(
        "picture-damaged", "The picture is damaged or breaks off: send it again or save it anew."
    )


@_damage_told()
def _decode(image: Image.Image) -> Image.Image:
    width, height = image.size
    if width * height > _most_pixels(image):
        raise _too_large()
    turn = _TURNS.get(_orientation(image))
    # Only JPEG obeys; it then decodes at a fraction of the size.
    image.draft(None, (WORKING_SIDE, WORKING_SIDE))
    image.load()
    small = shrink(image)
    return small if turn is None else small.transpose(turn)


def _most_pixels(image: Image.Image) -> int:
    """How many pixels an image may have: a progressive JPEG is held whole, as others are."""
    at_a_fraction = image.format == "JPEG" and "progressive" not in image.info
    return MAX_JPEG_PIXELS if at_a_fraction else MAX_PIXELS


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _DAMAGED:
        # A picture whose notes are damaged is still a picture.
        return 1

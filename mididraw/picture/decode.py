"""Path, bytes or image → upright pixels of bounded size."""

import io
import os
import stat
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from mididraw.errors import NotAPictureError, PictureTooLargeError
from mididraw.picture.vet import Kind, check_size, damaged, exif_orientation, kind_of, vet

MAX_BYTES = 64_000_000
WORK_PIXELS = 2_400_000
"""Pixels that ink is looked for in: a hairline of a 40-megapixel picture is still a quarter of
its own darkness there."""

Pixels = NDArray[np.uint8]

# Built directly: Image.open would warn about large pictures and follow multi-picture files.
_OPENERS = {
    Kind.PNG: PngImageFile,
    Kind.JPEG: JpegImageFile,
    Kind.GIF: GifImageFile,
    Kind.BMP: BmpImageFile,
    Kind.WEBP: WebPImageFile,
}

_FOREIGN = (
    AttributeError,
    EOFError,
    ImageCms.PyCMSError,
    IndexError,
    KeyError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    cv2.error,
    struct.error,
    zlib.error,
)
"""What Pillow's and OpenCV's decoders raise on damaged files."""

_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(picture: str | os.PathLike[str] | bytes | Image.Image) -> Pixels:
    """Decode the first frame of a picture, upright.

    Returns:
        ``uint8[height, width]`` (grey), ``[height, width, 3]`` (RGB) or ``[height, width, 4]``
        (RGBA, colour not premultiplied); at most about 2.4 million pixels, averaged from more.

    Raises:
        NotAPictureError: there is no such file, or it is of another kind.
        DamagedPictureError: it breaks off or contradicts itself.
        PictureTooLargeError: over 40 million pixels or 64 million bytes.
    """
    if isinstance(picture, Image.Image):
        check_size(*picture.size)
        exif = picture.info.get("exif")
        orientation = (
            exif_orientation(exif)
            if isinstance(exif, bytes)
            else picture.getexif().get(0x0112, 1)
        )
        try:
            small = _bounded(picture)
        except Image.DecompressionBombError as error:
            raise _too_large() from error
        except _FOREIGN as error:
            raise damaged() from error
    else:
        data = picture if isinstance(picture, bytes) else _contents(picture)
        if len(data) > MAX_BYTES:
            raise _too_large()
        kind = kind_of(data)
        data, orientation = vet(data, kind)
        del picture
        small = _decode(data, kind)
    turn = _TRANSPOSE.get(orientation)
    return np.asarray(small if turn is None else small.transpose(turn))


def _too_large() -> PictureTooLargeError:
    return PictureTooLargeError("The picture is too large: make it at most 40 megapixels, 64 MB.")


def _contents(path: str | os.PathLike[str]) -> bytes:
    try:
        with Path(path).open("rb") as file:
            facts = os.fstat(file.fileno())
            if stat.S_ISREG(facts.st_mode):
                if facts.st_size > MAX_BYTES:
                    raise _too_large()
                return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise NotAPictureError(
            "The picture cannot be opened: check that the file is there and may be read."
        ) from error
    raise NotAPictureError("This is no picture file: send PNG, JPEG, WebP, GIF or BMP.")


def _decode(data: bytes, kind: Kind) -> Image.Image:
    try:
        with _OPENERS[kind](io.BytesIO(data)) as image:
            check_size(*image.size)
            if kind is Kind.WEBP and image.width * image.height > WORK_PIXELS:
                return _large_webp(data, image.mode == "RGBA")
            if kind is Kind.JPEG:
                # DCT scaling: only what is needed is decoded.
                factor = _factor(*image.size)
                image.draft(None, (image.width // factor, image.height // factor))
            small = _bounded(image)
            if kind is Kind.BMP and small.mode == "RGBA" and not small.getextrema()[3][1]:
                # Many programs leave the fourth byte of a BMP's pixels zero and mean opaque.
                small = small.convert("RGB")
            return small
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except _FOREIGN as error:
        raise damaged() from error


def _factor(width: int, height: int) -> int:
    factor = 1
    while width * height > WORK_PIXELS * factor * factor:
        factor += 1
    # A long strip keeps its shorter side.
    return min(factor, max(min(width, height) // 8, 1))


def _large_webp(data: bytes, transparent: bool) -> Image.Image:
    """Decode with OpenCV where Pillow's animation decoder would take 16 bytes for each pixel."""
    flags = cv2.IMREAD_UNCHANGED if transparent else cv2.IMREAD_REDUCED_COLOR_2
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise damaged()
    swap = cv2.COLOR_BGRA2RGBA if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB
    cv2.cvtColor(pixels, swap, dst=pixels)
    return _bounded(Image.fromarray(pixels))


def _bounded(image: Image.Image) -> Image.Image:
    """Average an image down to the working size, strip by strip so that no full copy is made."""
    width, height = image.size
    factor = _factor(width, height)
    deep = image.mode.startswith(("I", "F"))
    if deep and "transparency" not in image.info:
        return _bounded_deep(image, factor)
    if image.has_transparency_data:
        mode = "RGBA"
    else:
        mode = "L" if image.mode in ("1", "L") else "RGB"
    if factor == 1:
        return image.convert(mode) if image.mode != mode else image.copy()
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = 64 * factor
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        if strip.mode != mode:
            strip = strip.convert(mode)
        small.paste(strip.reduce(factor), (0, top // factor))
    return small


def _bounded_deep(image: Image.Image, factor: int) -> Image.Image:
    """The same for more than 8 bits a sample, which Pillow neither averages nor scales."""
    width, height = image.size
    wide, high = -(-width // factor), -(-height // factor)
    small = np.empty((high, wide), np.float32)
    rows = 64 * factor
    for top in range(0, height, rows):
        strip = np.asarray(image.crop((0, top, width, min(top + rows, height))))
        if strip.dtype != np.uint16:
            strip = np.nan_to_num(strip.astype(np.float32), posinf=0, neginf=0)
        part = small[top // factor : (top + rows) // factor]
        part[:] = cv2.resize(strip, (wide, len(part)), interpolation=cv2.INTER_AREA)
    brightest = float(small.max())
    white = next((level for level in (1, 255, 4095, 65535) if brightest <= level), brightest)
    return Image.fromarray(np.clip(small * (255 / white), 0, 255).astype(np.uint8))

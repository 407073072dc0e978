"""A path, bytes or image → a small upright image, or an error that says what to do."""

import io
import os
import struct
import warnings
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from mididraw.errors import DamagedPictureError, NotAPictureError, PictureTooLargeError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
"""What is read; APNG is PNG to Pillow, and JPEG brings MPO, the phones' several in one."""

MAX_PIXELS = 40_000_000
MAX_BYTES = 64_000_000
WORKING_SIDE = 1280
"""No side of a decoded image is longer, in pixels."""

_SCAN = b"\xff\xda"  # begins another pass of a JPEG over its picture
_MOST_SCANS = 64  # cameras and programs write up to about twenty
_BAND_PIXELS = 4_000_000
_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"BM", b"GIF8")
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


def decode(picture: Picture) -> Image.Image:
    """Decode the first frame of a picture.

    Returns:
        an upright image of mode ``L``, ``RGB`` or ``RGBA`` with sides up to :data:`WORKING_SIDE`.

    Raises:
        NotAPictureError: it cannot be opened or is no picture of a kind that is read.
        DamagedPictureError: it breaks off or contradicts itself.
        PictureTooLargeError: it has more than 40 megapixels or 64 MB.
    """
    if isinstance(picture, Image.Image):
        return _decode(picture)
    with warnings.catch_warnings():
        # Pillow warns of large and odd files; what matters of it is checked here.
        warnings.simplefilter("ignore")
        content = picture if isinstance(picture, bytes) else _read(Path(picture))
        if len(content) > MAX_BYTES:
            raise PictureTooLargeError("The picture is over 64 MB: send it smaller.")
        with io.BytesIO(content) as stream:
            try:
                image = Image.open(stream, formats=FORMATS)
            except Image.DecompressionBombError as error:
                raise _too_large() from error
            except _DAMAGED as error:
                unknown = isinstance(error, UnidentifiedImageError)
                if unknown and not content.startswith(_SIGNATURES):
                    raise NotAPictureError(
                        "This is no picture that can be read: send a PNG, JPEG, WebP, BMP or GIF."
                    ) from error
                raise _damaged() from error
            with image:
                if image.format in ("JPEG", "MPO") and content.count(_SCAN) > _MOST_SCANS:
                    raise _damaged()
                return _decode(_webp(image, content) if image.format == "WEBP" else image)


def _webp(image: Image.Image, content: bytes) -> Image.Image:
    """Decode WebP by OpenCV: Pillow takes it for an animation and needs twice the memory."""
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    turn = _orientation(image)
    # It would tell standard error of every damaged file.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise _damaged()
    factor = _factor(image)
    size = (-(-image.width // factor), -(-image.height // factor))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    decoded = Image.fromarray(small[..., [2, 1, 0, 3][: small.shape[2]]])
    decoded.getexif()[ExifTags.Base.Orientation] = turn
    return decoded


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the name is no file name"
        raise NotAPictureError(f"{path} cannot be opened: {reason}.") from error


def _too_large() -> PictureTooLargeError:
    return PictureTooLargeError("The picture has over 40 megapixels: send it smaller.")


def _damaged() -> DamagedPictureError:
    return DamagedPictureError(
        "The picture is damaged or breaks off: send it again or save it anew."
    )


def _decode(image: Image.Image) -> Image.Image:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_large()
    try:
        turn = _TURNS.get(_orientation(image))
        # Only JPEG obeys; it then decodes at a fraction of the size.
        image.draft(None, (WORKING_SIDE, WORKING_SIDE))
        image.load()
        small = _shrink(image)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except _DAMAGED as error:
        raise _damaged() from error
    return small if turn is None else small.transpose(turn)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _DAMAGED:
        # A picture whose notes are damaged is still a picture.
        return 1


def _factor(image: Image.Image) -> int:
    """By how much both sides are divided."""
    return max(-(-max(image.size) // WORKING_SIDE), 1)


def _shrink(image: Image.Image) -> Image.Image:
    """Bring an image to a plain mode and the working size, band by band to save memory."""
    width, height = image.size
    factor = _factor(image)
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image.reduce(factor) if factor > 1 else image.copy()
    band = max(_BAND_PIXELS // width // factor, 1) * factor
    small = None
    for top in range(0, height, band):
        strip = _plain(image.crop((0, top, width, min(top + band, height))))
        if factor > 1:
            strip = strip.reduce(factor)
        if small is None:
            small = Image.new(strip.mode, (strip.width, -(-height // factor)))
        small.paste(strip, (0, top // factor))
    if small is None:
        raise ValueError("an image without pixels")
    return small


def _plain(image: Image.Image) -> Image.Image:
    """Bring any mode of Pillow's to ``L``, ``RGB`` or ``RGBA``."""
    if image.mode.startswith("I"):
        # 16 bits a pixel; Pillow itself would clip them to 8.
        values = np.asarray(image).astype(np.int32)
        return Image.fromarray((values.clip(0, 65_535) >> 8).astype(np.uint8))
    if image.mode == "F":
        return Image.fromarray(np.asarray(image).clip(0, 255).astype(np.uint8))
    if image.mode == "RGBA" or (image.mode in ("L", "RGB") and "transparency" not in image.info):
        return image
    if image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")

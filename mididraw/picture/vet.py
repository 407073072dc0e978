"""A file's bytes → the same picture without what decoders warn about, stumble over or wait for."""

import re
import struct
from enum import Enum

from mididraw.errors import DamagedPictureError, NotAPictureError, PictureTooLargeError

MAX_PIXELS = 40_000_000
MAX_PARTS = 100_000
"""More chunks, segments or blocks than any program writes before the pixels begin."""

MAX_SCANS = 64
"""A progressive JPEG has about ten; each further one costs a pass over all pixels."""

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_JPEG_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_JPEG_BARE = {0x01, *range(0xD0, 0xD8)}
_JPEG_DROPPED = {*range(0xE1, 0xEE), 0xEF, 0xFE}
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
_ORIENTATION = 0x0112


class Kind(Enum):
    """The kinds of picture file that are read."""

    PNG = "PNG"
    JPEG = "JPEG"
    GIF = "GIF"
    BMP = "BMP"
    WEBP = "WebP"


def kind_of(data: bytes) -> Kind:
    """Tell the kind from the first bytes, whatever the file is called.

    Raises:
        NotAPictureError: it is none of the kinds that are read.
    """
    if data.startswith(_PNG_SIGNATURE):
        return Kind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Kind.GIF
    if data.startswith(b"BM"):
        return Kind.BMP
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Kind.WEBP
    raise NotAPictureError(
        "This is no picture that can be read: send PNG, JPEG, WebP, GIF or BMP."
    )


def damaged() -> DamagedPictureError:
    """The error for a picture that breaks off or contradicts itself."""
    return DamagedPictureError(
        "The picture is damaged or breaks off in the middle: send it again or save it anew as PNG."
    )


def check_size(width: int, height: int) -> None:
    """Refuse sizes that are not decoded.

    Raises:
        DamagedPictureError: there is no pixel.
        PictureTooLargeError: there are more than 40 million pixels.
    """
    if width < 1 or height < 1:
        raise damaged()
    if width * height > MAX_PIXELS:
        raise PictureTooLargeError(
            f"The picture has {width} × {height} pixels: make it smaller, at most 40 megapixels."
        )


def vet(data: bytes, kind: Kind) -> tuple[bytes, int]:
    """Cut a file down to its first picture and check the declared size.

    Metadata goes: texts that inflate, EXIF that Pillow warns about, animation, and headers of
    millions of parts that would be walked through for minutes.

    Returns:
        The bytes to decode, and the EXIF orientation from 1 to 8.

    Raises:
        DamagedPictureError: the file breaks off or its parts cannot be followed.
        PictureTooLargeError: it declares more than 40 million pixels.
    """
    try:
        match kind:
            case Kind.PNG:
                return _vet_png(data)
            case Kind.JPEG:
                return _vet_jpeg(data)
            case Kind.GIF:
                return _vet_gif(data), 1
            case Kind.BMP:
                return _vet_bmp(data), 1
            case Kind.WEBP:
                return _vet_webp(data)
    except (struct.error, IndexError) as error:
        raise damaged() from error


def _vet_png(data: bytes) -> tuple[bytes, int]:
    width, height = struct.unpack_from(">II", data, 16)
    check_size(width, height)
    view = memoryview(data)
    kept = [view[:8]]
    orientation = 1
    at = 8
    for _ in range(MAX_PARTS):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise damaged()
        if name in _PNG_KEPT:
            kept.append(view[at:end])
        elif name == b"eXIf":
            orientation = exif_orientation(data[at + 8 : end - 4])
        if name == b"IEND":
            return b"".join(kept), orientation
        at = end
    raise damaged()


def _vet_jpeg(data: bytes) -> tuple[bytes, int]:
    if data.count(b"\xff\xda") > MAX_SCANS:
        raise damaged()
    view = memoryview(data)
    kept = [view[:2]]
    orientation = 1
    at = 2
    for _ in range(MAX_PARTS):
        found = _JPEG_MARKER.match(data, at)
        if found is None:
            raise damaged()
        at = found.end()
        marker = data[at - 1]
        if marker in _JPEG_BARE:
            continue
        if marker == 0xDA:
            kept.append(view[at - 2 :])
            return b"".join(kept), orientation
        (length,) = struct.unpack_from(">H", data, at)
        if length < 2 or at + length > len(data):
            raise damaged()
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 3)
            check_size(width, height)
        if marker == 0xE1 and data.startswith(b"Exif\0\0", at + 2):
            orientation = exif_orientation(data[at + 8 : at + length])
        if marker not in _JPEG_DROPPED:
            kept.append(view[at - 2 : at + length])
        at += length
    raise damaged()


def _vet_gif(data: bytes) -> bytes:
    def table(flags: int) -> int:
        return 3 << (flags & 7) + 1 if flags & 0x80 else 0

    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + table(flags)
    header, control = data[:at], b""
    for _ in range(MAX_PARTS):
        start = at
        if data[at] == 0x2C:
            left, top, wide, high = struct.unpack_from("<HHHH", data, at + 1)
            check_size(max(width, left + wide), max(height, top + high))
            return header + control + data[at:]
        if data[at] != 0x21:
            raise damaged()
        label = data[at + 1]
        at += 2
        for _ in range(MAX_PARTS):
            size = data[at]
            at += size + 1
            if size == 0:
                break
        else:
            raise damaged()
        if label == 0xF9:
            control = data[start:at]
    raise damaged()


def _vet_bmp(data: bytes) -> bytes:
    (header,) = struct.unpack_from("<I", data, 14)
    if header == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height, _, _, packing = struct.unpack_from("<iiHHI", data, 18)
        # Pillow unpacks run lengths in Python, a microsecond each.
        if packing in (1, 2) and len(data) > 3_000_000:
            raise PictureTooLargeError("This packed BMP is too large: save it as PNG.")
    check_size(width, abs(height))
    return data


def _vet_webp(data: bytes) -> tuple[bytes, int]:
    name = data[12:16]
    if len(data) < 30 or len(data) < 8 + struct.unpack_from("<I", data, 4)[0]:
        raise damaged()
    if name == b"VP8X":
        check_size(
            int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        )
    elif name == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        check_size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    elif name == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        check_size(width & 0x3FFF, height & 0x3FFF)
    else:
        raise damaged()
    orientation = 1
    at = 12
    for _ in range(MAX_PARTS):
        if name != b"VP8X" or at + 8 > len(data):
            break
        part, length = struct.unpack_from("<4sI", data, at)
        if part == b"EXIF":
            orientation = exif_orientation(data[at + 8 : at + 8 + length])
            break
        at += 8 + length + (length & 1)
    return data, orientation


def exif_orientation(exif: bytes) -> int:
    """Find the orientation, 1 to 8, in EXIF; 1 where it is missing or makes no sense.

    Pillow would parse all of it and warn about what is damaged.
    """
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (first,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, first)
        for entry in range(min(count, 512)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, first + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1

"""What kind of file some bytes are, told by how they begin; and the way round for the unread."""

from enum import StrEnum

from mididraw.errors import Sentence

_START = 4096  # bytes that are looked at


class Kind(StrEnum):
    """The kinds of file that are read, each by its own library."""

    RASTER = "raster"
    HEIF = "heif"
    PDF = "pdf"
    SVG = "svg"


_RASTER = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"BM",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
)
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")

_PHOTOSHOP = Sentence(
    "kind-photoshop", "This is a Photoshop file: save the picture as PNG and send that."
)
_GIMP = Sentence("kind-gimp", "This is a GIMP file: save the picture as PNG and send that.")
_ICON = Sentence("kind-icon", "This is an icon: save the picture as PNG and send that.")
_JPEG_XL = Sentence("kind-jpeg-xl", "This is JPEG XL: save the picture as PNG and send that.")
_JPEG_2000 = Sentence("kind-jpeg-2000", "This is JPEG 2000: save the picture as PNG and send that.")
_DJVU = Sentence("kind-djvu", "This is a DjVu document: save the picture as PNG and send that.")
_POSTSCRIPT = Sentence(
    "kind-postscript", "This is PostScript: save the picture as PNG and send that."
)
_ARCHIVE = Sentence(
    "kind-archive", "This is an archive or a document: save the picture in it as PNG and send that."
)
_WEB_PAGE = Sentence("kind-web-page", "This is a web page: send the picture itself.")
_VIDEO = Sentence("kind-video", "This is a video: send a screenshot of it.")
_MUSIC = Sentence("kind-music", "This is music: send a drawing.")
_MIDI = Sentence("kind-midi", "This is a MIDI file and no picture: send a drawing with it.")
_UNKNOWN = Sentence(
    "kind-unknown",
    "This is no picture that can be read: send a PNG, JPEG, WebP, GIF, BMP, TIFF, "
    "AVIF, HEIC, SVG or PDF.",
)
_UNREAD: tuple[tuple[int, bytes, Sentence], ...] = (
    (0, b"8BPS", _PHOTOSHOP),
    (0, b"gimp xcf", _GIMP),
    (0, b"\0\0\1\0", _ICON),
    (0, b"\xff\x0a", _JPEG_XL),
    (0, b"\0\0\0\x0cJXL ", _JPEG_XL),
    (0, b"\0\0\0\x0cjP  ", _JPEG_2000),
    (0, b"\xff\x4f\xff\x51", _JPEG_2000),
    (0, b"AT&TFORM", _DJVU),
    (0, b"%!PS", _POSTSCRIPT),
    (0, b"PK\3\4", _ARCHIVE),
    (0, b"Rar!", _ARCHIVE),
    (0, b"7z\xbc\xaf", _ARCHIVE),
    (0, b"\x1f\x8b", _ARCHIVE),
    (0, b"\x1a\x45\xdf\xa3", _VIDEO),
    (8, b"AVI ", _VIDEO),
    (4, b"ftypM4A", _MUSIC),
    (4, b"ftyp", _VIDEO),
    (0, b"ID3", _MUSIC),
    (0, b"\xff\xfb", _MUSIC),
    (0, b"OggS", _MUSIC),
    (0, b"fLaC", _MUSIC),
    (8, b"WAVE", _MUSIC),
    (0, b"MThd", _MIDI),
    (8, b"RMID", _MIDI),
)


def kind_of(content: bytes) -> Kind | None:
    """Tell the kind of a file's bytes; None where it is none that is read."""
    start = content[:_START]
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return Kind.RASTER
    if start[4:8] == b"ftyp":
        brands = start[8 : max(int.from_bytes(start[:4], "big"), 16)]
        if any(brand in brands for brand in _AVIF_BRANDS):
            return Kind.RASTER
        return Kind.HEIF if any(brand in brands for brand in _HEIF_BRANDS) else None
    if start.startswith(_RASTER):
        return Kind.RASTER
    if b"%PDF-" in start[:1024]:
        return Kind.PDF
    if _is_svg(start):
        return Kind.SVG
    return None


def name_unread(content: bytes) -> Sentence:
    """Say what a file is that is not read, and the way round it: a sentence."""
    for place, signature, sentence in _UNREAD:
        if content[place : place + len(signature)] == signature:
            return sentence
    beginning = content[:_START].lstrip().lower()
    return _WEB_PAGE if beginning.startswith((b"<!doctype html", b"<html")) else _UNKNOWN


def _is_svg(start: bytes) -> bool:
    text = start.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
    return text.startswith("<") and "<svg" in text and "<html" not in text.lower()

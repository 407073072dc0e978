"""Documents that hold a picture → an image: the first page of a PDF, and SVG."""

import io
import re
from xml.etree import ElementTree

import pypdfium2
import resvg_py
from PIL import Image

from mididraw.errors import BlankPictureError, DamagedPictureError, NotAPictureError, Sentence

_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_SVG = "{http://www.w3.org/2000/svg}svg"
_MOST_ELEMENTS = 200_000
_DAMAGED_PDF = Sentence("pdf-damaged", "The PDF is damaged: save it anew, or send a PNG of it.")
_DAMAGED_SVG = Sentence("svg-damaged", "The SVG is damaged: save it anew, or send a PNG of it.")


def first_page(content: bytes, side: int) -> Image.Image:
    """Draw the first page of a PDF by PDFium; ``side`` is the longer one, in pixels.

    Raises:
        DamagedPictureError: it is damaged.
        NotAPictureError: it is locked.
    """
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise NotAPictureError(
                "pdf-locked", "The PDF is locked by a password: send a picture of its page."
            ) from error
        raise DamagedPictureError(_DAMAGED_PDF) from error
    try:
        if len(document) == 0:
            raise BlankPictureError("pdf-empty", "The PDF has no page: send a PNG of the drawing.")
        page = document[0]
        width, height = page.get_size()
        if min(width, height) <= 0:
            raise DamagedPictureError(_DAMAGED_PDF)
        image: Image.Image = page.render(scale=side / max(width, height)).to_pil()
        return image.convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise DamagedPictureError(_DAMAGED_PDF) from error
    finally:
        document.close()


def draw_svg(content: bytes, side: int) -> Image.Image:
    """Draw an SVG by resvg; ``side`` is the longer one, in pixels.

    What it refers to outside itself, a file or an address, is left out.

    Raises:
        DamagedPictureError: it is damaged or has no size.
    """
    damaged = DamagedPictureError(_DAMAGED_SVG)
    try:
        # Expat itself refuses entities that grow without end, and fetches none.
        root = ElementTree.fromstring(content)  # noqa: S314
        if root.tag not in (_SVG, "svg"):
            raise damaged
        _leave_out_references(root)
        width, height = _size(root)
        drawn = resvg_py.svg_to_bytes(
            svg_string=ElementTree.tostring(root, encoding="unicode"),
            width=side if width >= height else None,
            height=side if width < height else None,
        )
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise damaged from error
    return Image.open(io.BytesIO(bytes(drawn)))


def _leave_out_references(root: ElementTree.Element) -> None:
    """Cut every reference that leads out of the file.

    Raises:
        ValueError: there are more elements than any drawing has.
    """
    for number, element in enumerate(root.iter()):
        if number > _MOST_ELEMENTS:
            raise ValueError("too many elements")
        for name in _HREFS:
            if not element.get(name, "#").startswith(("#", "data:image/")):
                del element.attrib[name]


def _size(root: ElementTree.Element) -> tuple[float, float]:
    """Width and height in any unit, as far as they are known."""
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    if len(box) == 4:
        width, height = float(box[2]), float(box[3])
    else:
        width, height = _number(root.get("width")), _number(root.get("height"))
    if not (0 < width < 1e7 and 0 < height < 1e7):
        return 1.0, 1.0
    return width, height


def _number(length: str | None) -> float:
    found = re.match(r"\s*(\d+\.?\d*)", length or "")
    return float(found[1]) if found else 1.0

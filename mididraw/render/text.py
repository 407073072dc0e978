"""Lines of text on pictures, in a font that is the same on every machine."""

import unicodedata
from functools import cache
from typing import Literal, cast

from PIL import ImageDraw, ImageFont

from mididraw.render.palette import Colour

LARGE, SMALL = 34, 25
"""Font sizes; the large one can be read on a thumbnail of 400 pixels."""

_GLYPHS = frozenset(map(chr, range(32, 127))) | {"·"}
"""The built-in font has little more than this."""

_PLAIN = str.maketrans("‘’“”«»–—", '\'\'""""--')
_LONGEST_TEXT = 200


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font, so that the picture looks the same on every machine."""
    # Pillow falls back to a bitmap only where it was built without FreeType; its wheels never are.
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))


def draw_text(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    colour: Colour,
    size: int = LARGE,
    side: Literal["l", "m", "r"] = "l",
) -> None:
    """Write a line whose capitals are centred on ``at``'s height, from, around or up to its x."""
    # Capitals are centred rather than the font's box, which leaves room for descenders.
    _, top, _, bottom = font(size).getbbox("H", anchor="ls")
    x, y = round(at[0]), round(at[1] - (top + bottom) / 2)
    draw.text((x, y), text, colour, font(size), anchor=f"{side}s")


def printable(text: str) -> str:
    """Leave accents and what the font has no glyph for out of a text."""
    plain = unicodedata.normalize("NFKD", text).translate(_PLAIN)
    return " ".join("".join(c for c in plain if c in _GLYPHS).split())[:_LONGEST_TEXT]


def shortened(text: str, width: float) -> str:
    """Cut a text that is too wide for ``width`` pixels."""
    if font(LARGE).getlength(text) <= width:
        return text
    while text and font(LARGE).getlength(text + "...") > width:
        text = text[:-1]
    return text.rstrip() + "..."

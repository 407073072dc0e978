"""Several pictures on one, numbered, to choose from."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from mididraw.render.palette import Palette
from mididraw.render.text import draw_text, printable, shortened

_CELL = (800, 450)
"""Width and height of a picture in pixels."""
_GAP, _TITLE = 16, 72
_BADGE, _DIGIT = 58, 40
"""Side of a number's field, and its font size: it can be read on a thumbnail of 400 pixels."""


def contact_sheet(
    pictures: Sequence[Image.Image],
    palette: Palette,
    title: str = "",
    columns: int = 2,
    *,
    titled: bool = False,
) -> Image.Image:
    """Lay pictures on one, row by row, each with its number, counted from 1.

    Args:
        pictures: RGB images; each is made to fit 800 × 450 pixels.
        palette: the theme's colours.
        title: the headline; what the built-in font cannot write is left out.
        columns: how many lie in a row.
        titled: whether the pictures have titles of their own at the left, which stay in sight.

    Returns:
        RGB image, 1648 pixels wide with two columns.
    """
    width, height = _CELL
    headline = printable(title)
    top = _TITLE if headline else _GAP
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    size = (_GAP + columns * (width + _GAP), top + rows * (height + _GAP))
    whole = Image.new("RGB", size, palette.window)
    draw = ImageDraw.Draw(whole)
    if headline:
        room = size[0] - 2 * _GAP
        draw_text(draw, (_GAP, top / 2), shortened(headline, room), palette.text)
    for number, picture in enumerate(pictures, 1):
        row, column = divmod(number - 1, columns)
        left, upper = _GAP + column * (width + _GAP), top + row * (height + _GAP)
        small = picture.copy()
        small.thumbnail(_CELL, Image.Resampling.LANCZOS, reducing_gap=2.0)
        at = left + (width - small.width) // 2, upper + (height - small.height) // 2
        whole.paste(small, at)
        frame = (left - 1, upper - 1, left + width, upper + height)
        draw.rectangle(frame, outline=palette.bar_line)
        corner = left + width - _BADGE if titled else left
        draw.rectangle((corner, upper, corner + _BADGE, upper + _BADGE), palette.accent)
        middle = (corner + _BADGE / 2, upper + _BADGE / 2)
        draw_text(draw, middle, str(number), palette.window, _DIGIT, "m")
    return whole

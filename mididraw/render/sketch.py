"""The drawing as it lies on the canvas, small enough to send along with an answer."""

import io

from PIL import Image

from mididraw.canvas import Canvas

_STEP, _ROW = 4, 8
"""Pixels of a step and a row."""
_WIDEST = 2048


def sketch(canvas: Canvas) -> bytes:
    """A PNG of one bit a pixel, white ink on black, that fills the canvas from edge to edge.

    A row is 8 pixels high; a step 4 wide, less where the piece is long: at most 2,048 in all.
    """
    width = min(canvas.steps * _STEP, _WIDEST)
    rows = len(canvas.pitches)
    image = Image.new("L", (width, rows * _ROW))
    for place in canvas.placements:
        left, right = (round(edge * width / canvas.steps) for edge in (place.start, place.stop))
        top, bottom = ((rows - edge) * _ROW for edge in (place.top, place.bottom))
        ink = Image.fromarray(place.area).convert("L")
        ink = ink.resize((max(right - left, 1), bottom - top), Image.Resampling.BOX)
        # A hairline that shrinks to a grey is still there.
        image.paste(ink.point(lambda value: 255 * (value > 40)), (left, top))
    out = io.BytesIO()
    image.convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()

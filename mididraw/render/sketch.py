"""The drawing as it lies on the canvas, small enough to send along with an answer."""

import io

from PIL import Image

from mididraw.canvas import Canvas

_ROW = 8
"""Pixels of a row."""
_WIDEST = 2048


def sketch(canvas: Canvas) -> bytes:
    """A PNG of one bit a pixel, white ink on black, that fills the canvas from edge to edge.

    It has the drawing's own proportions. A row is 8 pixels high, less where the piece would be more
    than 2,048 pixels wide.
    """
    wide, rows = canvas.steps * _ROW / canvas.row_per_step, len(canvas.pitches)
    row = _ROW * min(_WIDEST / wide, 1.0)
    width, height = max(round(row * canvas.steps / canvas.row_per_step), 1), round(rows * row)
    image = Image.new("L", (width, height))
    for place in canvas.placements:
        left, right = (round(edge * width / canvas.steps) for edge in (place.start, place.stop))
        top, bottom = (round((rows - edge) * row) for edge in (place.top, place.bottom))
        ink = Image.fromarray(place.area).convert("L")
        ink = ink.resize((max(right - left, 1), max(bottom - top, 1)), Image.Resampling.BOX)
        # A hairline that shrinks to a grey is still there.
        image.paste(255, (left, top), ink.point(lambda value: 255 * (value > 40)))
    out = io.BytesIO()
    image.convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()

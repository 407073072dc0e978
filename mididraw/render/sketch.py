"""The drawing as it lies on the canvas, small enough to send along with an answer."""

import io
import math

from PIL import Image

from mididraw.canvas import Canvas

_PIXELS = 1 << 18
_WIDEST = 4096


def sketch(canvas: Canvas) -> bytes:
    """A PNG of one bit a pixel, white ink on black, that fills the canvas from edge to edge.

    It has the drawing's own proportions: a circle is one here, whatever a step and a row are in
    music. It has a quarter of a million pixels at most.
    """
    rows = len(canvas.pitches)
    aspect = canvas.steps / (rows * canvas.row_per_step)
    width = min(max(round(math.sqrt(_PIXELS * aspect)), canvas.steps), _WIDEST)
    height = max(round(min(width / aspect, _PIXELS / width)), rows)
    image = Image.new("L", (width, height))
    for place in canvas.placements:
        left, right = (round(edge * width / canvas.steps) for edge in (place.start, place.stop))
        top, bottom = (round((rows - edge) * height / rows) for edge in (place.top, place.bottom))
        ink = Image.fromarray(place.area).convert("L")
        ink = ink.resize((max(right - left, 1), max(bottom - top, 1)), Image.Resampling.BOX)
        # A hairline that shrinks to a grey is still there.
        image.paste(ink.point(lambda value: 255 * (value > 40)), (left, top))
    out = io.BytesIO()
    image.convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()

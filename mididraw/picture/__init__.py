"""Anything that holds a picture → ink: what was drawn, upright and cropped."""

from dataclasses import replace

from mididraw.options import Shape
from mididraw.picture.decode import Picture, decode
from mididraw.picture.ink import Ink
from mididraw.picture.separate import separate
from mididraw.picture.strokes import extract
from mididraw.picture.visible import visible_lines

__all__ = ["Ink", "Picture", "read"]


def read(picture: Picture, *, shape: Shape = Shape.AUTO, invert: bool = False) -> Ink:
    """Read what is drawn on a picture.

    Args:
        picture: a path, a file's bytes or a Pillow image.
        shape: what becomes of filled shapes.
        invert: take the paper for ink and the ink for paper.

    Raises:
        PictureError: of the kind that fits; its sentence says what to do.
    """
    sheet = separate(decode(picture), invert=invert)
    visible = visible_lines(sheet.lab, sheet.rulings, sheet.reach)
    return replace(extract(sheet, shape), visible=visible)

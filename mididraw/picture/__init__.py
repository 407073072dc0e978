"""Anything that holds a picture → ink: what was drawn, upright and cropped."""

import io
import os

import cv2
import numpy as np
from PIL import Image, ImageOps

from mididraw.errors import BlankPictureError, NotAPictureError
from mididraw.options import Shape
from mididraw.picture.ink import Ink

__all__ = ["Ink", "read"]


def read(
    picture: str | os.PathLike[str] | bytes | Image.Image,
    *,
    shape: Shape = Shape.AUTO,
    invert: bool = False,
) -> Ink:
    """Read dark strokes on light paper (first version)."""
    if not isinstance(picture, Image.Image):
        try:
            picture = Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture)
        except OSError as error:
            raise NotAPictureError("This is no picture: send PNG or JPEG.") from error
    grey = np.asarray(ImageOps.exif_transpose(picture).convert("L"))
    area = (grey < 128) != invert
    if not area.any():
        raise BlankPictureError("Nothing is drawn on the picture: draw something on it.")
    y, x = np.nonzero(area)
    area = area[y.min() : y.max() + 1, x.min() : x.max() + 1]
    strokes = cv2.ximgproc.thinning(area.astype(np.uint8) * 255) > 0
    weight = np.where(strokes, 0.5, 0).astype(np.float32)
    return Ink(area, strokes, np.zeros_like(area), weight)

"""The type that picture intake ends in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """What was drawn: upright, cropped to the drawing without a margin, row 0 on top.

    All arrays have one shape ``[height, width]``, in pixels of the working resolution.

    Attributes:
        area: ``bool``, every inked pixel as it was drawn; shown faintly behind the piano roll.
        strokes: ``bool``, what is to be played as lines: one pixel thick.
        fills: ``bool``, filled shapes that are to be played as areas (often empty).
        weight: ``float32`` from 0 (faint or hairline) to 1 (dark or broad), meaningful wherever
            ``strokes`` or ``fills`` is true; becomes velocity.
        box: where the drawing lies on its picture: left, top, right and bottom as shares of it.
        visible: ``float32[any, any]`` over the whole picture, how strongly a person sees a line
            there, from 0 to 1; see :mod:`mididraw.picture.visible`.
    """

    area: NDArray[np.bool_]
    strokes: NDArray[np.bool_]
    fills: NDArray[np.bool_]
    weight: NDArray[np.float32]
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    visible: NDArray[np.float32] | None = None

    @property
    def aspect(self) -> float:
        """Width over height of the drawing."""
        height: int
        width: int
        height, width = self.area.shape
        return width / height

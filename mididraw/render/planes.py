"""Pictures as video keeps them: brightness in full, the two colour differences at half the size."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mididraw.render.layout import Box

SUBSAMPLED = (1, 2, 2)
"""Pixels to a value along each side, by plane: ``yuv420p``."""

Slices = tuple[slice, slice]
_BLACK, _WHITE = 16, 235
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722  # ITU-R BT.709


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """One picture of even width and height.

    Attributes:
        data: ``uint8[height * width * 3 / 2]``, as ffmpeg reads it; the planes lie in it.
        planes: brightness ``uint8[height, width]``, and blue and red less brightness.
    """

    data: NDArray[np.uint8]
    planes: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]

    @classmethod
    def of(cls, image: Image.Image) -> Self:
        """Convert an RGB picture, by BT.709 as players take a picture of this size to be."""
        full, half = _channels(image), _channels(image.reduce(2))
        y, luma = _luma(full), _luma(half)
        u = 128 + (half[2] - luma) / (1 - _BLUE) / 2 * 224 / 255
        v = 128 + (half[0] - luma) / (1 - _RED) / 2 * 224 / 255
        parts = [_BLACK + y * ((_WHITE - _BLACK) / 255), u, v]
        data = np.concatenate(
            [np.rint(part).clip(0, 255).astype(np.uint8).ravel() for part in parts]
        )
        return cls._laid_out(data, image.width, image.height)

    def copy(self) -> Self:
        """Another picture of the same content."""
        height, width = self.planes[0].shape
        return self._laid_out(self.data.copy(), width, height)

    @classmethod
    def _laid_out(cls, data: NDArray[np.uint8], width: int, height: int) -> Self:
        y, u, v = np.split(data, [width * height, width * height * 5 // 4])
        half = (height // 2, width // 2)
        return cls(data, (y.reshape(height, width), u.reshape(half), v.reshape(half)))


def slices(box: Box) -> tuple[Slices, Slices, Slices]:
    """Where a box of pixels lies in each plane; nothing beyond it is touched in brightness."""
    left, top, right, bottom = box
    y, u, v = (
        (slice(round(top / n), round(bottom / n)), slice(round(left / n), round(right / n)))
        for n in SUBSAMPLED
    )
    return y, u, v


def _channels(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(image.convert("RGB")).astype(np.float32).transpose(2, 0, 1)


def _luma(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    red, green, blue = channels
    luma: NDArray[np.float32] = _RED * red + _GREEN * green + _BLUE * blue
    return luma

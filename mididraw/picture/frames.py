"""Of a moving picture the frame that shows most."""

from contextlib import suppress

import numpy as np
from PIL import Image

from mididraw.arrays import Floats
from mididraw.picture.colour import distance, to_lab, without_transparency
from mididraw.picture.shrink import shrink

_SIDE = 160  # of the copies that are compared
_MOST_PIXELS = 300_000_000  # of all frames that are looked at together
_MOST_FRAMES = 400
_MORE = 1.05  # times as much is more: the first of frames alike is taken


def fullest_frame(image: Image.Image, damaged: tuple[type[Exception], ...]) -> int:
    """Find the frame with the most on it; of a long picture, frames evenly chosen are compared.

    Args:
        image: opened, at its first frame.
        damaged: what its decoder raises on damage; frames after it are left out.
    """
    count = getattr(image, "n_frames", 1)
    if count == 1:
        return 0
    affordable = max(_MOST_PIXELS // (image.width * image.height), 1)
    # Each frame rests on the ones before, so looking at few saves nothing but the comparing.
    count = min(count, affordable, _MOST_FRAMES)
    best, most = 0, 0.0
    with suppress(*damaged):
        for number in range(count):
            image.seek(number)
            image.load()
            shown = _shown(image)
            if shown > most * _MORE:
                best, most = number, shown
    return best


def _shown(image: Image.Image) -> float:
    """How much a frame differs from its ground, the usual colour of its border, on the mean."""
    small = shrink(image).convert("RGBA")  # less memory than a whole frame's
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    if not small.getchannel("A").getbbox():
        return 0.0
    lab = to_lab(without_transparency(small))
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    ground: Floats = np.median(border, axis=0).astype(np.float32)
    return float(distance(lab, ground).mean())

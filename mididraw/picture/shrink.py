"""An image of any mode → a plain one of the working size, with little memory."""

import numpy as np
from PIL import Image

WORKING_SIDE = 1280
"""No side of a decoded image is longer, in pixels."""

_BAND_PIXELS = 1_000_000  # that are brought to a plain mode at a time


def factor_of(size: tuple[int, int]) -> int:
    """By how much both sides are divided."""
    return max(-(-max(size) // WORKING_SIDE), 1)


def shrink(image: Image.Image) -> Image.Image:
    """Bring an image to a plain mode and the working size, band by band to save memory."""
    width, height = image.size
    factor = factor_of(image.size)
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image.reduce(factor) if factor > 1 else image.copy()
    band = max(_BAND_PIXELS // width // factor, 1) * factor
    small = None
    for top in range(0, height, band):
        strip = plain(image.crop((0, top, width, min(top + band, height))))
        if factor > 1:
            strip = strip.reduce(factor)
        if small is None:
            small = Image.new(strip.mode, (strip.width, -(-height // factor)))
        small.paste(strip, (0, top // factor))
    if small is None:
        raise ValueError("an image without pixels")
    return small


def plain(image: Image.Image) -> Image.Image:
    """Bring any mode of Pillow's to ``L``, ``RGB`` or ``RGBA``."""
    if image.mode.startswith("I"):
        # 16 bits a pixel; Pillow itself would clip them to 8.
        values = np.asarray(image).astype(np.int32)
        return Image.fromarray((values.clip(0, 65_535) >> 8).astype(np.uint8))
    if image.mode == "F":
        return Image.fromarray(np.asarray(image).clip(0, 255).astype(np.uint8))
    if image.mode == "RGBA" or (image.mode in ("L", "RGB") and "transparency" not in image.info):
        return image
    if image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")

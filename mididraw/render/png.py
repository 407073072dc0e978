"""Pictures as PNG files."""

import io

from PIL import Image


def write_png(image: Image.Image) -> bytes:
    """Write a picture as PNG, small enough and soon done."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()

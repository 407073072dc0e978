"""The small picture of a drawing that goes with an answer."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mididraw.canvas import lay
from mididraw.options import DrawOptions
from mididraw.picture import read
from mididraw.render.sketch import sketch


@pytest.mark.parametrize("bars", [None, 4, 8, 32])
def test_a_circle_is_a_circle_however_long_the_piece(bars: int | None) -> None:
    paper = Image.new("L", (400, 400), 255)
    ImageDraw.Draw(paper).ellipse((50, 50, 350, 350), outline=0, width=8)
    canvas = lay([read(paper)], DrawOptions(bars=bars))
    with Image.open(io.BytesIO(sketch(canvas))) as image:
        ink = np.asarray(image.convert("L")) > 0
        assert image.width <= 2048
    high, wide = (int(np.ptp(np.flatnonzero(ink.any(axis=side)))) + 1 for side in (1, 0))
    assert wide == pytest.approx(high, rel=0.08)

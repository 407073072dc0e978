"""Strokes one pixel thick, filled shapes or their outlines, and weights."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from mididraw.options import Shape
from mididraw.picture import Ink, read
from mididraw.picture.strokes import LONGEST_SIDE
from tests.picture.drawn import alike, sketch


def _ring(width: int) -> Image.Image:
    image = Image.new("L", (400, 400), 255)
    ImageDraw.Draw(image).ellipse((40, 40, 360, 360), outline=0, width=width)
    return image


def _disc(radius: int = 160) -> Image.Image:
    image = Image.new("L", (400, 400), 255)
    box = (200 - radius, 200 - radius, 200 + radius, 200 + radius)
    ImageDraw.Draw(image).ellipse(box, fill=0)
    return image


@pytest.mark.parametrize("pen", [1, 2, 4, 8, 16, 30])
def test_a_level_stroke_is_one_pixel_thick_with_any_pen(pen: int) -> None:
    image = Image.new("L", (400, 200), 255)
    ImageDraw.Draw(image).line([(20, 100), (380, 100)], fill=0, width=pen)
    ImageDraw.Draw(image).line([(20, 20), (20, 180)], fill=0, width=pen)
    ink = read(image)
    middle = ink.strokes[:, ink.strokes.shape[1] // 4 : -ink.strokes.shape[1] // 10]
    assert (middle.sum(axis=0) == 1).all()


@pytest.mark.parametrize("pen", [3, 8, 14])
def test_the_pen_does_not_change_the_drawing(pen: int) -> None:
    assert alike(read(sketch(pen=pen)), read(sketch(pen=5))) > 0.93


@pytest.mark.parametrize("width", [6, 25, 45, 60])
def test_a_thick_ring_is_one_circle(width: int) -> None:
    strokes = read(_ring(width)).strokes
    assert (strokes[strokes.shape[0] // 2].sum(), strokes[:, strokes.shape[1] // 2].sum()) == (2, 2)


def test_a_hairline_in_a_huge_picture_stays_whole() -> None:
    image = Image.new("L", (6000, 4000), 255)
    ImageDraw.Draw(image).line([(500, 3500), (3000, 300), (5500, 3500)], fill=0, width=1)
    strokes = read(image).strokes
    assert strokes.any(axis=0).mean() > 0.99


def test_a_thumbnail_is_enlarged() -> None:
    image = Image.new("L", (28, 28), 0)
    ImageDraw.Draw(image).line([(5, 5), (21, 5), (12, 24)], fill=255, width=3)
    ink = read(image)
    assert max(ink.area.shape) == 320
    assert cv2.connectedComponents(ink.strokes.astype(np.uint8))[0] == 2


def test_a_filled_shape_becomes_its_outline() -> None:
    ink = read(_disc())
    assert not ink.fills.any()
    assert alike(ink, read(_ring(6))) > 0.95


def test_a_filled_shape_is_kept_when_asked_for() -> None:
    ink = read(_disc(), shape=Shape.FILL)
    assert ink.fills.mean() > 0.7
    assert read(_disc(), shape=Shape.OUTLINE).fills.sum() == 0


def test_small_dots_stay_filled_and_large_ones_do_not() -> None:
    image = _ring(5)
    brush = ImageDraw.Draw(image)
    brush.ellipse((130, 140, 152, 162), fill=0)
    brush.ellipse((230, 120, 290, 180), fill=0)
    fills = read(image).fills
    count, _ = cv2.connectedComponents(fills.astype(np.uint8))
    assert count == 2
    assert np.argwhere(fills)[:, 1].mean() < fills.shape[1] / 2


def test_a_drawing_fills_its_box() -> None:
    ink = read(sketch())
    for edge in (ink.area[0], ink.area[-1], ink.area[:, 0], ink.area[:, -1]):
        assert edge.any()
    assert max(ink.area.shape) <= LONGEST_SIDE
    assert ink.aspect == pytest.approx(0.8 * 400 / (0.73 * 300), rel=0.03)


def test_thick_and_dark_strokes_weigh_more() -> None:
    image = Image.new("L", (400, 300), 255)
    brush = ImageDraw.Draw(image)
    for y, fill, width in ((40, 0, 4), (120, 0, 12), (200, 150, 4), (280, 0, 4)):
        brush.line([(20, y), (380, y)], fill=fill, width=width)
    ink = read(image)
    column = ink.weight[:, ink.weight.shape[1] // 2]
    normal, thick, faint, _ = column[column > 0]
    assert faint < normal < thick


@pytest.mark.parametrize("shape", list(Shape))
def test_arrays_agree_on_real_drawings(quickdraw: list[Image.Image], shape: Shape) -> None:
    for image in quickdraw[:20]:
        ink: Ink = read(image, shape=shape)
        assert ink.area.shape == ink.strokes.shape == ink.fills.shape == ink.weight.shape
        assert ink.weight.dtype == np.float32
        assert not (ink.strokes & ink.fills).any()
        played = ink.strokes | ink.fills
        assert played.any()
        assert (ink.weight[played] > 0).all()
        assert ((ink.weight >= 0) & (ink.weight <= 1)).all()
        near = cv2.dilate(ink.area.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        assert near[played].all()


def test_real_drawings_are_read_as_they_were_drawn(quickdraw: list[Image.Image]) -> None:
    for image in quickdraw:
        drawn = np.asarray(image) < 128
        rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
        box = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        ink = read(image)
        assert ink.area.shape == box.shape
        far = cv2.distanceTransform((~ink.strokes & ~ink.fills).astype(np.uint8), cv2.DIST_L2, 5)
        # Every inked pixel lies within a pen's width of what is played.
        assert (far[box] <= 8).mean() > 0.995

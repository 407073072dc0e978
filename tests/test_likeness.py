"""The honest match: with the lines of the picture as it was posted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from mididraw.canvas import Canvas, lay
from mididraw.draw import prepare_request, write_score
from mididraw.harmony import Key
from mididraw.match import match
from mididraw.options import DrawOptions
from mididraw.picture import Ink, read
from mididraw.score import DRAWING, Note, Score, Track
from tests.picture.drawn import sketch
from tests.picture.test_visible import cat


def played(canvas: Canvas) -> Score:
    """Every inked cell is a note."""
    notes = tuple(
        Note(int(step), canvas.pitches.low + int(row), 1, 64)
        for row, step in np.argwhere(canvas.ink)
    )
    return Score((Track(DRAWING, 0, notes),), canvas.bars, 100.0, Key.parse("C"))


def without(ink: Ink, inner: bool) -> Ink:
    """The ink without what is inside of the head, or without what is outside of it."""
    height, width = ink.area.shape
    y, x = np.mgrid[:height, :width]
    inside = np.hypot(x / width - 0.5, y / height - 0.57) < 0.36
    kept = ~inside if inner else inside
    return replace(ink, strokes=ink.strokes & kept, fills=ink.fills & kept)


@pytest.mark.parametrize("inner", [True, False])
def test_what_ink_has_lost_is_missed_by_the_likeness_alone(inner: bool) -> None:
    whole = read(cat(body="orange"))
    canvas = lay([without(whole, inner)], DrawOptions())
    found = match(canvas, played(canvas))
    assert found.f1 == 1
    assert found.likeness < 0.8
    canvas = lay([whole], DrawOptions())
    assert match(canvas, played(canvas)).likeness > 0.97


def test_a_sun_that_was_lost_beside_a_drawing_is_missed() -> None:
    picture = Image.new("L", (800, 300), 255)
    picture.paste(sketch(), (400, 0))
    sun = picture.copy()
    sun.paste(cat(200).convert("L"), (40, 40))
    lost = replace(read(picture), visible=read(sun).visible)
    canvas = lay([lost], DrawOptions())
    assert match(canvas, played(canvas)).likeness < 0.75


def test_notes_anywhere_are_no_likeness() -> None:
    canvas = lay([read(cat())], DrawOptions())
    shifted = replace(canvas, ink=np.roll(canvas.ink, canvas.steps // 3, axis=1))
    assert match(canvas, played(shifted)).likeness < 0.6


def test_faces_of_real_complaints_are_like_themselves(shared: Path) -> None:
    names = ("white_coloured_cat.png", "photo_two_pens_red.jpg", "photo_lined_faint.jpg")
    for name in (*names, "photo_spiral.jpg"):  # whose sheet's rim runs beside its holes
        work = prepare_request([shared / "data" / "cases" / name], DrawOptions.of(engine="chords"))
        assert match(work.canvas, write_score(work)).likeness > 0.95


@pytest.mark.parametrize("tilt", [0, 3])
def test_faint_squares_are_no_lines_of_the_drawing(tilt: int) -> None:
    paper = Image.new("RGB", (900, 700), (255, 254, 248))
    brush = ImageDraw.Draw(paper)
    for x in range(-900, 1800, 30):
        lean = tilt * 10
        brush.line([(x, 0), (x + lean, 700)], fill=(184, 207, 232), width=2)
        brush.line([(0, x), (900, x - lean)], fill=(184, 207, 232), width=2)
    turns = 0.8 * np.pi * np.arange(6)
    star = list(zip(450 + 230 * np.sin(turns), 360 - 230 * np.cos(turns), strict=True))
    brush.line(star, fill=(192, 64, 64), width=5)
    work = prepare_request([paper], DrawOptions.of(engine="chords"))
    assert match(work.canvas, write_score(work)).likeness > 0.9


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**31))
def test_any_visible_lines_give_shares(height: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    visible = (random.random((height, width)) < 0.2).astype(np.float32)
    canvas = lay([replace(read(sketch()), visible=visible)], DrawOptions(bars=2))
    found = match(canvas, played(canvas))
    assert 0 <= found.likeness <= 1
    assert 0 <= found.lines <= 1
    assert 0 <= found.parts <= 1

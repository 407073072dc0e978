"""How close a roll is to its drawing."""

import numpy as np
import pytest
from hypothesis import given

from mididraw.canvas import Canvas
from mididraw.harmony import Key
from mididraw.match import match
from mididraw.score import DRAWING, Note, Score, Track
from tests.strategies.canvases import canvas_of, canvases


def score_of(*notes: Note) -> Score:
    return Score((Track(DRAWING, 0, notes),), 1, 120, Key(0))


def line() -> Canvas:
    ink = np.zeros((12, 16), np.bool_)
    ink[5, 4:12] = True
    return canvas_of(ink, low=60)


def test_notes_within_one_row_and_one_column_match() -> None:
    found = match(line(), score_of(Note(3, 66, 10, 64)))
    assert (found.coverage, found.precision, found.f1) == (1.0, 1.0, 1.0)


def test_notes_farther_away_are_strays_and_cover_nothing() -> None:
    found = match(line(), score_of(Note(4, 67, 8, 64)))
    assert (found.coverage, found.precision, found.f1) == (0.0, 0.0, 0.0)


def test_half_the_ink_and_half_the_notes() -> None:
    found = match(line(), score_of(Note(4, 65, 3, 64), Note(4, 70, 3, 64)))
    assert found.coverage == 0.5
    assert found.precision == 0.5


def test_notes_outside_of_the_range_are_strays() -> None:
    found = match(line(), score_of(Note(4, 65, 8, 64), Note(0, 30, 8, 64)))
    assert found.coverage == 1.0
    assert found.precision == 0.5


def test_accompaniment_does_not_count() -> None:
    canvas = line()
    drawing = Track(DRAWING, 0, (Note(4, 65, 8, 64),))
    bass = Track("bass", 32, (Note(0, 61, 16, 64),))
    assert match(canvas, Score((bass, drawing), 1, 120, Key(0))).f1 == 1.0


@given(canvases())
def test_silence_matches_nothing(canvas: Canvas) -> None:
    assert match(canvas, score_of()).f1 == pytest.approx(0.0)

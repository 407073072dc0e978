"""Every part of a drawing is heard."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.canvas import Canvas, lay
from mididraw.corpora.quickdraw import paint, read_quickdraw
from mididraw.draw import prepare_request, write_score
from mididraw.engines.missing import with_every_part
from mididraw.harmony import Chord, Key
from mididraw.options import DrawOptions, Engine
from mididraw.picture.ink import Ink
from mididraw.score import DRAWING, ChordSpan, Note, Score, Track
from tests.picture.test_visible import cat


def silent(canvas: Canvas, score: Score) -> list[int]:
    """The numbers of the parts of which no note is in a cell of theirs, or next to one."""
    unheard = []
    for number, part in enumerate(canvas.parts):
        heard = any(
            abs(canvas.pitches.low + row - note.pitch) <= 1 and note.onset - 1 <= step <= note.end
            for row, step in part
            for note in score.drawing.notes
        )
        if not heard:
            unheard.append(number)
    return unheard


@st.composite
def dotted(draw: st.DrawFn) -> Ink:
    """A sheet with dots of strokes and of fills, apart from each other."""
    fills = np.zeros((90, 120), np.bool_)
    strokes = np.zeros_like(fills)
    for row, column in draw(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 11)), min_size=1)):
        at = np.s_[row * 10 + 2 : row * 10 + 5, column * 10 + 2 : column * 10 + 5]
        (fills if draw(st.booleans()) else strokes)[at] = True
    return Ink(fills | strokes, strokes, fills, np.full(fills.shape, 0.5, np.float32))


KEYS = st.sampled_from(["C", "F# minor", "Eb", "A minor"]).map(Key.parse)


@given(dotted(), KEYS, st.booleans())
def test_a_part_that_no_note_plays_gets_one_of_the_key(ink: Ink, key: Key, some: bool) -> None:
    canvas = lay([ink, ink], DrawOptions(bars=4))
    assert len(canvas.parts) == 2 * len(np.unique(np.argwhere(ink.area) // 10, axis=0))
    notes = (Note(0, 60, 4, 80), Note(20, 64, 8, 80)) if some else ()
    chords = (ChordSpan(0, canvas.steps, Chord.parse("G7")),) if some else ()
    tracks = (Track("bass", 32, ()), Track(DRAWING, 0, notes))
    before = Score(tracks, canvas.bars, 100.0, key, chords)
    after = with_every_part(canvas, before)
    assert silent(canvas, after) == []
    assert set(notes) <= set(after.drawing.notes)
    assert after.tracks[0] == before.tracks[0]
    added = set(after.drawing.notes) - set(notes)
    assert all(note.pitch % 12 in key.scale for note in added)
    assert len(added) <= len(canvas.parts)
    assert with_every_part(canvas, after) == after


def test_the_smallest_fill_has_a_cell() -> None:
    fills = np.zeros((640, 640), np.bool_)
    for place in (100, 300, 500):
        fills[place : place + 3, place : place + 3] = True
    ink = Ink(fills, np.zeros_like(fills), fills, np.full(fills.shape, 0.5, np.float32))
    canvas = lay([ink], DrawOptions())
    assert len(canvas.parts) == 3
    assert all(canvas.ink[part[:, 0], part[:, 1]].all() and len(part) for part in canvas.parts)


@pytest.mark.parametrize("engine", list(Engine))
def test_dot_eyes_are_heard_in_every_engine(shared: Path, engine: Engine) -> None:
    for picture in (shared / "data" / "cases" / "eyes_r10.png", cat(body="orange", pen=4)):
        work = prepare_request([picture], DrawOptions.of(engine=engine, bars=4, seed=3))
        assert len(work.canvas.parts) >= 4
        assert silent(work.canvas, write_score(work)) == []


def test_no_drawing_of_quickdraw_loses_a_part(shared: Path) -> None:
    drawings = read_quickdraw(shared / "data" / "quickdraw.ndjson.gz")
    for strokes in islice(drawings, 0, 60):
        work = prepare_request([paint(strokes)], DrawOptions.of(engine="chords", seed=1))
        assert silent(work.canvas, write_score(work)) == []

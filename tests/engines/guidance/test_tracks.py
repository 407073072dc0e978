"""What becomes of a model's notes on the tracks of a drawing."""

import numpy as np
import pytest

from mididraw.canvas import Canvas
from mididraw.engines.guidance.tracks import split_tracks
from mididraw.harmony import Key
from mididraw.models.pocket.tokens import BACKING
from mididraw.options import PitchRange
from mididraw.score import DRAWING, Note, Score, Track
from tests.strategies.canvases import canvas_of


@pytest.mark.parametrize(("weight", "wanted"), [(0.5, 80), (0.55, 80), (1.0, 112), (0.05, 52)])
def test_a_pens_pressure_is_heard_and_a_mouses_line_is_as_the_model_has_it(
    weight: float, wanted: int
) -> None:
    ink = np.zeros((48, 16), np.bool_)
    ink[20, 2:10] = True
    canvas = Canvas(
        ink, np.where(ink, weight, 0).astype(np.float32), PitchRange(low=36, high=83), 1, (), 1.0
    )
    notes = (Note(2, 56, 8, 80), Note(2, 70, 8, 80))
    music = Score((Track("lead", 0, notes),), 1, 90.0, Key.parse("C"))
    (track,) = split_tracks(music, canvas, 0, "backing", accompany=False).tracks
    played = {note.pitch: note.velocity for note in track.notes}
    # What plays no ink is as loud as before.
    assert played == {56: wanted, 70: 80}


@pytest.mark.parametrize("contrast", [0.0, 1.0, 2.0])
def test_contrast_spreads_loudness_about_its_median(contrast: float) -> None:
    ink = np.zeros((48, 16), np.bool_)
    notes = tuple(Note(2 * place, 56, 2, 60 + 10 * place) for place in range(5))
    music = Score((Track("lead", 0, notes),), 1, 90.0, Key.parse("C"))
    (track,) = split_tracks(
        music, canvas_of(ink), 0, "backing", accompany=False, contrast=contrast
    ).tracks
    found = [note.velocity for note in track.notes]
    assert found[2] == 80
    assert found[4] - found[0] == pytest.approx(34 * contrast, abs=1)


def test_what_the_backing_plays_beside_the_ink_is_an_accompaniment_and_quieter() -> None:
    ink = np.zeros((48, 16), np.bool_)
    ink[20, 2:10] = True
    lead, backing = (
        (Note(2, 56, 4, 80), Note(2, 70, 4, 80)),
        (Note(6, 57, 4, 60), Note(8, 55, 2, 80), Note(2, 40, 8, 80), Note(12, 40, 2, 1)),
    )
    music = Score((Track("lead", 0, lead), Track("backing", 5, backing)), 1, 90.0, Key.parse("C"))
    split = split_tracks(music, canvas_of(ink), 7, "backing", accompany=True)
    drawing, accompaniment = split.tracks
    assert (drawing.name, accompaniment.name) == (DRAWING, BACKING)
    assert (drawing.program, accompaniment.program) == (7, 7)
    assert {note.pitch for note in drawing.notes} == {55, 56, 57, 70}
    # None falls silent.
    assert accompaniment.notes == (Note(2, 40, 8, 60), Note(12, 40, 2, 1))
    whole = split_tracks(music, canvas_of(ink), 7, "backing", accompany=False)
    (drawing,) = whole.tracks
    assert max(note.velocity for note in drawing.notes if note.pitch == 40) == 80


def test_a_key_that_would_be_hammered_between_the_beats_is_held_on() -> None:
    ink = np.zeros((48, 16), np.bool_)
    ink[40, 0] = True
    hammered = (Note(0, 56, 2, 80), Note(2, 56, 1, 80), Note(3, 56, 1, 80))
    struck = (Note(0, 60, 4, 80), Note(4, 60, 1, 80), Note(6, 60, 1, 80), Note(7, 60, 2, 80))
    music = Score((Track("lead", 0, hammered + struck),), 1, 90.0, Key.parse("C"))
    (track,) = split_tracks(music, canvas_of(ink), 0, "backing", accompany=False).tracks
    found = [note for note in track.notes if note.pitch == 56]
    assert found == [Note(0, 56, 4, 80)]
    # On the beat, after a rest and where it is held, a key is struck.
    assert tuple(note for note in track.notes if note.pitch == 60) == struck

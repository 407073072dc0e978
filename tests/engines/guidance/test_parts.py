"""What becomes of a model's notes on the tracks of a drawing."""

import numpy as np
import pytest

from mididraw.canvas import Canvas
from mididraw.engines.guidance.parts import parted
from mididraw.harmony import Key
from mididraw.options import PitchRange
from mididraw.score import Note, Score, Track


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
    (track,) = parted(music, canvas, 0, "backing", accompany=False).tracks
    played = {note.pitch: note.velocity for note in track.notes}
    # What plays no ink is as loud as before.
    assert played == {56: wanted, 70: 80}

"""Every run of ink is a note."""

import numpy as np
from hypothesis import given

from mididraw.canvas import Canvas
from mididraw.engines import ScoreRequest
from mididraw.engines.naive import naive
from mididraw.match import match
from mididraw.options import DrawOptions
from mididraw.score import roll
from tests.strategies.canvases import canvas_of, canvases


@given(canvases())
def test_the_roll_is_the_ink(canvas: Canvas) -> None:
    score = naive(ScoreRequest(canvas, DrawOptions(seed=0)))
    grid = roll(score.drawing.notes, canvas.steps)[canvas.pitches.low :][: len(canvas.ink)] > 0
    assert np.array_equal(grid, canvas.ink)
    assert match(canvas, score).f1 == (1.0 if canvas.ink.any() else 0.0)


def test_darker_ink_is_louder() -> None:
    canvas = canvas_of(np.eye(16, dtype=np.bool_))
    canvas.weight[3, 3], canvas.weight[4, 4] = 0.1, 0.9
    by_onset = {
        note.onset: note.velocity
        for note in naive(ScoreRequest(canvas, DrawOptions(seed=0))).drawing.notes
    }
    assert by_onset[3] < by_onset[2] < by_onset[4]

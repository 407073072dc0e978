"""The model plays the picture."""

import numpy as np

from mididraw.canvas import Canvas, lay
from mididraw.engines import ScoreRequest
from mididraw.engines.guided import guided
from mididraw.engines.plan import plan_piece
from mididraw.evaluation.measures.form import form
from mididraw.match import match
from mididraw.models.pocket.tokens import BACKING
from mididraw.options import DrawOptions
from mididraw.picture import read
from mididraw.score import DRAWING, Score, roll
from tests.conftest import EXAMPLES
from tests.strategies.canvases import canvas_of


def canvas_for(seed: int = 1, **options: object) -> tuple[Canvas, DrawOptions]:
    chosen = DrawOptions.of(
        engine="guided", bars=4, candidates=4, arrangement="solo", seed=seed, **options
    )
    return lay([read(EXAMPLES / "cat.png")], chosen), chosen


def play(seed: int = 1, **options: object) -> tuple[Canvas, Score]:
    canvas, chosen = canvas_for(seed, **options)
    return canvas, guided(ScoreRequest(canvas, chosen))


def test_the_music_is_the_picture_in_key_and_without_semitones() -> None:
    canvas, score = play()
    found = match(canvas, score)
    assert found.f1 > 0.88
    assert found.precision > 0.88
    assert [track.name for track in score.tracks] == [DRAWING, "ending"]
    assert all(note.pitch % 12 in score.key.scale for note in score.drawing.notes)
    grid = roll(score.drawing.notes, canvas.steps) > 0
    assert grid.sum() == sum(note.duration for note in score.drawing.notes), "notes overlap"
    clashes = (grid[1:] & grid[:-1]).sum() / grid.any(axis=0).sum()
    assert clashes < 0.1
    assert score.performed
    assert len({note.velocity for note in score.drawing.notes}) > 1


def test_one_seed_is_one_piece_and_another_another() -> None:
    assert play(seed=3)[1] == play(seed=3)[1]
    assert play(seed=3)[1] != play(seed=4)[1]


def test_strength_goes_from_free_music_to_the_picture() -> None:
    found = [match(*play(strength=strength)).f1 for strength in (0, 40, 100)]
    assert found[0] < 0.6 < found[1] < found[2] + 0.03
    assert found[2] > 0.92


def test_a_piece_follows_its_plan_at_any_strength_and_comes_home() -> None:
    canvas, options = canvas_for()
    plan = plan_piece(canvas, options, seed=1)
    for strength in (0, 100):
        _, score = play(strength=strength)
        assert score.key == plan.key
        assert tuple(score.chord_at(16 * bar) for bar in range(score.bars)) == plan.chords
        found = form(score)
        assert (found.home, found.tonic) == (1, 1)
        assert found.hammered < 0.06


def test_key_and_tempo_are_those_asked_for() -> None:
    _, score = play(key="F# minor", tempo=133, instrument="vibraphone")
    assert (score.key.name, score.tempo) == ("F# minor", 133)
    assert score.drawing.program == 11


def test_an_accompaniment_is_quieter_and_on_its_own_track() -> None:
    canvas, score = play(accompaniment=True)
    assert [track.name for track in score.tracks[:2]] == [DRAWING, BACKING]
    drawing, backing = (
        np.mean([note.velocity for note in track.notes]) for track in score.tracks[:2]
    )
    assert backing < drawing
    assert match(canvas, score).f1 > 0.7


def test_bars_without_ink_are_played_through() -> None:
    ink = np.zeros((48, 6 * 16), np.bool_)
    ink[20, 2:6] = True
    canvas = canvas_of(ink)
    options = DrawOptions.of(engine="guided", candidates=2, seed=1)
    score = guided(ScoreRequest(canvas, options))
    assert score.bars == 6


def test_one_candidate_is_enough() -> None:
    canvas, _ = canvas_for()
    options = DrawOptions.of(engine="guided", bars=4, candidates=1, seed=1)
    score = guided(ScoreRequest(canvas, options))
    assert match(canvas, score).f1 > 0.8

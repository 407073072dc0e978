"""Strokes as melodic lines over chords that songs use."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mididraw.canvas import Canvas
from mididraw.draw import prepare_request, resolve, write_score
from mididraw.engines import ScoreRequest
from mididraw.engines.chords import chords
from mididraw.engines.voices import MAX_VOICES
from mididraw.harmony import Style
from mididraw.match import match
from mididraw.options import DrawOptions
from mididraw.score import DRAWING, STEPS_PER_BEAT, Score, roll
from tests.strategies.canvases import canvas_of, canvases


def play(canvas: Canvas, seed: int = 0, **options: object) -> Score:
    return chords(ScoreRequest(canvas, DrawOptions.of(seed=seed, **options)))


@given(canvases(), st.integers(0, 1000))
def test_every_note_is_in_the_key_and_chord_tones_stand_on_the_beats(
    canvas: Canvas, seed: int
) -> None:
    score = play(canvas, seed)
    for note in score.drawing.notes:
        assert note.pitch % 12 in score.key.scale
        if note.onset % STEPS_PER_BEAT == 0:
            chord = score.chord_at(note.onset)
            assert chord is not None
            assert note.pitch % 12 in chord.tones


@given(canvases(), st.integers(0, 1000))
def test_at_most_six_notes_sound_at_once_and_never_a_semitone_apart(
    canvas: Canvas, seed: int
) -> None:
    notes = play(canvas, seed).drawing.notes
    grid = roll(notes, canvas.steps) > 0
    assert grid.sum() == sum(note.duration for note in notes), "notes of one pitch overlap"
    assert grid.sum(axis=0).max(initial=0) <= MAX_VOICES
    assert not (grid[1:] & grid[:-1]).any()


@given(canvases(), st.integers(0, 1000))
def test_notes_stay_on_the_canvas_and_on_the_ink(canvas: Canvas, seed: int) -> None:
    score = play(canvas, seed)
    for note in score.drawing.notes:
        assert canvas.pitches.low <= note.pitch <= canvas.pitches.high
        assert note.end <= canvas.steps
    if score.drawing.notes:
        assert match(canvas, score).precision > 0.7


@given(canvases(most_bars=2), st.integers(0, 1000), st.sampled_from(Style))
def test_the_same_seed_gives_the_same_music(canvas: Canvas, seed: int, style: Style) -> None:
    options = {"style": style, "accompaniment": True}
    assert play(canvas, seed, **options) == play(canvas, seed, **options)


def test_a_slope_becomes_a_run() -> None:
    ink = np.zeros((48, 32), np.bool_)
    for step in range(2, 30):
        ink[8 + step, step] = True
    pitches = [note.pitch for note in play(canvas_of(ink), key="C").drawing.notes]
    assert len(pitches) >= 8
    assert pitches == sorted(pitches)
    assert max(np.diff(pitches)) <= 4


def test_an_upright_stroke_becomes_an_arpeggio() -> None:
    ink = np.zeros((48, 32), np.bool_)
    ink[4:44, 12] = True
    canvas = canvas_of(ink)
    score = play(canvas)
    notes = score.drawing.notes
    onsets = sorted({note.onset for note in notes})
    assert onsets == [11, 12, 13]
    middle = [np.mean([n.pitch for n in notes if n.onset == onset]) for onset in onsets]
    assert middle == sorted(middle)
    # On the beat only chord tones stand, up to five semitones apart: some ink shows between.
    assert match(canvas, score).f1 > 0.8


def test_a_level_stroke_is_held_and_struck_again_by_the_half_bar() -> None:
    ink = np.zeros((48, 32), np.bool_)
    ink[24] = True
    notes = play(canvas_of(ink), key="C").drawing.notes
    assert sum(note.duration for note in notes) >= 28
    assert {note.pitch for note in notes} <= {59, 60, 61}
    assert len(notes) <= 6


def test_velocity_follows_the_beat_and_the_ink() -> None:
    ink = np.zeros((48, 32), np.bool_)
    ink[24] = True
    canvas = canvas_of(ink)
    canvas.weight[:, :16], canvas.weight[:, 16:] = 0.1, 0.9
    notes = play(canvas, key="C").drawing.notes
    soft = [note.velocity for note in notes if note.end <= 16]
    loud = [note.velocity for note in notes if note.onset >= 17]
    assert max(soft) < min(loud)


def test_the_key_that_was_asked_for_is_kept(example: Path) -> None:
    work = prepare_request([example], DrawOptions.of(engine="chords", key="F minor", seed=0))
    score = write_score(work)
    options = resolve(work, score)
    assert score.key.name == options.key == "F minor"
    assert all(span.chord.tones <= score.key.scale for span in score.chords)


def test_another_seed_gives_another_take(example: Path) -> None:
    takes = {
        write_score(prepare_request([example], DrawOptions.of(engine="chords", seed=seed)))
        for seed in range(6)
    }
    assert len(takes) >= 4


def test_accompaniment_is_quiet_and_on_tracks_of_its_own(example: Path) -> None:
    bare, full = (
        write_score(
            prepare_request(
                [example],
                DrawOptions.of(
                    engine="chords", seed=3, accompaniment=accompaniment, arrangement="solo"
                ),
            )
        )
        for accompaniment in (False, True)
    )
    assert full.drawing == bare.drawing
    assert [track.name for track in full.tracks] == [DRAWING, "bass", "chords"]
    quietest = np.mean([note.velocity for note in full.drawing.notes])
    for track in full.tracks[1:]:
        assert max(note.velocity for note in track.notes) < quietest
        assert {note.onset // 16 for note in track.notes} == set(range(full.bars))
        for note in track.notes:
            chord = full.chord_at(note.onset)
            assert chord is not None
            assert note.pitch % 12 in chord.tones


@pytest.mark.parametrize("engine", ["chords", "naive"])
def test_real_drawings_are_recognisable(quickdraw: list[Image.Image], engine: str) -> None:
    least = {"chords": 0.95, "naive": 0.98}[engine]
    found = []
    for seed, image in enumerate(quickdraw):
        work = prepare_request([image], DrawOptions.of(engine=engine, seed=seed))
        canvas, score = work.canvas, write_score(work)
        found.append(match(canvas, score).f1)
    assert np.mean(found) >= least

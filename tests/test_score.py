"""The music itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.harmony import Chord, Key
from mididraw.score import (
    DRAWING,
    ChordSpan,
    Note,
    Score,
    Track,
    roll,
    sounding_pitch_classes,
)
from tests.strategies.scores import scores


@pytest.mark.parametrize(
    ("onset", "pitch", "duration", "velocity"),
    [(-1, 60, 1, 64), (0, 128, 1, 64), (0, 60, 0, 64), (0, 60, 1, 0), (0, 60, 1, 128)],
)
def test_a_note_that_midi_cannot_play_is_refused(
    onset: int, pitch: int, duration: int, velocity: int
) -> None:
    with pytest.raises(ValueError, match=r"note|pitch"):
        Note(onset, pitch, duration, velocity)


def test_notes_of_a_track_are_in_order() -> None:
    late, early = Note(8, 60, 4, 64), Note(0, 72, 4, 64)
    assert Track(DRAWING, 0, (late, early)).notes == (early, late)


def test_the_drawing_is_found_by_its_name() -> None:
    bass, drawing = Track("bass", 32, ()), Track(DRAWING, 0, ())
    assert Score((bass, drawing), 1, 120, Key(0)).drawing is drawing
    assert Score((bass,), 1, 120, Key(0)).drawing is bass


def test_a_chord_rules_until_it_ends() -> None:
    span = ChordSpan(4, 4, Chord(0))
    score = Score((Track(DRAWING, 0, ()),), 1, 120, Key(0), (span,))
    assert [score.chord_at(step) for step in (3, 4, 7, 8)] == [None, Chord(0), Chord(0), None]


@given(scores())
def test_a_roll_sounds_where_notes_do(score: Score) -> None:
    notes = score.drawing.notes
    grid = roll(notes, score.steps)
    sounding = {(n.pitch, step) for n in notes for step in range(n.onset, n.end)}
    assert set(zip(*np.nonzero(grid), strict=True)) == {
        (pitch, step) for pitch, step in sounding if step < score.steps
    }


@given(scores())
def test_pitch_classes_sound_as_long_as_their_notes(score: Score) -> None:
    notes = score.drawing.notes
    assert sounding_pitch_classes(notes).sum() == sum(note.duration for note in notes)


@given(scores(), st.integers(1, 4))
def test_the_last_bars_are_a_piece_of_their_own(score: Score, bars: int) -> None:
    last = score.last(bars)
    kept = min(bars, score.bars)
    first = (score.bars - kept) * 16
    assert last.bars == kept
    for track, whole in zip(last.tracks, score.tracks, strict=True):
        assert [(n.onset + first, n.pitch) for n in track.notes] == [
            (n.onset, n.pitch) for n in whole.notes if n.onset >= first
        ]
    for step in range(first, score.steps):
        assert last.chord_at(step - first) == score.chord_at(step)

"""Played, not typed, and still the same notation."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given

from mididraw.harmony import Chord
from mididraw.render.midi import read_midi, write_midi
from mididraw.render.performance import pedal, play
from mididraw.score import DRAWING, ChordSpan, Note, Score, Track
from tests.render.test_midi import tune
from tests.strategies.scores import scores


@given(scores(overlaps=False))
def test_a_performance_reads_back_as_its_score(score: Score) -> None:
    full = [track for track in score.tracks if track.notes]
    if full and score.tempo <= 240:
        back = read_midi(write_midi(replace(score, performed=True)))
        assert [track.notes for track in back.tracks] == [track.notes for track in full]


@given(scores(overlaps=False))
def test_no_note_is_cut_by_the_one_before_it(score: Score) -> None:
    for track in score.tracks:
        ends: dict[int, float] = {}
        struck = play(track, replace(score, performed=True))
        for one in sorted(struck, key=lambda one: one.note.onset):
            assert one.start >= ends.get(one.note.pitch, 0.0)
            assert one.end > one.start
            ends[one.note.pitch] = one.end


def test_a_chord_is_rolled_upwards_and_repeats_to_the_bit() -> None:
    chord = Track(DRAWING, 0, tuple(Note(4, pitch, 4, 80) for pitch in (60, 64, 67)))
    score = Score((chord,), 1, 120, tune().key, performed=True)
    struck = play(chord, score)
    assert all(a.start < b.start for a, b in pairwise(struck))
    assert struck[-1].start - struck[0].start < 0.02
    assert play(chord, score) == struck


def test_the_pedal_changes_with_chords_and_bars() -> None:
    chords = (ChordSpan(0, 24, Chord(0, "maj")), ChordSpan(24, 8, Chord(7, "maj")))
    track = Track(DRAWING, 0, (Note(0, 60, 4, 80),))
    score = Score((track,), 2, 150, tune().key, chords, performed=True)
    changes = pedal(track, score)
    assert [down for _, down in changes] == [True, False] * 3
    assert [time for time, down in changes if not down] == pytest.approx([1.6, 2.4, 3.2])
    assert changes == sorted(changes)


@pytest.mark.parametrize("program", [19, 40, 73])
def test_what_sounds_on_by_itself_needs_no_pedal(program: int) -> None:
    track = Track(DRAWING, program, (Note(0, 60, 4, 80),))
    assert pedal(track, replace(tune(), performed=True)) == []


def test_a_score_that_is_not_performed_is_played_as_written() -> None:
    score = tune()
    assert pedal(score.tracks[0], score) == []
    second = score.seconds_per_step
    assert [one.start for one in play(score.tracks[0], score)] == [
        note.onset * second for note in score.tracks[0].notes
    ]

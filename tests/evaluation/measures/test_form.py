"""The figures of a piece's form count what they say."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mididraw.evaluation.measures.form import SILENCE, form
from mididraw.harmony import Chord, Key, Mode
from mididraw.score import STEPS_PER_BAR, ChordSpan, Note, Score, Track
from tests.strategies.scores import scores


def piece(*notes: tuple[int, int, int], bars: int = 1, key: Key | None = None) -> Score:
    """Notes of onset, pitch and duration."""
    track = Track("melody", 0, tuple(Note(on, pitch, length, 80) for on, pitch, length in notes))
    return Score((track,), bars, 120.0, key or Key(0))


def loop(*chords: tuple[int, int, int], bars: int) -> Score:
    """A chord a bar, held, again and again."""
    return piece(
        *(
            (bar * STEPS_PER_BAR, pitch, STEPS_PER_BAR)
            for bar in range(bars)
            for pitch in chords[bar % len(chords)]
        ),
        bars=bars,
    )


C, F, G, AM = (60, 64, 67), (65, 69, 72), (67, 71, 74), (57, 60, 64)


def test_silence_has_no_form() -> None:
    assert form(piece()) == SILENCE
    assert form(piece((20, 60, 4))) == SILENCE


def test_a_loop_of_four_chords_returns_and_one_of_three_does_not() -> None:
    assert form(loop(C, AM, F, G, bars=8)).returns > 0.3
    assert form(loop(C, F, G, bars=12)).returns < 0
    assert form(loop(C, bars=8)).returns == pytest.approx(0)
    assert form(loop(C, AM, F, G, bars=4)).returns == 0


def test_silent_bars_are_left_out_of_what_returns() -> None:
    with_rest = piece((0, 60, 16), (64, 60, 16), bars=6)
    assert form(with_rest).returns == pytest.approx(0)


@pytest.mark.parametrize("period", [1, 2, 4])
def test_a_rhythm_returns_after_one_two_or_four_bars(period: int) -> None:
    patterns = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)][:period]
    notes = [
        (bar * STEPS_PER_BAR + step, 60, 1) for bar in range(8) for step in patterns[bar % period]
    ]
    found = form(piece(*notes, bars=8)).rhythm
    assert found == pytest.approx(0) if period == 1 else found > 0.5


def test_hammering_is_a_short_note_on_a_key_just_released() -> None:
    assert form(piece((0, 60, 1), (1, 60, 1), (2, 60, 1))).hammered == pytest.approx(2 / 3)
    assert form(piece((0, 60, 4), (4, 60, 1))).hammered == 0.5
    assert form(piece((0, 60, 1), (2, 60, 1))).hammered == 0
    assert form(piece((0, 60, 1), (1, 60, 2))).hammered == 0
    assert form(piece((0, 60, 1), (1, 62, 1))).hammered == 0
    two = piece((0, 60, 1))
    other = Track("other", 0, (Note(1, 60, 1, 80),))
    assert form(replace(two, tracks=(*two.tracks, other))).hammered == 0


def test_short_is_a_16th_at_most() -> None:
    assert form(piece((0, 60, 1), (4, 60, 2), (8, 60, 4), (12, 62, 1))).short == 0.5


@pytest.mark.parametrize(
    ("pitches", "key", "home"),
    [
        ((48, 64), Key(0), 1),
        ((48, 67), Key(0), 1),
        ((52, 60), Key(0), 1),
        ((48,), Key(0), 0),
        ((53, 60, 64), Key(0), 0),
        ((57, 60), Key(9, Mode.MINOR), 1),
        ((57, 61), Key(9, Mode.MINOR), 0),
    ],
)
def test_home_is_the_tonic_with_third_or_fifth_and_nothing_below(
    pitches: tuple[int, ...], key: Key, home: int
) -> None:
    assert form(piece(*((12, pitch, 4) for pitch in pitches), key=key)).home == home
    # What sounds earlier does not count, nor does silence after.
    before = (0, 41, 4)
    last = [(8, pitch, 4) for pitch in pitches]
    assert form(piece(before, *last, bars=2, key=key)).home == home


def test_the_last_chord_is_known_or_heard() -> None:
    assert form(loop(F, G, C, bars=3)).tonic == 1
    assert form(loop(C, F, G, bars=3)).tonic == 0
    spans = (ChordSpan(0, 16, Chord(0)), ChordSpan(16, 16, Chord(7)))
    assert form(replace(loop(C, bars=2), chords=spans)).tonic == 0
    assert form(replace(loop(C, bars=2), chords=spans[:1])).tonic == 1


def test_motifs_are_figures_that_occur_again() -> None:
    figure = [(0, 60), (3, 64), (4, 62), (6, 65), (7, 65), (11, 60), (12, 67), (13, 62)]
    tune = [(bar * STEPS_PER_BAR + on, pitch, 1) for bar in range(8) for on, pitch in figure]
    assert form(piece(*tune, bars=8)).motifs > 0.2
    assert form(piece((0, 60, 1), (2, 62, 1), (4, 64, 1))).motifs == 0


def test_drums_do_not_count() -> None:
    tuned = loop(C, F, bars=2)
    drums = Track("drums", 0, (Note(31, 36, 1, 90), Note(0, 36, 1, 90)), drums=True)
    assert form(replace(tuned, tracks=(*tuned.tracks, drums))) == form(tuned)


@given(scores())
def test_figures_keep_their_ranges(score: Score) -> None:
    found = form(score)
    assert 0 <= found.hammered <= found.short <= 1
    assert {found.home, found.tonic} <= {0.0, 1.0}
    assert all(-1 <= value <= 1 for value in (found.returns, found.rhythm, found.motifs))


@given(scores(), st.integers(-5, 5))
def test_what_returns_and_how_it_is_struck_knows_no_key(score: Score, by: int) -> None:
    pitches = [note.pitch for track in score.tracks for note in track.notes]
    assume(pitches and 0 <= min(pitches) + by <= max(pitches) + by <= 127)
    moved = [
        replace(track, notes=tuple(replace(note, pitch=note.pitch + by) for note in track.notes))
        for track in score.tracks
    ]
    one, other = form(score), form(replace(score, tracks=tuple(moved)))
    for name in ("returns", "rhythm", "hammered", "short", "motifs"):
        assert getattr(one, name) == pytest.approx(getattr(other, name)), name

"""Figures count what they say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.evaluation.measures.symbolic import SILENCE, Figures, figures
from mididraw.harmony import Key
from mididraw.score import STEPS_PER_BAR, Note, Score, Track
from tests.strategies.scores import scores


def piece(*notes: tuple[int, int, int], bars: int = 1, key: int = 0, drums: bool = False) -> Score:
    """Notes of onset, pitch and duration; 120 beats a minute, so that a bar lasts 2 s."""
    track = Track(
        "melody", 0, tuple(Note(on, pitch, length, 80) for on, pitch, length in notes), drums
    )
    return Score((track,), bars, 120.0, Key(key))


def test_silence_and_drums_alone_are_silence() -> None:
    assert figures(piece()) == SILENCE
    assert figures(piece((0, 60, 4), drums=True)) == SILENCE
    assert figures(piece((20, 60, 4))) == SILENCE


def test_a_c_major_chord_for_half_a_bar() -> None:
    assert figures(piece((0, 60, 8), (0, 64, 8), (0, 67, 8))) == Figures(
        in_key=1.0,
        entropy=math.log2(3),
        notes_per_second=1.5,
        polyphony=3.0,
        dissonance=0.0,
        chords=1.0,
        gaps=0.5,
        on_eighths=1.0,
        on_beats=1.0,
        groove=1.0,
        velocity_spread=0.0,
        repeated=0.0,
    )


@pytest.mark.parametrize(("interval", "clash"), [(1, 1), (2, 0), (6, 1), (10, 0), (11, 1), (13, 1)])
def test_semitones_and_tritones_clash_while_they_sound_together(
    interval: int, clash: float
) -> None:
    assert figures(piece((0, 60, 4), (2, 60 + interval, 2))).dissonance == clash
    with_third = piece((0, 60, 4), (2, 60 + interval, 2), (0, 76, 2))
    assert figures(with_third).dissonance == pytest.approx(clash / 2)
    assert figures(piece((0, 60, 4), (4, 60 + interval, 4))).dissonance == 0


def test_clusters_and_single_notes_are_no_chords() -> None:
    found = figures(piece((0, 60, 8), (0, 64, 8), (0, 67, 8), (8, 60, 8), (8, 61, 8), (8, 62, 8)))
    assert found.chords == 0.5
    assert figures(piece((0, 60, 16))).chords == 0


def test_the_key_is_given_or_the_best_scale() -> None:
    in_d = piece((0, 62, 2), (2, 66, 2), (4, 69, 2), (6, 73, 2))
    assert figures(in_d).in_key == 0.5
    assert figures(in_d, known_key=False).in_key == 1.0


def test_the_places_of_onsets() -> None:
    found = figures(piece((0, 60, 1), (2, 62, 1), (3, 64, 1), (8, 65, 1)))
    assert found.on_eighths == 0.75
    assert found.on_beats == 0.5


def test_groove_compares_neighbouring_bars() -> None:
    same = [(bar * STEPS_PER_BAR + step, 60, 1) for bar in range(2) for step in (0, 4, 8, 12)]
    assert figures(piece(*same, bars=2)).groove == 1.0
    assert figures(piece(*same, bars=3)).groove == pytest.approx((1 + 12 / 16) / 2)


def test_the_melody_is_what_lies_on_top() -> None:
    melody = [(0, 72, 4), (4, 72, 4), (8, 74, 8)]
    below = [(0, 60, 1), (4, 60, 1), (10, 60, 1)]
    assert figures(piece(*melody)).repeated == 0.5
    assert figures(piece(*melody, *below)).repeated == 0.5


def test_dynamics_are_the_spread_of_velocities() -> None:
    track = Track("melody", 0, (Note(0, 60, 1, 60), Note(4, 60, 1, 100)))
    assert figures(Score((track,), 1, 120.0, Key(0))).velocity_spread == 20


@given(scores(), st.booleans())
def test_figures_keep_their_ranges(score: Score, known_key: bool) -> None:
    found = figures(score, known_key=known_key)
    for name in ("in_key", "dissonance", "chords", "gaps", "on_eighths", "groove", "repeated"):
        assert 0 <= getattr(found, name) <= 1, name
    assert found.on_beats <= found.on_eighths
    assert 0 <= found.velocity_spread <= 63
    assert 0 <= found.entropy <= 3.585


@given(scores())
def test_the_best_scale_holds_as_much_as_the_key(score: Score) -> None:
    assert figures(score, known_key=False).in_key >= figures(score).in_key

"""Arrangements share the drawing's notes among players and put layers around them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.engines import ScoreRequest
from mididraw.engines.accompaniment import bass_track, choose_patterns
from mididraw.engines.arrangement import arrange, arrangement_of, cast, unison_track
from mididraw.engines.bands import BANDS, BY_STYLE, HELD_BASS, Band, Bass, Chords
from mididraw.engines.chords import chords
from mididraw.evaluation.measures.form import form
from mididraw.harmony import Chord, Key, Style
from mididraw.harmony.feel import Feel, feel_of
from mididraw.harmony.plan import Plan, sections_of
from mididraw.options import Arrangement, DrawOptions
from mididraw.score import DRAWING, STEPS_PER_BAR, STEPS_PER_BEAT, ChordSpan, Note, Score, Track
from tests.strategies.canvases import canvas_of
from tests.strategies.scores import notes

BARS = 8
LOOP = (Chord(0), Chord(9, "min"), Chord(5), Chord(7))
PLAN = Plan(Key(0), (*LOOP, *LOOP[:2], Chord(7), Chord(0)), sections_of(BARS))
SPANS = tuple(
    ChordSpan(bar * STEPS_PER_BAR, STEPS_PER_BAR, chord) for bar, chord in enumerate(PLAN.chords)
)
BAND = BANDS[Arrangement.ORCHESTRA]


def solo(*played: Note) -> Score:
    return Score((Track(DRAWING, 0, played),), BARS, 100.0, PLAN.key, SPANS)


def by(arrangement: Arrangement, **options: object) -> DrawOptions:
    return DrawOptions.of(arrangement=arrangement, **options)


@given(notes(BARS * STEPS_PER_BAR), st.sampled_from(list(BANDS)))
def test_no_note_of_the_drawing_is_lost_or_changed(
    played: tuple[Note, ...], arrangement: Arrangement
) -> None:
    before = solo(*played)
    after = arrange(before, by(arrangement))
    assert Counter(after.drawing.notes) == Counter(before.drawing.notes)
    assert all(note.end <= after.steps for t in after.tracks for note in t.notes if not t.drums)


def test_a_solo_has_the_tonic_ring_below_its_end() -> None:
    before = solo(Note(0, 60, 4, 80), Note(116, 62, 8, 80))
    after = arrange(before, by(Arrangement.SOLO))
    assert after.tracks[0] == before.tracks[0]
    ending = after.tracks[1]
    assert {(note.onset, note.end) for note in ending.notes} == {(120, 128)}
    assert {note.pitch for note in ending.notes} == {36, 55, 60, 64}
    assert form(before).home == 0
    assert form(after).home == 1


def test_nothing_rings_where_the_end_is_not_the_tonics() -> None:
    away = replace(solo(Note(0, 60, 4, 80)), chords=SPANS[:4])
    away = replace(away, bars=4)
    assert arrange(away, by(Arrangement.SOLO)) == away


def test_without_chords_the_tonic_is_played() -> None:
    after = arrange(replace(solo(Note(0, 72, 8, 80)), chords=()), by(Arrangement.ORCHESTRA))
    layers = [note for track in after.others for note in track.notes]
    assert {note.pitch % 12 for note in layers} <= {0, 4, 7}


@pytest.mark.parametrize("style", Style)
def test_the_mood_chooses_who_plays(style: Style) -> None:
    assert arrangement_of(by(Arrangement.AUTO, style=style)) == BY_STYLE[style]
    assert arrangement_of(by(Arrangement.SOLO, style=style)) == Arrangement.SOLO


def test_lines_take_instruments_by_their_shape() -> None:
    level = [Note(0, 72, 12, 80), Note(12, 74, 8, 80)]
    steep = [Note(32 + i, 60 + 2 * i, 1, 80) for i in range(8)]
    dot = [Note(64, 80, 2, 80)]
    low = [Note(80, 40, 8, 80)]
    shares = cast([*level, *steep, *dot, *low], BAND)
    assert shares == {BAND.sings: level, BAND.runs: steep, BAND.dots: dot, BAND.low: low}


def test_an_instrument_that_is_asked_for_plays_the_whole_drawing() -> None:
    before = solo(Note(0, 72, 12, 80), Note(64, 80, 2, 80))
    after = arrange(before, by(Arrangement.BAND, instrument="violin"))
    assert [track.program for track in after.tracks if track.name == DRAWING] == [40]


def test_an_accompaniment_stands_for_the_chords() -> None:
    own = Track("accompaniment", 0, (Note(0, 60, 4, 60),))
    before = solo(Note(0, 72, 12, 80))
    after = arrange(replace(before, tracks=(*before.tracks, own)), by(Arrangement.ORCHESTRA))
    names = [track.name for track in after.tracks]
    assert "chords" not in names
    assert "accompaniment" in names


def test_layers_follow_the_plan_and_end_on_a_held_tonic() -> None:
    after = arrange(solo(Note(0, 72, 12, 80)), by(Arrangement.BAND))
    tracks = {track.name: track for track in after.tracks}
    last = (BARS - 1) * STEPS_PER_BAR
    for name in ("bass", "chords"):
        assert all(
            note.pitch % 12 in PLAN.chords[note.onset // STEPS_PER_BAR].tones
            for note in tracks[name].notes
        )
        ending = [note for note in tracks[name].notes if note.onset >= last]
        assert {note.duration for note in ending} == {STEPS_PER_BAR}
    assert form(after).home == 1
    assert form(after).returns > 0.06


def test_a_bass_lets_go_before_its_next_note() -> None:
    patterns = [HELD_BASS, ((0, 8, "root"), (8, 2, "fifth"), (10, 6, "root"))] * (BARS // 2)
    notes = bass_track(PLAN.chords, patterns, 33).notes
    assert [note.duration for note in notes[:4]] == [15, 7, 2, 5]
    assert notes[-1].duration == STEPS_PER_BAR


def test_somebody_doubles_the_bass_an_octave_higher_and_rubs_with_nothing() -> None:
    drawing = solo(Note(24, 49, 4, 80))  # rubs with C, the root of the first bar, and with D
    tracks = {track.name: track for track in arrange(drawing, by(Arrangement.ORCHESTRA)).tracks}
    bass, doubled = tracks["bass"], tracks["octave"]
    assert doubled.program == BAND.octave != bass.program
    below = {note.onset: note for note in bass.notes}
    for note in doubled.notes:
        assert note.pitch == below[note.onset].pitch + 12
        assert note.duration <= below[note.onset].duration
    elsewhere = {onset for onset in below if not 8 < onset < 28}
    assert elsewhere <= {note.onset for note in doubled.notes}
    sounding = {
        step for n in doubled.notes if n.pitch % 12 in (0, 2) for step in range(n.onset, n.end)
    }
    assert not sounding & set(range(24, 28))


def test_a_chip_has_no_voice_to_double_its_bass() -> None:
    after = arrange(solo(Note(0, 72, 12, 80)), by(Arrangement.CHIPTUNE))
    assert "octave" not in {track.name for track in after.tracks}


def test_chords_rest_where_they_would_rub() -> None:
    after = arrange(solo(Note(0, 61, 16, 80)), by(Arrangement.ORCHESTRA))
    chordal = next(track for track in after.tracks if track.name == "chords")
    first = {note.pitch for note in chordal.notes if note.onset < STEPS_PER_BAR}
    assert 60 not in first
    assert first


@pytest.mark.parametrize("octaves", [-1, 0, 2])
def test_chords_rub_with_no_octave_of_the_drawing(octaves: int) -> None:
    rubbing = Note(0, 61 + 12 * octaves, 16, 80)
    after = arrange(solo(rubbing), by(Arrangement.ORCHESTRA))
    chordal = next(track for track in after.tracks if track.name == "chords")
    first = {note.pitch % 12 for note in chordal.notes if note.onset < STEPS_PER_BAR}
    assert first
    assert not first & {0, 2}


def test_beside_a_full_drawing_the_chords_rhythm_goes_on() -> None:
    held = [Note(0, pitch, 16 * BARS, 80) for pitch in (72, 76, 79, 84)]
    after = arrange(solo(*held), by(Arrangement.ORCHESTRA))
    chordal = next(track for track in after.tracks if track.name == "chords")
    before_the_last = [note for note in chordal.notes if note.onset < (BARS - 1) * STEPS_PER_BAR]
    struck = Counter(note.onset for note in before_the_last)
    assert set(struck.values()) == {1}
    assert {onset // STEPS_PER_BAR for onset in struck} == set(range(BARS - 1))


def test_a_held_tone_ends_where_the_drawing_would_rub_with_it() -> None:
    later = Note(6, 65, 2, 80)  # rubs with E, a chord's tone
    after = arrange(solo(later), by(Arrangement.ORCHESTRA))
    chordal = next(track for track in after.tracks if track.name == "chords")
    lengths = {note.pitch: note.duration for note in chordal.notes if note.onset == 0}
    assert lengths[64] == 6
    assert max(lengths.values()) > 6


def test_a_tone_that_the_drawing_holds_is_not_struck_again() -> None:
    after = arrange(solo(Note(0, 64, 16, 80)), by(Arrangement.ORCHESTRA))
    chordal = next(track for track in after.tracks if track.name == "chords")
    assert 64 not in {note.pitch for note in chordal.notes if note.onset < STEPS_PER_BAR}


def test_who_plays_around_a_soft_drawing_is_soft() -> None:
    notes = [Note(4 * place, 72, 4, 40) for place in range(4 * BARS)]
    loud = [replace(note, velocity=100) for note in notes]
    softly, loudly = (arrange(solo(*some), by(Arrangement.BAND)) for some in (notes, loud))
    for one, other in zip(softly.tracks, loudly.tracks, strict=True):
        assert mean(n.velocity for n in one.notes) == pytest.approx(
            0.4 * mean(n.velocity for n in other.notes), rel=0.05
        )


def test_drums_fill_before_a_phrase_and_stop_at_the_end() -> None:
    after = arrange(solo(Note(0, 72, 12, 80)), by(Arrangement.BAND))
    drums = next(track for track in after.tracks if track.drums)
    onsets = Counter(note.onset // STEPS_PER_BAR for note in drums.notes)
    toms = {note.onset // STEPS_PER_BAR for note in drums.notes if note.pitch in (45, 47, 50)}
    assert toms == {3, 6}
    assert {note.onset for note in drums.notes if note.onset >= 7 * STEPS_PER_BAR} == {112}
    assert onsets[0] > 4


def test_sections_have_patterns_of_their_own_that_go_with_the_drawing() -> None:
    sections = sections_of(16)
    plan = Plan(Key(0), LOOP * 4, sections)
    onsets = np.zeros((16, STEPS_PER_BAR))
    onsets[:8, [0, 8]] = onsets[12:, [0, 8]] = 1.0
    onsets[8:12, [4, 12]] = 1.0
    chosen = choose_patterns(BANDS[Arrangement.TRIO].basses, plan, onsets.reshape(-1))
    assert [onset for onset, *_ in chosen[0]] == [0, 8]
    assert chosen[:4] == chosen[4:8] == chosen[12:] != chosen[8:12]
    assert chosen[0] == chosen[2] not in (chosen[1], chosen[3])


@pytest.mark.parametrize("band", BANDS.values())
@pytest.mark.parametrize("feel", [Feel.EIGHTHS, Feel.SIXTEENTHS])
def test_layers_divide_the_beat_as_the_drawing_does(band: Band, feel: Feel) -> None:
    plan = replace(PLAN, feel=feel)
    struck = np.ones(BARS * STEPS_PER_BAR)
    both: tuple[Sequence[Bass] | Sequence[Chords], ...] = (
        choose_patterns(band.basses, plan, struck),
        choose_patterns(band.figures, plan, struck),
    )
    for patterns in both:
        for pattern in patterns:
            onsets = [onset for onset, *_ in pattern]
            between = any(onset % STEPS_PER_BEAT == 2 for onset in onsets)
            if feel is Feel.EIGHTHS:
                assert feel_of(onsets) is feel
            else:
                assert feel_of(onsets) is feel or not between
            assert onsets == sorted(set(onsets))
            assert all(onset + length <= STEPS_PER_BAR + 2 for onset, length, _ in pattern)


@pytest.mark.parametrize("contrast", [0.2, 1.0])
def test_contrast_is_how_far_layers_stand_behind(contrast: float) -> None:
    held = [Note(0, pitch, 16 * BARS, 77) for pitch in (72, 76, 79, 84)]
    before = solo(*held)
    tracks = {t.name: t for t in arrange(before, by(Arrangement.BAND), contrast).tracks}
    loudest = max(note.velocity for note in tracks["bass"].notes)
    assert loudest == pytest.approx(77 - contrast * 19, abs=1)


def test_somebody_plays_along_with_the_highest_contour() -> None:
    notes = [Note(0, 60, 4, 80), Note(0, 67, 8, 80), Note(4, 62, 4, 80), Note(8, 64, 4, 80)]
    along = unison_track(notes, 48)
    assert [(note.onset, note.pitch) for note in along.notes] == [(0, 67), (8, 64)]
    assert all(note.velocity < 80 for note in along.notes)


@pytest.mark.parametrize("arrangement", BANDS)
def test_the_drawing_stays_in_front(arrangement: Arrangement) -> None:
    ink = np.zeros((48, BARS * STEPS_PER_BAR), np.bool_)
    for start in range(2, ink.shape[1] - 8, 8):
        ink[4 + start * 7 % 40, start : start + 8] = True
    options = by(arrangement, engine="chords", seed=1)
    score = chords(ScoreRequest(canvas_of(ink), options))
    loud = {True: 0, False: 0}
    for track in score.tracks:
        if not track.drums:
            loud[track.name == DRAWING] += sum(n.velocity**2 * n.duration for n in track.notes)
    assert loud[True] > loud[False]

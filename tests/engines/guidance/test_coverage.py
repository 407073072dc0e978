"""The ink coverage counts what a brute-force look at the roll counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.arrays import Ints
from mididraw.canvas import Canvas
from mididraw.engines.guidance.coverage import BEYOND, REACH, SLIP, STRAY, InkCoverage
from mididraw.harmony import Key
from mididraw.match import match
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import DRAWING, Note, Score, Track
from tests.strategies.canvases import canvas_of, canvases


def one(value: int) -> Ints:
    return np.array([value])


def coverage_of(canvas: Canvas, slots: int = 1) -> InkCoverage:
    coverage = InkCoverage(slots)
    coverage.lay(np.arange(slots), canvas)
    return coverage


def play(coverage: InkCoverage, note: Note, slot: int = 0) -> None:
    coverage.play(one(slot), one(HIGHEST_KEY - note.pitch), one(note.onset), one(note.duration))


@st.composite
def canvases_with_notes(draw: st.DrawFn) -> tuple[Canvas, list[Note]]:
    canvas = draw(canvases(2))
    low, high = canvas.pitches.low, canvas.pitches.high
    notes: dict[int, Note] = {}
    for _ in range(draw(st.integers(1, 5))):
        onset = draw(st.integers(0, canvas.steps - 1))
        length = draw(st.integers(1, min(canvas.steps - onset, 32)))
        pitch = draw(st.integers(max(low - 3, LOWEST_KEY), min(high + 3, HIGHEST_KEY)))
        notes[pitch] = Note(onset, pitch, length, 80)  # one a pitch: cells are not counted twice
    return canvas, list(notes.values())


def on_the_ink(canvas: Canvas, note: Note) -> int:
    row = note.pitch - canvas.pitches.low
    inside = 0 <= row < len(canvas.ink)
    return int(canvas.ink[row, note.onset : note.end].sum()) if inside else 0


def is_beyond(canvas: Canvas, note: Note) -> bool:
    row = note.pitch - canvas.pitches.low
    if not 0 <= row < len(canvas.ink):
        return True
    return not canvas.ink[max(row - REACH, 0) : row + REACH + 1].any()


@given(canvases_with_notes())
def test_the_match_is_that_of_the_finished_roll(drawn: tuple[Canvas, list[Note]]) -> None:
    canvas, notes = drawn
    coverage = coverage_of(canvas, 2)
    for note in notes:
        play(coverage, note, 1)
    score = Score((Track(DRAWING, 0, tuple(notes)),), canvas.bars, 100, Key(0))
    found = match(canvas, score)
    cells = sum(note.duration for note in notes)
    on_ink = sum(on_the_ink(canvas, note) for note in notes)
    strays = (1 - found.precision) * cells
    slips = cells - on_ink - strays
    beyond = sum(note.duration for note in notes if is_beyond(canvas, note))
    cost = STRAY * (strays - beyond) + BEYOND * beyond + SLIP * slips
    expected = found.coverage * canvas.ink.sum() - cost
    other, played = coverage.match(np.array([0, 1])).tolist()
    assert played == pytest.approx(expected, abs=1e-3 * max(cells, 1))
    assert other == 0, "the other sequence has played nothing"


@given(canvases_with_notes())
def test_gain_and_cost_of_a_note_are_what_playing_it_changes(
    drawn: tuple[Canvas, list[Note]],
) -> None:
    canvas, (*before, note) = drawn
    coverage = coverage_of(canvas)
    for other in before:
        play(coverage, other)
    key = one(HIGHEST_KEY - note.pitch)
    gain, cost = coverage.gain_and_cost(one(0), one(note.onset), one(note.duration))
    gains, costs = coverage.gain_and_cost_of_key(one(0), key, one(note.onset))
    assert gains[0, note.duration - 1] == gain[0, 0, key]
    assert costs[0, note.duration - 1].item() == pytest.approx(cost[0, 0, key].item())
    before_it = coverage.match(one(0)).item()
    play(coverage, note)
    change = (gain - cost)[0, 0, key].item()
    assert coverage.match(one(0)).item() - before_it == pytest.approx(change, abs=1e-3)


@given(canvases_with_notes())
def test_a_note_is_at_ink_if_no_cell_of_it_strays(drawn: tuple[Canvas, list[Note]]) -> None:
    canvas, (note, *_) = drawn
    coverage = coverage_of(canvas)
    key = one(HIGHEST_KEY - note.pitch)
    at_ink = coverage.is_at_ink(one(0), one(note.onset), one(note.duration))[0, 0, key].item()
    score = Score((Track(DRAWING, 0, (note,)),), canvas.bars, 100, Key(0))
    assert at_ink == (match(canvas, score).precision == 1)
    alone = coverage.is_key_at_ink(one(0), key, one(note.onset))
    assert at_ink == alone[0, note.duration - 1].item()


def line(steps: int, row: int = 5) -> Canvas:
    ink = np.zeros((12, steps), np.bool_)
    ink[row] = True
    return canvas_of(ink)


def test_slots_have_pictures_of_any_length() -> None:
    coverage, lengths = InkCoverage(3), (16, 64, 32)
    for slot, steps in enumerate(lengths):
        coverage.lay(one(slot), line(steps))
    for slot, steps in enumerate(lengths):
        play(coverage, Note(steps - 4, 41, 4, 80), slot)
    assert coverage.match(np.arange(3)).tolist() == [5, 5, 5]
    assert coverage.left.tolist() == [11, 59, 27]


def test_room_for_long_pictures_is_given_back_once_all_have_left() -> None:
    coverage = coverage_of(line(16), 2)
    size = coverage._missing.size
    coverage.lay(one(1), line(320))
    assert coverage._missing.size > 3 * size
    coverage.release(one(0))
    play(coverage, Note(316, 41, 4, 80), 1)
    assert coverage.match(one(1)) == 5, "another picture is still there"
    coverage.release(one(1))
    assert coverage._missing.size < size
    coverage.lay(one(0), line(16))
    play(coverage, Note(12, 41, 4, 80))
    assert coverage.match(one(0)) == 5


def test_ink_is_missed_once_no_note_can_reach_it() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[5, 4:8] = True
    coverage = coverage_of(canvas_of(ink))
    missed = coverage.missed(one(0), one(0), 16)
    assert missed[0, [4, 5, 6, 9, 16]].tolist() == [0, 0, 1, 4, 4]
    play(coverage, Note(4, 41, 2, 80))  # reaches steps 3 to 6
    assert coverage.missed(one(0), one(0), 16)[0, 9] == 1
    assert coverage.has_missing(one(0), one(4))[0].tolist() == [step == 7 for step in range(4, 36)]
    assert coverage.missing_before(one(0), 7) == 0
    assert coverage.missing_before(one(0), 8) == 1


def test_where_there_is_no_ink_every_note_costs() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[5, 4:8] = True
    cost = coverage_of(canvas_of(ink)).least_cost(one(0), one(0), 16)[0]
    wanted = [0.0 if 3 <= step <= 8 else STRAY for step in range(16)]
    assert cost.tolist() == pytest.approx(wanted)


def test_ink_above_is_missed_where_the_next_step_can_no_longer_play_it() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[3:10, 5] = True
    coverage = coverage_of(canvas_of(ink))
    above = coverage.missed_above(one(0), one(5 + REACH))[0]
    highest = HIGHEST_KEY - 36
    found = [above[highest - row].item() for row in range(12)]
    assert found == [float(ink[row + REACH + 1 :, 5].sum()) for row in range(12)]
    assert not coverage.missed_above(one(0), one(5)).any()


def test_a_copy_has_the_picture_as_far_as_it_is_played_and_goes_on_alone() -> None:
    coverage = coverage_of(line(16), 2)
    coverage.lay(one(1), line(32, row=8))
    play(coverage, Note(0, 41, 4, 80))
    play(coverage, Note(0, 30, 2, 80))  # costs
    before = coverage.match(one(0)).item()
    coverage.fork(one(0), one(1))
    assert coverage.match(one(1)).item() == before == 5 - 2 * BEYOND
    later = one(3)
    for slot in (0, 1):
        gain, cost = coverage.gain_and_cost(one(slot), later, one(4))
        assert gain[0, 0, HIGHEST_KEY - 41] == 3, "steps 5 to 7 are missing, 0 to 4 are played"
        assert cost[0, 0, HIGHEST_KEY - 44] == 4 * BEYOND
    play(coverage, Note(8, 41, 4, 80), 1)
    assert coverage.match(one(0)).item() == before
    assert coverage.match(one(1)).item() == before + 6


def test_the_outermost_keys_of_a_piano_gain_what_a_note_on_them_plays() -> None:
    ink = np.zeros((HIGHEST_KEY - LOWEST_KEY + 1, 16), np.bool_)
    ink[[0, -1], 2:6] = True
    canvas = canvas_of(ink, LOWEST_KEY)
    coverage = coverage_of(canvas)
    durations = np.arange(1, 33)
    every, _ = coverage.gain_and_cost(one(0), one(2), durations)
    for key in (0, 1, 86, 87):
        found, _ = coverage.gain_and_cost_of_key(one(0), one(key), one(2))
        assert found[0].tolist() == pytest.approx(every[0, :, key].tolist())
        assert found[0, 3] == 4

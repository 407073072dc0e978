"""The easel counts what a brute-force look at the roll counts."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mididraw.canvas import Canvas
from mididraw.engines.guidance.easel import BEYOND, REACH, SLIP, STRAY, Easel
from mididraw.harmony import Key
from mididraw.measure.match import match
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import DRAWING, Note, Score, Track
from tests.strategies.canvases import canvas_of, canvases

CPU = torch.device("cpu")


def one(value: int) -> torch.Tensor:
    return torch.tensor([value])


def easel_of(canvas: Canvas, batch: int = 1) -> Easel:
    easel = Easel(batch, CPU)
    easel.lay(torch.arange(batch), canvas)
    return easel


def play(easel: Easel, note: Note, place: int = 0) -> None:
    easel.play(one(place), one(HIGHEST_KEY - note.pitch), one(note.onset), one(note.duration))


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
    easel = easel_of(canvas, 2)
    for note in notes:
        play(easel, note, 1)
    score = Score((Track(DRAWING, 0, tuple(notes)),), canvas.bars, 100, Key(0))
    found = match(canvas, score)
    cells = sum(note.duration for note in notes)
    on_ink = sum(on_the_ink(canvas, note) for note in notes)
    strays = (1 - found.precision) * cells
    slips = cells - on_ink - strays
    beyond = sum(note.duration for note in notes if is_beyond(canvas, note))
    cost = STRAY * (strays - beyond) + BEYOND * beyond + SLIP * slips
    expected = found.coverage * canvas.ink.sum() - cost
    assert easel.match()[1].item() == np.float32(expected) or abs(
        easel.match()[1].item() - expected
    ) < 1e-3 * max(cells, 1)
    assert easel.match()[0] == 0, "the other sequence has played nothing"


@given(canvases_with_notes())
def test_the_worth_of_a_note_is_what_playing_it_changes(drawn: tuple[Canvas, list[Note]]) -> None:
    canvas, (*before, note) = drawn
    easel = easel_of(canvas)
    for other in before:
        play(easel, other)
    key = one(HIGHEST_KEY - note.pitch)
    played, cost = easel.worth(one(0), one(note.onset), one(note.duration))
    alone, price = easel.worth_of(one(0), key, one(note.onset))
    assert alone[0, note.duration - 1] == played[0, 0, key]
    assert price[0, note.duration - 1].item() == pytest.approx(cost[0, 0, key].item())
    start = easel.match().item()
    play(easel, note)
    worth = (played - cost)[0, 0, key].item()
    assert abs(easel.match().item() - start - worth) < 1e-3


@given(canvases_with_notes())
def test_a_note_is_clear_if_no_cell_of_it_strays(drawn: tuple[Canvas, list[Note]]) -> None:
    canvas, (note, *_) = drawn
    easel = easel_of(canvas)
    key = one(HIGHEST_KEY - note.pitch)
    clear = easel.clear(one(0), one(note.onset), one(note.duration))[0, 0, key].item()
    score = Score((Track(DRAWING, 0, (note,)),), canvas.bars, 100, Key(0))
    assert clear == (match(canvas, score).precision == 1)
    assert clear == easel.clear_of(one(0), key, one(note.onset))[0, note.duration - 1].item()


def test_places_have_pictures_of_any_length() -> None:
    easel = Easel(3, CPU)
    lengths = (16, 64, 32)
    for place, steps in enumerate(lengths):
        ink = np.zeros((12, steps), np.bool_)
        ink[5] = True
        easel.lay(one(place), canvas_of(ink))
    for place, steps in enumerate(lengths):
        play(easel, Note(steps - 4, 41, 4, 80), place)
    assert easel.match().tolist() == [5, 5, 5]
    assert easel.left.tolist() == [11, 59, 27]


def test_ink_is_missed_once_no_note_can_reach_it() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[5, 4:8] = True
    easel = easel_of(canvas_of(ink))
    missed = easel.missed(one(0), one(0), 16)
    assert missed[0, [4, 5, 6, 9, 16]].tolist() == [0, 0, 1, 4, 4]
    play(easel, Note(4, 41, 2, 80))  # reaches steps 3 to 6
    assert easel.missed(one(0), one(0), 16)[0, 9] == 1
    assert easel.waiting(one(0), one(4))[0].tolist() == [step == 7 for step in range(4, 36)]
    assert easel.open_until(one(0), 7) == 0
    assert easel.open_until(one(0), 8) == 1


def test_where_there_is_no_ink_every_note_costs() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[5, 4:8] = True
    bare = easel_of(canvas_of(ink)).bare(one(0), one(0), 16)[0]
    wanted = [0.0 if 3 <= step <= 8 else STRAY for step in range(16)]
    assert bare.tolist() == pytest.approx(wanted)


def test_ink_overhead_is_what_the_next_step_can_no_longer_play() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[3:10, 5] = True
    easel = easel_of(canvas_of(ink))
    above = easel.overhead(one(0), one(5 + REACH))[0]
    highest = HIGHEST_KEY - 36
    found = [above[highest - row].item() for row in range(12)]
    assert found == [float(ink[row + REACH + 1 :, 5].sum()) for row in range(12)]
    assert not easel.overhead(one(0), one(5)).any()


def test_a_copy_is_played_on_alone() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[5] = True
    easel = easel_of(canvas_of(ink), 2)
    play(easel, Note(0, 41, 4, 80))
    easel.copy(one(0), one(1))
    play(easel, Note(8, 41, 4, 80), 1)
    assert easel.match().tolist() == [5, 11]

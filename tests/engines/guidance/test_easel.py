"""The easel counts what a brute-force look at the roll counts."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from mididraw.canvas import Canvas
from mididraw.engines.guidance.easel import REACH, SLIP, STRAY, Easel
from mididraw.harmony import Key
from mididraw.measure.match import match
from mididraw.score import DRAWING, Note, Score, Track
from tests.strategies.canvases import canvas_of, canvases

CPU = torch.device("cpu")


def one(value: int) -> torch.Tensor:
    return torch.tensor([value])


def play(easel: Easel, note: Note, place: int = 0) -> None:
    easel.play(one(place), one(note.pitch), one(note.onset), one(note.duration))


@st.composite
def canvases_with_notes(draw: st.DrawFn) -> tuple[Canvas, list[Note]]:
    canvas = draw(canvases(2))
    low, high = canvas.pitches.low, canvas.pitches.high
    notes: dict[int, Note] = {}
    for _ in range(draw(st.integers(1, 5))):
        onset = draw(st.integers(0, canvas.steps - 1))
        length = draw(st.integers(1, canvas.steps - onset))
        pitch = draw(st.integers(max(low - 3, 0), min(high + 3, 127)))
        notes[pitch] = Note(onset, pitch, length, 80)  # one a pitch: cells are not counted twice
    return canvas, list(notes.values())


def on_the_ink(canvas: Canvas, note: Note) -> int:
    row = note.pitch - canvas.pitches.low
    inside = 0 <= row < len(canvas.ink)
    return int(canvas.ink[row, note.onset : note.end].sum()) if inside else 0


@given(canvases_with_notes())
def test_the_match_is_that_of_the_finished_roll(drawn: tuple[Canvas, list[Note]]) -> None:
    canvas, notes = drawn
    easel = Easel(canvas, 2, CPU)
    for note in notes:
        play(easel, note, 1)
    score = Score((Track(DRAWING, 0, tuple(notes)),), canvas.bars, 100, Key(0))
    found = match(canvas, score)
    cells = sum(note.duration for note in notes)
    on_ink = sum(on_the_ink(canvas, note) for note in notes)
    strays = (1 - found.precision) * cells
    slips = cells - on_ink - strays
    expected = found.coverage * canvas.ink.sum() - STRAY * strays - SLIP * slips
    assert easel.match()[1].item() == np.float32(expected) or abs(
        easel.match()[1].item() - expected
    ) < 1e-3 * max(cells, 1)
    assert easel.match()[0] == 0, "the other sequence has played nothing"


@given(canvases_with_notes())
def test_the_worth_of_a_note_is_what_playing_it_changes(drawn: tuple[Canvas, list[Note]]) -> None:
    canvas, (*before, note) = drawn
    easel = Easel(canvas, 1, CPU)
    for other in before:
        play(easel, other)
    row = note.pitch - canvas.pitches.low
    if not 0 <= row < easel.rows:
        return
    played, cost = easel.worth(one(0), one(note.onset), one(note.duration))
    many, _ = easel.worth(one(0), torch.tensor([[0, note.onset]]), one(note.duration))
    assert torch.equal(many[:, :, 1], played)
    start = easel.match().item()
    play(easel, note)
    worth = (played - cost)[0, row, 0].item()
    assert abs(easel.match().item() - start - worth) < 1e-3


def test_ink_is_missed_once_no_note_can_reach_it() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[5, 4:8] = True
    easel = Easel(canvas_of(ink), 1, CPU)
    missed = easel.missed(one(0), torch.tensor([[4, 5, 6, 9, 16]]))
    assert missed.tolist() == [[0, 0, 1, 4, 4]]
    play(easel, Note(4, 41, 2, 80))  # reaches steps 3 to 6
    assert easel.missed(one(0), torch.tensor([[9]])).tolist() == [[1]]


def test_ink_overhead_is_what_the_next_step_can_no_longer_play() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[3:10, 5] = True
    easel = Easel(canvas_of(ink), 1, CPU)
    above = easel.overhead(one(0), one(5 + REACH))[0]
    assert above.tolist() == [float(ink[row + REACH + 1 :, 5].sum()) for row in range(12)]
    assert not easel.overhead(one(0), one(5)).any()


def test_a_copy_is_played_on_alone() -> None:
    ink = np.zeros((12, 16), np.bool_)
    ink[5] = True
    easel = Easel(canvas_of(ink), 2, CPU)
    play(easel, Note(0, 41, 4, 80))
    easel.copy(one(0), one(1))
    play(easel, Note(8, 41, 4, 80), 1)
    assert easel.match().tolist() == [5, 11]

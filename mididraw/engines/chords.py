"""The seed's idea by rule: chords that songs use and the ink wants, strokes as melodic lines."""

import numpy as np

from mididraw.canvas import Canvas
from mididraw.engines.piece import piece_of
from mididraw.engines.plan import plan_piece
from mididraw.engines.request import ScoreRequest
from mididraw.engines.voices import Grid, Line, find_lines
from mididraw.harmony import PITCH_CLASSES, Chord, Key
from mididraw.score import STEPS_PER_BAR, STEPS_PER_BEAT, Note, Score

_RESTRIKE = STEPS_PER_BAR // 2


def chords(request: ScoreRequest) -> Score:
    """Write a piece over a chord progression, in which every stroke is a melodic line.

    Chord tones stand on the beats and scale tones between them; at most six notes sound at once,
    never a semitone apart.
    """
    canvas = request.canvas
    plan = plan_piece(canvas, request.options, request.seed)
    grid = playable(canvas, plan.key, plan.chords)
    notes = perform(canvas, grid, find_lines(canvas.ink, grid))
    return piece_of(request, plan, notes, np.random.default_rng(request.seed))


def playable(canvas: Canvas, key: Key, progression: tuple[Chord, ...]) -> Grid:
    """Tell which notes a progression of one chord a bar allows where."""
    classes = [(canvas.pitches.low + row) % PITCH_CLASSES for row in range(len(canvas.ink))]
    scale = np.array([place in key.scale for place in classes])
    by_bar = np.array([[place in chord.tones for chord in progression] for place in classes])
    return Grid(
        scale=np.repeat(scale[:, None], canvas.steps, axis=1),
        chord=np.repeat(by_bar, STEPS_PER_BAR, axis=1),
    )


def perform(canvas: Canvas, grid: Grid, lines: list[Line]) -> tuple[Note, ...]:
    """Turn lines into notes: long ones struck again, velocity by beat and weight of the ink."""
    onset = grid.onset
    notes = []
    for line in lines:
        cuts = [line.start]
        for step in range(line.start + 1, line.stop):
            if (
                step % _RESTRIKE == 0
                and step - cuts[-1] >= STEPS_PER_BEAT
                and line.stop - step >= STEPS_PER_BEAT
                and onset[line.row, step]
            ):
                cuts.append(step)
        for start, stop in zip(cuts, [*cuts[1:], line.stop], strict=True):
            around = np.s_[max(line.row - 1, 0) : line.row + 2, max(start - 1, 0) : stop + 1]
            ink = canvas.weight[around][canvas.ink[around]]
            velocity = _velocity(start, float(ink.mean()) if ink.size else 0.5)
            notes.append(Note(start, canvas.pitches.low + line.row, stop - start, velocity))
    return tuple(notes)


def _velocity(step: int, weight: float) -> int:
    if step % STEPS_PER_BAR == 0:
        accent = 14
    elif step % STEPS_PER_BEAT == 0:
        accent = 8
    elif step % 2 == 0:
        accent = 0
    else:
        accent = -8
    return min(max(round(54 + 44 * weight) + accent, 1), 127)

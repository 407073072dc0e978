"""Strokes followed as melodic lines: a few voices that together cover the ink.

Each voice is the best monophonic line through the whole picture, found by dynamic programming
(Viterbi) over pitch rows and steps; what it covers is taken off the ink before the next voice is
sought. As a voice sounds one note at a time, the number of voices is the limit of polyphony.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Bools
from mididraw.score import STEPS_PER_BEAT

Floats = NDArray[np.float64]

MAX_VOICES = 6
"""At most so many notes sound at once."""

_REST = -1
_OFF_CENTRE = 0.85  # a note one row off covers the ink, but less exactly
_STRAY = 1.5  # a cell of a note farther than one row or step from ink
_BESIDE = 0.35  # a cell within reach of ink that has none in its own step
_WHOLE_TONE = 0.9  # a cell a whole tone from another voice
_HELD_DISSONANCE = 0.25  # holding a note into a chord that it is not part of
_ONSET = (0.5, 1.1, 0.7, 1.1)  # by step within the beat: syncopation is dearer
_ODD_END = 0.10  # falling silent off the eighth-note grid
_CHORD_TONE = 0.15  # an onset on a chord tone where any scale tone may stand
_LEAP, _LEAP_LIMIT = 0.05, 1.0  # for each semitone between neighbouring notes
_LEAST_GAIN = 0.9  # a voice that gains less is not worth hearing
_LONGEST_GAP = 2  # steps that a bound note may bridge
_IMPOSSIBLE = -1e9


@dataclass(frozen=True, slots=True)
class Grid:
    """Which notes may be played where, ``bool[rows, steps]`` each.

    Attributes:
        scale: the row's pitch is in the scale.
        chord: the row's pitch is in the chord that rules at the step.
    """

    scale: Bools
    chord: Bools

    @property
    def onset(self) -> Bools:
        """Where a note may start: chord tones on the beats, scale tones between them."""
        allowed = self.scale.copy()
        allowed[:, ::STEPS_PER_BEAT] = self.chord[:, ::STEPS_PER_BEAT]
        return allowed


@dataclass(frozen=True, slots=True)
class Line:
    """One note of a voice: row and the steps from ``start`` up to ``stop``."""

    row: int
    start: int
    stop: int


def find_lines(
    ink: Bools, grid: Grid, *, sounding: Bools | None = None, voices: int = MAX_VOICES
) -> list[Line]:
    """Cover ink with a few melodic lines of playable notes.

    Args:
        ink: what is to be covered, ``bool[rows, steps]``.
        grid: which notes may be played, of the same shape.
        sounding: what others play already, of the same shape.
        voices: at most so many.

    Returns:
        the notes of all voices in order of time; no two ever sound a semitone apart or overlap on
        one row.
    """
    near = spread(ink, 1, 1)
    todo = _off_the_beat(_with_arpeggios(ink), grid).astype(np.float64)
    fixed = np.where(near, 0.0, -_STRAY) - _BESIDE * (near & ~spread(ink, 1, 0))
    strong = np.arange(ink.shape[1]) % STEPS_PER_BEAT == 0
    fixed -= _HELD_DISSONANCE * (~grid.chord & strong)
    onset = np.where(grid.onset, _CHORD_TONE * grid.chord, _IMPOSSIBLE)
    onset -= np.resize(np.array(_ONSET), ink.shape[1])
    sounding = np.zeros_like(ink) if sounding is None else sounding.copy()
    found: list[list[Line]] = []
    for _ in range(voices):
        reward = todo.copy()
        reward[1:] += _OFF_CENTRE * todo[:-1]
        reward[:-1] += _OFF_CENTRE * todo[1:]
        reward += fixed - _WHOLE_TONE * spread(sounding, 2, 0)
        reward[spread(sounding, 1, 0)] = _IMPOSSIBLE
        gain, lines = _best_voice(reward, onset)
        if gain < _LEAST_GAIN:
            break
        found.append(lines)
        played = np.zeros_like(ink)
        for line in lines:
            played[line.row, line.start : line.stop] = True
        sounding |= played
        todo[spread(played, 1, 1)] = 0.0
    return _join([line for lines in found for line in lines], spread(ink, 1, 0), sounding)


def _join(lines: list[Line], level: Bools, sounding: Bools) -> list[Line]:
    """Bind notes of one row where a voice left the ink for a moment and another came back.

    Only along ``level`` ink, and where the bound note clashes with nothing that sounds.
    """
    bound: list[Line] = []
    for line in sorted(lines, key=lambda line: (line.row, line.start)):
        last = bound[-1] if bound else None
        if last and last.row == line.row and 0 < line.start - last.stop <= _LONGEST_GAP:
            gap = np.s_[last.stop : line.start]
            beside = sounding[max(line.row - 2, 0) : line.row + 3, gap]
            crowded = sounding[:, gap].sum(axis=0) >= MAX_VOICES
            if level[line.row, gap].all() and not beside.any() and not crowded.any():
                sounding[line.row, gap] = True
                bound[-1] = Line(line.row, last.start, line.stop)
                continue
        bound.append(line)
    return sorted(bound, key=lambda line: (line.start, line.row))


def spread(cells: Bools, rows: int, steps: int) -> Bools:
    """Whatever lies within so many rows and steps of one of the cells, ``bool[rows, steps]``."""
    kernel = np.ones((2 * rows + 1, 2 * steps + 1), np.uint8)
    return cv2.dilate(cells.astype(np.uint8), kernel).astype(np.bool_)


def _with_arpeggios(ink: Bools) -> Bools:
    """Shift parts of upright strokes so that they are played as arpeggios, low to high.

    A run of ink in one step that is taller than the voices reach together is cut in three: its
    lower third moves a step earlier, its upper third a step later. The picture does not show a
    shift by one step; the ear hears an arpeggio for a cluster.
    """
    arpeggiated = ink.copy()
    reach = 3 * 2  # two voices, each reaching a row up and down: what is left for the others
    last = ink.shape[1] - 1
    for step in np.flatnonzero(ink.sum(axis=0) > reach).tolist():
        edges = np.flatnonzero(np.diff(ink[:, step], prepend=False, append=False))
        for bottom, top in edges.reshape(-1, 2).tolist():
            if top - bottom <= reach or not 0 < step < last:
                continue
            third = (top - bottom) // 3
            arpeggiated[bottom : bottom + third, step] = False
            arpeggiated[bottom : bottom + third, step - 1] = True
            arpeggiated[top - third : top, step] = False
            arpeggiated[top - third : top, step + 1] = True
    return arpeggiated


def _off_the_beat(ink: Bools, grid: Grid) -> Bools:
    """Move upright ink that no chord tone reaches on its beat to the next step.

    There scale tones may take it. Level ink stays: its other steps are reached anyway.
    """
    beats = np.arange(0, ink.shape[1], STEPS_PER_BEAT)
    level = spread(ink[:, beats + 1], 1, 0)
    missed = ink[:, beats] & ~spread(grid.chord[:, beats], 1, 0) & ~level
    moved = ink.copy()
    moved[:, beats] &= ~missed
    moved[:, beats + 1] |= missed
    return moved


def _best_voice(reward: Floats, onset: Floats) -> tuple[float, list[Line]]:
    """Find the best line; ``reward`` of sounding and ``onset`` of starting, ``[rows, steps]``."""
    rows, steps = reward.shape
    distance = np.abs(np.subtract.outer(np.arange(rows), np.arange(rows)))
    leap = np.minimum(_LEAP * distance, _LEAP_LIMIT)  # [to, from]
    score = np.full(rows, _IMPOSSIBLE)
    rest = 0.0
    came_from = np.empty((steps, rows), np.int32)  # own row: held; _REST or another: onset
    rest_from = np.empty(steps, np.int32)
    own = np.arange(rows)
    for step in range(steps):
        moved = score[None, :] - leap
        np.fill_diagonal(moved, _IMPOSSIBLE)
        source = moved.argmax(axis=1).astype(np.int32)
        best = moved[own, source]
        source[best < rest] = _REST
        started = np.maximum(best, rest) + onset[:, step]
        held = score >= started
        came_from[step] = np.where(held, own, source)
        end = int(score.argmax())
        ended = float(score[end]) - (_ODD_END if step % 2 else 0.0)
        rest_from[step] = end if ended > rest else _REST
        rest = max(rest, ended)
        score = np.where(held, score, started) + reward[:, step]
    row = int(score.argmax())
    gain = max(rest, float(score[row]))
    if rest >= score[row]:
        row = _REST
    lines: list[Line] = []
    stop = steps
    for step in range(steps - 1, -1, -1):
        source_row = int(rest_from[step] if row == _REST else came_from[step, row])
        if source_row != row:
            if row != _REST:
                lines.append(Line(row, step, stop))
            row, stop = source_row, step
    if row != _REST:  # unreachable unless a note were held into the first step
        raise AssertionError("a voice starts before the piece")
    return gain, lines[::-1]

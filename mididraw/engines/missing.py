"""No part of a drawing stays silent: what no note plays yet gets one, of the key and the chord."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Bools
from mididraw.canvas import Canvas, runs
from mididraw.score import DRAWING, Note, Score, Track, roll

_LONGEST = 8  # steps of a note that is put in
_OFF_CHORD, _OFF_SCALE, _SEMITONE, _OFF_ROW = 1.0, 6.0, 2.0, 1.0  # costs of a note
_LENGTH = 0.3  # a step of a note is worth, up to four


def with_every_part(canvas: Canvas, score: Score) -> Score:
    """Add a note to the drawing's track for each part of the drawing that none plays.

    A part is played by a note that sounds in one of its cells, or beside one where no other part
    lies.
    """
    track = score.drawing
    added: list[Note] = []
    for part in canvas.parts:
        sounding = _sounding(canvas, (*track.notes, *added))
        if not _is_played(canvas, part, sounding):
            added.append(_note(canvas, score, part, sounding))
    if not added:
        return score
    # Where no track has the drawing's name the first one is it.
    name = next((one.name for one in score.tracks if one.name == DRAWING), score.tracks[0].name)
    fuller = Track(track.name, track.program, (*track.notes, *added), track.drums)
    tracks = tuple(fuller if one.name == name else one for one in score.tracks)
    return replace(score, tracks=tracks)


def _sounding(canvas: Canvas, notes: tuple[Note, ...]) -> Bools:
    return roll(notes, canvas.steps)[canvas.pitches.low : canvas.pitches.high + 1] > 0


def _is_played(canvas: Canvas, part: NDArray[np.intp], sounding: Bools) -> bool:
    own = np.zeros(canvas.ink.shape, np.bool_)
    own[part[:, 0], part[:, 1]] = True
    near = cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return bool((sounding & (own | (near & ~canvas.ink))).any())


def _note(canvas: Canvas, score: Score, part: NDArray[np.intp], sounding: Bools) -> Note:
    """The note that stands best for a part: long, of the chord or the key, on its own row."""
    own = np.zeros(canvas.ink.shape, np.bool_)
    own[part[:, 0], part[:, 1]] = True
    best: tuple[float, Note] | None = None
    for row in np.unique(part[:, 0]):
        for start, stop in runs(own[row]):
            length = min(stop - start, _LONGEST)
            weight = float(canvas.weight[row, start:stop].mean())
            for off in (0, 1, -1):
                pitch = canvas.pitches.low + int(row) + off
                if not canvas.pitches.low <= pitch <= canvas.pitches.high:
                    continue
                cost = _cost(canvas, score, pitch, start, length, sounding) + _OFF_ROW * abs(off)
                if best is None or cost < best[0]:
                    best = cost, Note(start, pitch, length, round(56 + 40 * weight))
    if best is None:
        raise ValueError("a part without cells")
    return best[1]


def _cost(
    canvas: Canvas, score: Score, pitch: int, start: int, length: int, sounding: Bools
) -> float:
    chord = score.chord_at(start)
    cost = -_LENGTH * min(length, 4)
    cost += _OFF_CHORD * (chord is not None and pitch % 12 not in chord.tones)
    cost += _OFF_SCALE * (pitch % 12 not in score.key.scale)
    row = pitch - canvas.pitches.low
    beside = [other for other in (row - 1, row + 1) if 0 <= other < len(sounding)]
    return cost + _SEMITONE * bool(sounding[beside, start : start + length].any())

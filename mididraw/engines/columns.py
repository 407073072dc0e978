"""Music a column (a 16th) at a time by a small recurrent model, led by the ink.

The model gives every key's chance to be silent, held or struck, after the columns before, under the
key and the chord; ink adds to what plays it. Of a column the likeliest notes are taken first, and
those beside them, or on ink that they play, give way.
"""

import numpy as np
from numpy.typing import NDArray

from mididraw.canvas import Canvas
from mididraw.engines.accompaniment import accompany
from mididraw.engines.arrangement import arrange, arrangement_of
from mididraw.engines.missing import with_every_part
from mididraw.engines.plan import plan_piece
from mididraw.engines.request import ScoreRequest
from mididraw.engines.voices import MAX_VOICES, spread
from mididraw.harmony.plan import Plan
from mididraw.harmony.progressions import style_tempo
from mididraw.models.columns.features import HELD, KEYS, SILENT, STRUCK, harmony, seen
from mididraw.models.columns.model import Columns
from mididraw.options import LOWEST_KEY, Arrangement
from mididraw.score import DRAWING, STEPS_PER_BAR, STEPS_PER_BEAT, ChordSpan, Note, Score, Track

_STRONGEST = 14.0
"""Nats a cell of ink at strength 100."""
_CURVE = 1.3
_OFF_CENTRE = 0.8  # a cell one row off covers the ink, but less exactly
_STRAY = 1.5  # a cell more than one row or step from ink
_OFF_SCALE = 4.0  # nats
_SPREAD = 0.7
"""How much is left to chance, as a share of the model's own."""

Floats = NDArray[np.float64]


def columns(request: ScoreRequest) -> Score:
    """Let the model of columns play the picture."""
    canvas, options = request.canvas, request.options
    plan = plan_piece(canvas, options, request.seed)
    random = np.random.default_rng(request.seed)
    nats = _STRONGEST * (options.strength / 100) ** _CURVE
    played = _write(canvas, plan, nats, random)
    tracks = [Track(DRAWING, options.program, _notes(canvas, played))]
    # A band has bass and chords of its own.
    if options.accompaniment and arrangement_of(options) is Arrangement.SOLO:
        tracks += accompany(plan.chords, random)
    score = Score(
        tracks=tuple(tracks),
        bars=canvas.bars,
        tempo=options.tempo or style_tempo(options.style),
        key=plan.key,
        chords=tuple(
            ChordSpan(bar * STEPS_PER_BAR, STEPS_PER_BAR, chord)
            for bar, chord in enumerate(plan.chords)
        ),
    )
    return arrange(with_every_part(canvas, score), options)


def _write(
    canvas: Canvas, plan: Plan, nats: float, random: np.random.Generator
) -> NDArray[np.uint8]:
    """What each key does in each column, ``uint8[steps, 88]``."""
    first = canvas.pitches.low - LOWEST_KEY
    rows = np.s_[first : first + len(canvas.ink)]
    ink = np.zeros((KEYS, canvas.steps), np.bool_)
    ink[rows] = canvas.ink
    near = spread(ink, 1, 1)
    off_scale = np.array([(LOWEST_KEY + k) % 12 not in plan.key.scale for k in range(KEYS)])
    model, before = Columns(), np.zeros(KEYS, np.uint8)
    written = []
    for step in range(canvas.steps):
        around = harmony(plan.chords[step // STEPS_PER_BAR], plan.key)
        at = step % STEPS_PER_BAR
        # The place in the bar is told by the place among the columns.
        since = np.zeros((at + 1, KEYS), np.uint8)
        since[-1] = before
        features = seen(since, np.broadcast_to(around, (at + 1, *around.shape)))[-1]
        chances = model.step(features).astype(np.float64)
        chances[:, 1:] -= _OFF_SCALE * off_scale[:, None]
        chances += _SPREAD * random.gumbel(size=chances.shape)
        chances[before == SILENT, HELD] = -np.inf
        before = _column(chances, ink[:, step], near[:, step], nats)
        written.append(before)
    return np.stack(written)


def _column(
    chances: Floats, ink: NDArray[np.bool_], near: NDArray[np.bool_], nats: float
) -> NDArray[np.uint8]:
    """Take the likeliest notes first; what is a semitone away, or plays nothing new, gives way."""
    todo = ink.astype(np.float64)
    best = chances[:, 1:].max(axis=1) - chances[:, SILENT]
    kind = chances[:, 1:].argmax(axis=1).astype(np.uint8) + HELD
    found = np.zeros(KEYS, np.uint8)
    for _ in range(MAX_VOICES):
        beside = np.pad(todo, 1)
        reward = np.maximum(todo, _OFF_CENTRE * np.maximum(beside[:-2], beside[2:]))
        worth = best + nats * np.where(near, reward, -_STRAY)
        key = int(worth.argmax())
        if worth[key] <= 0:
            break
        found[key] = kind[key]
        best[max(key - 1, 0) : key + 2] = -np.inf
        todo[max(key - 1, 0) : key + 2] = 0
    return found


def _notes(canvas: Canvas, played: NDArray[np.uint8]) -> tuple[Note, ...]:
    notes = []
    for key, line in enumerate(played.T):
        struck = np.flatnonzero(line == STRUCK)
        for place, start in enumerate(struck.tolist()):
            following = int(struck[place + 1]) if place + 1 < len(struck) else len(line)
            silent = np.flatnonzero(line[start:following] == SILENT)
            stop = start + int(silent[0]) if silent.size else following
            row = key + LOWEST_KEY - canvas.pitches.low
            velocity = 56 + 8 * (start % STEPS_PER_BEAT == 0) + 6 * (start % STEPS_PER_BAR == 0)
            if 0 <= row < len(canvas.weight):
                velocity += round(36 * float(canvas.weight[row, start:stop].mean()))
            notes.append(Note(start, key + LOWEST_KEY, stop - start, velocity))
    return tuple(notes)

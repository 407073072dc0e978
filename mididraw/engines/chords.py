"""The seed's idea by rule: chords that songs use and the ink wants, strokes as melodic lines."""

import numpy as np
from numpy.typing import NDArray

from mididraw.canvas import Canvas, runs
from mididraw.engines.accompaniment import accompany
from mididraw.engines.commission import Commission
from mididraw.engines.voices import Grid, Line, find_lines
from mididraw.harmony import PITCH_CLASSES, QUALITIES, Chord, Key, style_keys
from mididraw.harmony.progressions import choose_progression, style_tempo
from mididraw.options import DrawOptions
from mididraw.score import DRAWING, STEPS_PER_BAR, STEPS_PER_BEAT, ChordSpan, Note, Score, Track

_FIT = 8.0  # nats for a bar that the chord covers wholly, against one that it does not at all
_TAKE = 0.6  # how far (in nats) another seed may lean towards another progression
_LEVEL_RUN = 4  # ink that stays level so long is heard as a held note
_RESTRIKE = STEPS_PER_BAR // 2


def chords(commission: Commission) -> Score:
    """Write a piece over a chord progression, in which every stroke is a melodic line.

    Chord tones stand on the beats and scale tones between them; at most six notes sound at once,
    never a semitone apart.
    """
    canvas, options = commission.canvas, commission.options
    random = np.random.default_rng(commission.seed)
    key, progression = choose_harmony(canvas, options, random)
    grid = _playable(canvas, key, progression)
    lines = find_lines(canvas.ink, grid)
    notes = _perform(canvas, grid, lines)
    spans = tuple(
        ChordSpan(bar * STEPS_PER_BAR, STEPS_PER_BAR, chord)
        for bar, chord in enumerate(progression)
    )
    tracks = [Track(DRAWING, options.program, notes)]
    if options.accompaniment:
        tracks += accompany(progression, random)
    return Score(
        tracks=tuple(tracks),
        bars=canvas.bars,
        tempo=options.tempo or style_tempo(options.style),
        key=key,
        chords=spans,
    )


def choose_harmony(
    canvas: Canvas, options: DrawOptions, random: np.random.Generator
) -> tuple[Key, tuple[Chord, ...]]:
    """Choose key and chords of each bar by the ink, the style's songs and chance."""
    keys = [options.fixed_key] if options.fixed_key else style_keys(options.style)
    ink = _ink_by_pitch_class(canvas)
    # Drawn for every chord there is, so that asking for the key that a seed chose by itself
    # gives the same piece again.
    every = [Chord(root, quality) for root in range(PITCH_CLASSES) for quality in QUALITIES]
    leanings = random.gumbel(size=(len(every), canvas.bars))
    fit = {
        chord: _FIT * ink @ _cover(chord) + _TAKE * leaning
        for chord, leaning in zip(every, leanings, strict=True)
    }
    return choose_progression(fit, options.style, keys)


def _ink_by_pitch_class(canvas: Canvas) -> NDArray[np.float64]:
    """Share of each pitch class in the ink of each bar, ``float64[bars, 12]``; blank bars 0.

    Level ink counts double, as it is heard as a held note.
    """
    weight = canvas.ink.astype(np.float64)
    for row, line in enumerate(canvas.ink):
        for start, stop in runs(line):
            if stop - start >= _LEVEL_RUN:
                weight[row, start:stop] = 2.0
    bars = weight.reshape(len(weight), canvas.bars, STEPS_PER_BAR).sum(axis=2)
    classes = (canvas.pitches.low + np.arange(len(weight))) % PITCH_CLASSES
    total = np.stack([bars[classes == place].sum(axis=0) for place in range(PITCH_CLASSES)], axis=1)
    share: NDArray[np.float64] = total / np.maximum(total.sum(axis=1, keepdims=True), 1e-9)
    return share


def _cover(chord: Chord) -> NDArray[np.float64]:
    """How well a chord stands for ink on each pitch class, ``float64[12]`` with mean 0.

    The mean is taken off so that chords of four notes are not preferred for their number.
    """
    cover = np.zeros(PITCH_CLASSES)
    for tone in chord.tones:
        for step, worth in ((0, 1.0), (1, 0.6), (-1, 0.6)):
            place = (tone + step) % PITCH_CLASSES
            cover[place] = max(cover[place], worth)
    return np.asarray(cover - cover.mean())


def _playable(canvas: Canvas, key: Key, progression: tuple[Chord, ...]) -> Grid:
    classes = [(canvas.pitches.low + row) % PITCH_CLASSES for row in range(len(canvas.ink))]
    scale = np.array([place in key.scale for place in classes])
    by_bar = np.array([[place in chord.tones for chord in progression] for place in classes])
    return Grid(
        scale=np.repeat(scale[:, None], canvas.steps, axis=1),
        chord=np.repeat(by_bar, STEPS_PER_BAR, axis=1),
    )


def _perform(canvas: Canvas, grid: Grid, lines: list[Line]) -> tuple[Note, ...]:
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

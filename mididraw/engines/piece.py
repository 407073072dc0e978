"""Notes that play a drawing → a piece: its plan's chords, and whoever plays around the drawing."""

from collections.abc import Iterable

import numpy as np

from mididraw.engines.accompaniment import accompany
from mididraw.engines.arrangement import arrange, arrangement_of
from mididraw.engines.missing import with_every_part
from mididraw.engines.plan import choose_contrast, choose_tempo
from mididraw.engines.request import ScoreRequest
from mididraw.harmony.plan import Plan
from mididraw.options import Arrangement
from mididraw.score import DRAWING, STEPS_PER_BAR, ChordSpan, Note, Score, Track


def piece_of(
    request: ScoreRequest,
    plan: Plan,
    notes: Iterable[Note],
    random: np.random.Generator,
    sources: Iterable[str] = (),
) -> Score:
    """Make a piece of the notes of a drawing.

    Args:
        request: what is asked for.
        plan: its key and chords.
        notes: that play the drawing; what they leave out of it is added.
        random: of what is left to chance.
        sources: the songs that they are taken from.
    """
    canvas, options = request.canvas, request.options
    tracks = [Track(DRAWING, options.program, tuple(notes))]
    # A band has bass and chords of its own.
    if options.accompaniment and arrangement_of(options) is Arrangement.SOLO:
        tracks += accompany(plan.chords, random)
    score = Score(
        tracks=tuple(tracks),
        bars=canvas.bars,
        tempo=choose_tempo(options, request.seed),
        key=plan.key,
        chords=tuple(
            ChordSpan(bar * STEPS_PER_BAR, STEPS_PER_BAR, chord)
            for bar, chord in enumerate(plan.chords)
        ),
        sources=tuple(sources),
    )
    contrast = choose_contrast(request.seed)
    return arrange(with_every_part(canvas, score), options, contrast)

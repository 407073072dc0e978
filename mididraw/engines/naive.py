"""Every run of ink is a note: the seed's img2midi, the closest to the picture there is."""

from mididraw.canvas import runs
from mididraw.engines.plan import choose_tempo
from mididraw.engines.request import ScoreRequest
from mididraw.harmony.estimate import estimate_key
from mididraw.score import DRAWING, Note, Score, Track, sounding_pitch_classes


def naive(request: ScoreRequest) -> Score:
    """Turn every horizontal run of ink into a note; harmony is left to chance."""
    canvas, options = request.canvas, request.options
    notes = []
    for row, line in enumerate(canvas.ink):
        for start, stop in runs(line):
            velocity = round(56 + 56 * float(canvas.weight[row, start:stop].mean()))
            notes.append(Note(start, canvas.pitches.low + row, stop - start, velocity))
    return Score(
        tracks=(Track(DRAWING, options.program, tuple(notes)),),
        bars=canvas.bars,
        tempo=choose_tempo(options, request.seed),
        key=options.fixed_key or estimate_key(sounding_pitch_classes(notes)),
    )

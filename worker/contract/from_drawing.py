"""A drawing becomes the answer to its job."""

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from worker.contract.answer import Done, Likeness, ResultFiles, Take
from worker.contract.job import Job

if TYPE_CHECKING:  # what it takes to draw is not needed to answer
    from mididraw.canvas import Canvas
    from mididraw.draw import Clock, Drawing, Stage
    from mididraw.engines import ScoreRequest
    from mididraw.match import Match
    from mididraw.options import DrawOptions
    from mididraw.score import Score
    from mididraw.settings import Settings


def done_from_drawing(
    job: Job, drawing: "Drawing", earlier: Mapping[str, float] | None = None
) -> tuple[Done, ResultFiles]:
    """Write the answer.

    Args:
        job: what was asked for.
        drawing: what became of it.
        earlier: seconds of stages that the drawing knows nothing of.
    """
    seconds = _seconds(earlier, drawing.seconds)
    answer = _done(job, drawing.options, drawing.score, drawing.canvas, drawing.match, seconds)
    return answer, ResultFiles(drawing.midi, drawing.mp3, drawing.png, drawing.video)


def done_from_takes(
    job: Job,
    requests: "Sequence[ScoreRequest]",
    scores: "Sequence[Score]",
    settings: "Settings",
    clock: "Clock",
    earlier: Mapping[str, float] | None = None,
) -> tuple[Done, ResultFiles]:
    """Play several takes, draw the picture to choose from, and write the answer.

    Args:
        job: what was asked for.
        requests: what each take was written for.
        scores: what was written.
        settings: what the host decides.
        clock: times the stages.
        earlier: seconds of stages that the clock knows nothing of.

    Raises:
        SoundError: FluidSynth, ffmpeg or the SoundFont cannot be used.
    """
    from mididraw.draw import Stage
    from mididraw.match import match
    from mididraw.takes import draw_sheet, record_takes

    request, score = requests[0], scores[0]
    first, *others = record_takes(scores, settings, job.title, clock)
    with clock(Stage.ROLL):
        png = draw_sheet(requests, scores, job.title)
    # Each has a key of its own where none was asked for.
    options = job.options.model_copy(update={"tempo": round(score.tempo)})
    found, seconds = match(request.canvas, score), _seconds(earlier, clock.seconds)
    rest = tuple(Take(one.midi, one.mp3) for one in others)
    files = ResultFiles(first.midi, first.mp3, png, others=rest)
    return _done(job, options, score, request.canvas, found, seconds), files


def _done(
    job: Job,
    options: "DrawOptions",
    score: "Score",
    canvas: "Canvas",
    found: "Match",
    seconds: dict[str, float],
) -> Done:
    from mididraw.render.sketch import sketch

    return Done(
        job=job.id,
        music=job.music,
        options=options,
        bars=score.bars,
        chords=tuple(span.chord.name(score.key) for span in score.chords),
        songs=score.sources,
        sketch=base64.b64encode(sketch(canvas)).decode(),
        match=Likeness(coverage=found.lines, precision=found.precision, f1=found.likeness),
        seconds=seconds,
    )


def _seconds(earlier: Mapping[str, float] | None, now: "Mapping[Stage, float]") -> dict[str, float]:
    return {**(earlier or {}), **{stage.value: spent for stage, spent in now.items()}}

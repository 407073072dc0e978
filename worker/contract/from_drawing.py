"""A drawing becomes the answer to its job."""

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

from worker.contract.answer import Done, Likeness, ResultFiles
from worker.contract.job import Job

if TYPE_CHECKING:  # what it takes to draw is not needed to answer
    from mididraw.draw import Drawing


def done_from_drawing(
    job: Job, drawing: "Drawing", earlier: Mapping[str, float] | None = None
) -> tuple[Done, ResultFiles]:
    """Write the answer.

    Args:
        job: what was asked for.
        drawing: what became of it.
        earlier: seconds of stages that the drawing knows nothing of.
    """
    from mididraw.render.sketch import sketch

    found, score = drawing.match, drawing.score
    answer = Done(
        job=job.id,
        music=job.music,
        options=drawing.options,
        bars=score.bars,
        chords=tuple(span.chord.name(score.key) for span in score.chords),
        sketch=base64.b64encode(sketch(drawing.canvas)).decode(),
        match=Likeness(coverage=found.lines, precision=found.precision, f1=found.likeness),
        seconds={
            **(earlier or {}),
            **{stage.value: spent for stage, spent in drawing.seconds.items()},
        },
    )
    return answer, ResultFiles(drawing.midi, drawing.mp3, drawing.png, drawing.video)

"""What the pool's processes do for a job: read its pictures, render its score, or all of it."""

import logging
from dataclasses import replace

from mididraw.draw import Clock, Drawing, Stage, commission, render, replay, write_score
from mididraw.engines import Commission
from mididraw.engines.commission import nobody
from mididraw.errors import VideoError
from mididraw.options import Video
from mididraw.score import Score
from mididraw.settings import Settings
from worker.contract import Job
from worker.contract.from_drawing import done_from_drawing
from worker.pool import tell
from worker.queue.consumer import ClaimedJob
from worker.runner import Finished

_log = logging.getLogger(__name__)
Times = dict[str, float]
Second = tuple[int, int]
"""What is told of a video: seconds done, and of how many."""


def warm() -> None:
    """Nothing: that this module is imported is what takes time."""


def prepare(claimed: ClaimedJob) -> tuple[Commission, Times]:
    """Lay the pictures of a job on a canvas."""
    clock = Clock()
    laid = commission(claimed.pictures, claimed.job.options, claimed.prompt, clock)
    # The callback stays here.
    plain = Commission(laid.canvas, laid.options, laid.seed, laid.prompt, nobody)
    return plain, _times(clock)


def perform(job: Job, work: Commission, score: Score, times: Times, settings: Settings) -> Finished:
    """Make the files of a score."""
    clock = Clock()
    return _finished(job, render(work, score, settings, job.title, clock), times)


def whole(claimed: ClaimedJob, settings: Settings) -> Finished:
    """Do all of a job, with an engine that needs no model."""
    clock, job = Clock(), claimed.job
    laid = commission(claimed.pictures, job.options, claimed.prompt, clock)
    return _finished(job, render(laid, write_score(laid, clock), settings, job.title, clock), {})


def film(claimed: ClaimedJob, settings: Settings, before: Finished | None = None) -> Finished:
    """Make the video of a job whose music is written: ``before``, or what came with the job.

    Where there is more than a video to answer with, one that cannot be made costs nothing else.
    """
    job = claimed.job
    midi = (claimed.prompt or b"") if before is None else before.files.midi
    options = job.options if before is None else before.answer.options

    def progress(stage: Stage, done: int, parts: int) -> None:
        if stage is Stage.VIDEO and parts > 1:
            tell((done, parts))

    try:
        drawing = replay(
            claimed.pictures, midi, options, settings=settings, title=job.title, progress=progress
        )
    except VideoError:
        if before is None:
            raise
        _log.warning("no video", exc_info=True, extra={"job": job.id})
        without = before.answer.options.model_copy(update={"video": Video.NONE})
        return Finished(before.answer.model_copy(update={"options": without}), before.files)
    if before is None:
        return _finished(job, drawing, {})
    seconds = {**before.answer.seconds, Stage.VIDEO.value: drawing.seconds[Stage.VIDEO]}
    answer = before.answer.model_copy(update={"seconds": seconds})
    return Finished(answer, replace(before.files, video=drawing.video))


def _times(clock: Clock) -> Times:
    return {stage.value: seconds for stage, seconds in clock.seconds.items()}


def _finished(job: Job, drawing: Drawing, times: Times) -> Finished:
    return Finished(*done_from_drawing(job, drawing, times))

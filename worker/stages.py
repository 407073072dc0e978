"""What the pool's processes do for a job: read its pictures, render its score, or all of it."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from mididraw.draw import Clock, Drawing, Stage, prepare_request, read_score, record, render, replay
from mididraw.draw import film as draw_film
from mididraw.engines import ScoreRequest
from mididraw.errors import VideoError
from mididraw.options import Video
from mididraw.score import Score
from mididraw.settings import Settings
from mididraw.takes import requests_for_takes, write_takes
from worker.contract import Job
from worker.contract.from_drawing import done_from_drawing, done_from_takes
from worker.pool import tell
from worker.queue.consumer import ClaimedJob
from worker.runner import Finished

_log = logging.getLogger(__name__)
Times = dict[str, float]
Second = tuple[int, int]
"""What is told of a video: seconds done, and of how many."""


def warm() -> None:
    """Nothing: that this module is imported is what takes time."""


def prepare(claimed: ClaimedJob) -> tuple[list[ScoreRequest], Times]:
    """Lay the pictures of a job on a canvas; what is to be written, a request for each take."""
    clock = Clock()
    request = prepare_request(claimed.pictures, claimed.job.options, claimed.prompt, clock)
    return requests_for_takes(request), _times(clock)


def perform(
    job: Job,
    requests: Sequence[ScoreRequest],
    scores: Sequence[Score],
    times: Times,
    settings: Settings,
) -> Finished:
    """Make the files of a score, or of several takes."""
    clock = Clock()
    if len(requests) > 1:
        return Finished(*done_from_takes(job, requests, scores, settings, clock, times))
    (request,), (score,) = requests, scores
    sound = record(score, settings, job.title, clock)
    drawing = render(request, score, settings, job.title, clock, sound=sound)
    wanted = job.options.video is not Video.NONE
    return replace(_finished(job, drawing, times), samples=sound.samples if wanted else None)


def whole(claimed: ClaimedJob, settings: Settings) -> Finished:
    """Do all of a job, with an engine that needs no model."""
    requests, times = prepare(claimed)
    clock = Clock()
    scores = write_takes(requests, clock)
    return perform(claimed.job, requests, scores, times | _times(clock), settings)


def repeat(claimed: ClaimedJob, settings: Settings) -> Finished:
    """Make the files of music anew that came with the job."""
    job = claimed.job
    midi = claimed.prompt or b""
    return _finished(
        job, replay(claimed.pictures, midi, job.options, settings=settings, title=job.title), {}
    )


def film(claimed: ClaimedJob, settings: Settings, before: Finished | None = None) -> Finished:
    """Make the video of a job whose music is written: ``before``, or what came with the job.

    Where there is more than a video to answer with, one that cannot be made costs nothing else.
    """
    job = claimed.job

    def progress(stage: Stage, done: int, parts: int) -> None:
        if stage is Stage.VIDEO and parts > 1:
            tell((done, parts))

    if before is None:
        drawing = replay(
            claimed.pictures,
            claimed.prompt or b"",
            job.options,
            settings=settings,
            title=job.title,
            progress=progress,
        )
        return _finished(job, drawing, {})
    answer, files, clock = before.answer, before.files, Clock(progress)
    try:
        request = prepare_request(claimed.pictures, answer.options, None, clock)
        score = read_score(files.midi, request)
        video = draw_film(request, score, files.midi, settings, job.title, clock, before.samples)
    except VideoError:
        _log.warning("no video", exc_info=True, extra={"job": job.id})
        without = answer.options.model_copy(update={"video": Video.NONE})
        return Finished(answer.model_copy(update={"options": without}), files)
    seconds = {**answer.seconds, Stage.VIDEO.value: clock.seconds[Stage.VIDEO]}
    return Finished(answer.model_copy(update={"seconds": seconds}), replace(files, video=video))


def _times(clock: Clock) -> Times:
    return {stage.value: seconds for stage, seconds in clock.seconds.items()}


def _finished(job: Job, drawing: Drawing, times: Times) -> Finished:
    return Finished(*done_from_drawing(job, drawing, times))

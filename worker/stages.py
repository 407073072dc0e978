"""What the pool's processes do for a job: read its pictures, render its score, or all of it."""

from mididraw.draw import Clock, Drawing, commission, render, write_score
from mididraw.engines import Commission
from mididraw.engines.commission import nobody
from mididraw.score import Score
from mididraw.settings import Settings
from worker.contract import Job
from worker.contract.drawn import drawn
from worker.crew import Made, Work

Times = dict[str, float]


def warm() -> None:
    """Nothing: that this module is imported is what takes time."""


def prepare(work: Work) -> tuple[Commission, Times]:
    """Lay the pictures of a job on a canvas."""
    clock = Clock()
    laid = commission(work.pictures, work.job.options, work.prompt, clock)
    # The callback stays here.
    plain = Commission(laid.canvas, laid.options, laid.seed, laid.prompt, nobody)
    return plain, _times(clock)


def perform(job: Job, work: Commission, score: Score, times: Times, settings: Settings) -> Made:
    """Make the files of a score."""
    clock = Clock()
    return _made(job, render(work, score, settings, job.title, clock), times)


def whole(work: Work, settings: Settings) -> Made:
    """Do all of a job, with an engine that needs no model."""
    clock, job = Clock(), work.job
    laid = commission(work.pictures, job.options, work.prompt, clock)
    return _made(job, render(laid, write_score(laid, clock), settings, job.title, clock), {})


def _times(clock: Clock) -> Times:
    return {stage.value: seconds for stage, seconds in clock.seconds.items()}


def _made(job: Job, drawing: Drawing, times: Times) -> Made:
    return Made(*drawn(job, drawing, times))

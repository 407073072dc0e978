"""What draws for :class:`bot.jobs.local.LocalJobs`: the library itself, in a thread."""

from bot.jobs.local import Perform, Tell
from mididraw.draw import Clock, Stage, draw, prepare_request, replay
from mididraw.settings import Settings
from mididraw.takes import requests_for_takes, write_takes
from worker.contract import Done, Filming, Job, Progress, Rendering, ResultFiles
from worker.contract.from_drawing import done_from_drawing, done_from_takes

_RENDERS = frozenset({Stage.MIDI, Stage.SOUND, Stage.MP3, Stage.ROLL})


def draws_here(settings: Settings) -> Perform:
    """Draw with the host's settings."""

    def perform(
        job: Job, pictures: tuple[bytes, ...], prompt: bytes | None, tell: Tell
    ) -> tuple[Done, ResultFiles]:
        def progress(stage: Stage, done: int, parts: int) -> None:
            if stage is Stage.ENGINE:
                tell(Progress(job=job.id, bar=done, bars=parts))
            elif stage in _RENDERS and not done:
                tell(Rendering(job=job.id))
            elif stage is Stage.VIDEO and parts > 1:
                tell(Filming(job=job.id, second=done, seconds=parts))

        if job.options.takes > 1:
            clock = Clock(progress)
            request = prepare_request(pictures, job.options, prompt, clock, settings.model)
            requests = requests_for_takes(request)
            return done_from_takes(job, requests, write_takes(requests, clock), settings, clock)
        if job.written:
            made = replay(
                pictures,
                prompt or b"",
                job.options,
                settings=settings,
                title=job.title,
                progress=progress,
            )
            return done_from_drawing(job, made)
        drawing = draw(
            pictures,
            job.options,
            settings=settings,
            prompt=prompt,
            title=job.title,
            progress=progress,
        )
        return done_from_drawing(job, drawing)

    return perform

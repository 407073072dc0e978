"""What draws for :class:`bot.jobs.local.LocalJobs`: the library itself, in a thread."""

from bot.jobs.local import Perform, Tell
from mididraw.draw import Stage, draw
from mididraw.settings import Settings
from worker.contract import Done, Files, Job, Progress, Rendering
from worker.contract.drawn import drawn


def draws_here(settings: Settings) -> Perform:
    """Draw with the host's settings."""

    def perform(
        job: Job, pictures: tuple[bytes, ...], prompt: bytes | None, tell: Tell
    ) -> tuple[Done, Files]:
        def progress(stage: Stage, done: int, parts: int) -> None:
            if stage is Stage.ENGINE:
                tell(Progress(job=job.id, bar=done, bars=parts))
            elif stage is Stage.MIDI and not done:
                tell(Rendering(job=job.id))

        drawing = draw(
            pictures,
            job.options,
            settings=settings,
            prompt=prompt,
            title=job.title,
            progress=progress,
        )
        return drawn(job, drawing)

    return perform

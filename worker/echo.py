"""A crew that draws nothing: for measuring the queue and for trying to break it.

``python -m worker.echo 0.1 8`` is a worker that takes a tenth of a second for each of 8 at a time.
"""

import os
import sys
import time

from mididraw.harmony import Key
from worker.contract import Done, Files, Likeness, Rendering
from worker.crew import Made, News, Told, Work


class Echo:
    """Answers every job with its first picture, or ``files``, ``seconds`` after it was taken."""

    def __init__(
        self, seconds: float = 0.0, capacity: int = 32, files: Files | None = None
    ) -> None:
        self.capacity, self._seconds, self._files = capacity, seconds, files
        self._works: dict[str, tuple[float, Work]] = {}

    @property
    def patience(self) -> float:
        """All the time until the next answer."""
        if not self._works:
            return 1.0
        return max(0.0, min(due for due, _ in self._works.values()) - time.monotonic())

    def take(self, work: Work) -> None:
        """Begin a job."""
        self._works[work.job.id] = time.monotonic() + self._seconds, work

    def drop(self, job: str) -> None:
        """Let go of a job."""
        self._works.pop(job, None)

    def step(self) -> list[News]:
        """Answer what is due."""
        now = time.monotonic()
        due = [work for at, work in self._works.values() if at <= now]
        news: list[News] = []
        for work in due:
            del self._works[work.job.id]
            news += [Told(Rendering(job=work.job.id)), _answer(work, self._files)]
        return news

    def close(self) -> None:
        """There is nothing to let go of."""


def _answer(work: Work, files: Files | None) -> Made:
    job = work.job
    tempo, key = job.options.tempo or 120, job.options.fixed_key or Key(0)
    answer = Done(
        job=job.id,
        music=job.music,
        options=job.options.model_copy(update={"tempo": tempo, "key": key.name}),
        bars=job.options.bars or 1,
        match=Likeness(coverage=1, precision=1, f1=1),
        seconds={},
    )
    return Made(answer, files or Files(work.pictures[0], b"mp3", b"png"))


def main() -> None:
    """Run as a worker."""
    from worker.log import log_to_stderr
    from worker.serve import serve
    from worker.settings import WorkerSettings

    log_to_stderr(30)
    serve(WorkerSettings.from_environment(os.environ), Echo(float(sys.argv[1]), int(sys.argv[2])))


if __name__ == "__main__":
    main()

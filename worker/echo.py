"""A runner that draws nothing: for measuring the queue and for trying to break it.

``python -m worker.echo 0.1 8`` is a worker that takes a tenth of a second for each of 8 at a time;
a third argument names a folder whose ``midi``, ``mp3`` and ``png`` are every job's result.
"""

import os
import sys
import time
from pathlib import Path

from mididraw.harmony import Key
from worker.contract import Done, Likeness, Rendering, ResultFiles
from worker.queue.consumer import ClaimedJob
from worker.runner import Finished, RunnerEvent, Update


class EchoRunner:
    """Answers every job with its first picture, or ``files``, ``seconds`` after it was begun."""

    def __init__(
        self, seconds: float = 0.0, capacity: int = 32, files: ResultFiles | None = None
    ) -> None:
        self.capacity, self._seconds, self._files = capacity, seconds, files
        self._jobs: dict[str, tuple[float, ClaimedJob]] = {}

    @property
    def max_wait(self) -> float:
        """All the time until the next answer."""
        if not self._jobs:
            return 1.0
        return max(0.0, min(due for due, _ in self._jobs.values()) - time.monotonic())

    def start(self, claimed: ClaimedJob) -> None:
        """Begin a job."""
        self._jobs[claimed.job.id] = time.monotonic() + self._seconds, claimed

    def abort(self, job: str) -> None:
        """Let go of a job."""
        self._jobs.pop(job, None)

    def step(self) -> list[RunnerEvent]:
        """Answer what is due."""
        now = time.monotonic()
        due = [claimed for at, claimed in self._jobs.values() if at <= now]
        events: list[RunnerEvent] = []
        for claimed in due:
            del self._jobs[claimed.job.id]
            events += [Update(Rendering(job=claimed.job.id)), _answer(claimed, self._files)]
        return events

    def close(self) -> None:
        """There is nothing to let go of."""


def _answer(claimed: ClaimedJob, files: ResultFiles | None) -> Finished:
    job = claimed.job
    tempo, key = job.options.tempo or 120, job.options.fixed_key or Key(0)
    answer = Done(
        job=job.id,
        music=job.music,
        options=job.options.model_copy(update={"tempo": tempo, "key": key.name}),
        bars=job.options.bars or 1,
        match=Likeness(coverage=1, precision=1, f1=1),
        seconds={},
    )
    return Finished(answer, files or ResultFiles(claimed.pictures[0], b"mp3", b"png"))


def main() -> None:
    """Run as a worker."""
    from mididraw.log import log_to_stderr
    from worker.serve import serve
    from worker.settings import WorkerSettings

    log_to_stderr(30)
    seconds, capacity, *folder = sys.argv[1:]
    files = None
    if folder:
        midi, mp3, png = ((Path(folder[0]) / name).read_bytes() for name in ("midi", "mp3", "png"))
        files = ResultFiles(midi, mp3, png)
    runner = EchoRunner(float(seconds), int(capacity), files)
    serve(WorkerSettings.from_environment(os.environ), runner)


if __name__ == "__main__":
    main()

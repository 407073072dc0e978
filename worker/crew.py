"""Who does the work of a worker: jobs in, news out, and never a wait in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from worker.contract import Done, Event, Files, Job, Reason


@dataclass(frozen=True, slots=True)
class Work:
    """A job and all that it takes to do it."""

    job: Job
    pictures: tuple[bytes, ...]
    prompt: bytes | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Told:
    """Something happened to a job on its way."""

    event: Event


@dataclass(frozen=True, slots=True)
class Made:
    """A job is done."""

    answer: Done
    files: Files


@dataclass(frozen=True, slots=True)
class Broke:
    """A job cannot be done; ``sentence`` is fit to show to the user."""

    job: str
    reason: Reason
    sentence: str


News = Told | Made | Broke


class Crew(Protocol):
    """Does several jobs at a time; all methods are called by one thread."""

    @property
    def capacity(self) -> int:
        """How many jobs it does at a time."""

    @property
    def patience(self) -> float:
        """Seconds that may be waited for new jobs before the next step."""

    def take(self, work: Work) -> None:
        """Begin a job."""

    def drop(self, job: str) -> None:
        """Let go of a job, begun or not; nothing is heard of it any more."""

    def step(self) -> Sequence[News]:
        """Go on a little with all jobs."""

    def close(self) -> None:
        """Let go of everything."""

"""Who does the work of a worker: jobs in, what becomes of them out, and never a wait in between."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mididraw.errors import Sentence
from worker.contract import Done, Event, Reason, ResultFiles
from worker.queue.consumer import ClaimedJob

if TYPE_CHECKING:  # echoes are answered without what makes sound
    from mididraw.render.audio import Samples


@dataclass(frozen=True, slots=True)
class Update:
    """Something happened to a job on its way."""

    event: Event


@dataclass(frozen=True, slots=True)
class Finished:
    """What a job that is done gives: its answer and its files."""

    answer: Done
    files: ResultFiles
    samples: "Samples | None" = field(default=None, repr=False, compare=False)
    """The sound, ``int16[samples, 2]`` at 44.1 kHz, where a video of it is to be made next."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A job cannot be done; ``sentence`` is fit to show to the user."""

    job: str
    reason: Reason
    sentence: Sentence


RunnerEvent = Update | Finished | Failure


class JobRunner(Protocol):
    """Does several jobs at a time; all methods are called by one thread."""

    @property
    def capacity(self) -> int:
        """How many jobs it does at a time."""

    @property
    def max_wait(self) -> float:
        """Seconds that may be waited for new jobs before the next step."""

    def start(self, claimed: ClaimedJob) -> None:
        """Begin a job."""

    def abort(self, job: str) -> None:
        """Let go of a job, begun or not; nothing is heard of it any more."""

    def step(self) -> Sequence[RunnerEvent]:
        """Go on a little with all jobs."""

    def close(self) -> None:
        """Let go of everything."""

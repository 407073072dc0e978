"""What happens to a job on its way; events may be missed, answers never are."""

from typing import Annotated, Literal

from pydantic import Field

from worker.contract.answer import Answer
from worker.contract.base import JobId, Message, Seconds


class Queued(Message):
    """The job waits in the queue.

    Attributes:
        job: the job.
        position: 1 is next.
        wait: estimate of the seconds until it is done, None while nothing is known.
    """

    kind: Literal["queued"] = "queued"
    job: JobId
    position: Annotated[int, Field(ge=1)]
    wait: Seconds | None = None


class Started(Message):
    """A worker took it; ``attempt`` counts from 1."""

    kind: Literal["started"] = "started"
    job: JobId
    attempt: Annotated[int, Field(ge=1)]


class Progress(Message):
    """Bar ``bar`` of ``bars`` is written."""

    kind: Literal["progress"] = "progress"
    job: JobId
    bar: Annotated[int, Field(ge=0)]
    bars: Annotated[int, Field(ge=1)]


class Rendering(Message):
    """The music is written and becomes sound and picture."""

    kind: Literal["rendering"] = "rendering"
    job: JobId


class Filming(Message):
    """So many seconds of the video are done."""

    kind: Literal["filming"] = "filming"
    job: JobId
    second: Annotated[int, Field(ge=0)]
    seconds: Annotated[int, Field(ge=1)]


class Ended(Message):
    """The answer lies in the outbox."""

    kind: Literal["ended"] = "ended"
    job: JobId
    answer: Answer


Event = Annotated[
    Queued | Started | Progress | Rendering | Filming | Ended, Field(discriminator="kind")
]

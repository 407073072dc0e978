"""Where everything lies in Redis, and how long."""

from pydantic import Field

from worker.contract.base import FrozenModel

_ROOT = "mididraw"

LEVELS = ("first", "next", "later")
"""Priorities of waiting jobs, by how many the user has in hand: none, up to three, more."""
NEXT, LATER = 1, 4
"""Jobs in hand from which on a further one is of the level ``next`` and ``later``."""

OPEN = f"{_ROOT}:open"
"""Sorted set: accepted jobs without an answer, by when they were asked for."""
CANCELLED = f"{_ROOT}:cancelled"
"""Sorted set: running jobs that are to stop, by when."""
FAILED = f"{_ROOT}:failed"
"""Sorted set: jobs that failed by a fault of ours, by when; they stay inspectable."""
DURATIONS = f"{_ROOT}:durations"
"""List: seconds that the latest jobs took from start to answer, newest first."""
WORKERS = f"{_ROOT}:workers"
"""Hash: the latest heartbeat of each worker."""
FRONTS = f"{_ROOT}:fronts"
"""Hash: the latest heartbeat of each front-end's process."""
CLOSED = f"{_ROOT}:closed"
"""Text that is there while no jobs are accepted."""


def queue(level: str) -> str:
    """Name of RQ's queue for a level."""
    return f"{_ROOT}-{level}"


def job(job_id: str) -> str:
    """Hash: a job and how it stands."""
    return f"{_ROOT}:job:{job_id}"


def blob(digest: str) -> str:
    """Bytes of a picture or prompt."""
    return f"{_ROOT}:blob:{digest}"


def music(music_id: str) -> str:
    """Hash: the three files of a result, and the answer that they belong to."""
    return f"{_ROOT}:music:{music_id}"


def outbox(front: str) -> str:
    """Stream: answers that a front-end has not yet said to have posted."""
    return f"{_ROOT}:outbox:{front}"


def events(front: str) -> str:
    """Stream: what happens to the jobs of a front-end; of a bounded length."""
    return f"{_ROOT}:events:{front}"


def in_hand(front: str, kind: str, name: str) -> str:
    """Sorted set: a user's or chat's open jobs, by when they expire."""
    return f"{_ROOT}:hand:{front}:{kind}:{name}"


def of_user(front: str, user: str) -> str:
    """Sorted set: all jobs of a user that are kept, by until when."""
    return f"{_ROOT}:of:{front}:{user}"


def rate(front: str, user: str) -> str:
    """List: when the user asked for jobs, newest first."""
    return f"{_ROOT}:rate:{front}:{user}"


class Retention(FrozenModel):
    """How long things are kept, in seconds; nothing is kept for ever."""

    job: int = Field(86_400, ge=1, description="A job that waits or runs, and its pictures.")
    ended: int = Field(86_400, ge=1, description="An ended job, which makes a redelivery harmless.")
    failed: int = Field(604_800, ge=1, description="A job that failed by a fault of ours.")
    outbox: int = Field(86_400, ge=1, description="An answer that no front-end fetches.")
    music: int = Field(3_600, ge=1, description="Posted files, for whoever asks for the same.")
    events: int = Field(3_600, ge=1, description="Events that no front-end listens to.")

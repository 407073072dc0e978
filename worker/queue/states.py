"""The states of a job and the steps between them: one table that every queue follows.

::

            admit           begin           finish, fail, cancel
    (none) ───────► queued ───────► running ────────────────────► done, failed, cancelled
                      ▲ ▲  release    │                                    │
                      │ └─────────────┘                                    │
                      └──────────────────────── requeue ───────────────────┘ (failed alone)

A job that waits may end as well: its music is known already, it expires, or nobody wants it any
more. The Lua of :mod:`worker.queue.scripts` is written from this table, and the queue within a
process moves its jobs by :func:`next_state`.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class JobState(StrEnum):
    """How a job stands; the ends are named as the answers are."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What happens to a job."""

    ADMIT = "admit"
    """It is accepted."""
    BEGIN = "begin"
    """A worker takes it."""
    RELEASE = "release"
    """Its worker hands it back or has died."""
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"
    REQUEUE = "requeue"
    """An operator wants it drawn once more."""


OPEN_STATES = (JobState.QUEUED, JobState.RUNNING)
"""The states of a job that has no answer yet."""
TRANSITIONS: Mapping[Step, tuple[tuple[JobState | None, ...], JobState]] = MappingProxyType(
    {
        Step.ADMIT: ((None,), JobState.QUEUED),
        Step.BEGIN: ((JobState.QUEUED,), JobState.RUNNING),
        Step.RELEASE: ((JobState.RUNNING,), JobState.QUEUED),
        Step.FINISH: (OPEN_STATES, JobState.DONE),
        Step.FAIL: (OPEN_STATES, JobState.FAILED),
        Step.CANCEL: (OPEN_STATES, JobState.CANCELLED),
        Step.REQUEUE: ((JobState.FAILED,), JobState.QUEUED),
    }
)
"""By step: the states in which it may happen (None: nothing is known of the job), and the next."""
ENDS: Mapping[JobState, Step] = MappingProxyType(
    {TRANSITIONS[step][1]: step for step in (Step.FINISH, Step.FAIL, Step.CANCEL)}
)
"""By state that a job ends in: the step that leads there."""


def next_state(state: JobState | None, step: Step) -> JobState | None:
    """The state after a step; None where the step may not happen in this state."""
    sources, target = TRANSITIONS[step]
    return target if state in sources else None

"""How a job ends in Redis, whoever ends it."""

from worker.contract import keys
from worker.contract.answer import Answer, Done, Failed, Files, Reason
from worker.contract.events import Ended

_OURS = {Reason.BROKEN, Reason.LOST, Reason.TIMEOUT}
"""Failures that are kept for inspection."""


def end_keys(job: str) -> list[str]:
    """The keys of :data:`worker.contract.scripts.END`."""
    return [keys.job(job), keys.OPEN, keys.CANCELLED, keys.FAILED, keys.PACE]


def end_arguments(
    answer: Answer,
    now: float,
    lives: keys.Lives,
    *,
    only: str = "",
    took: float | None = None,
    files: Files | None = None,
) -> list[str | bytes | float]:
    """Its arguments.

    Args:
        answer: the answer.
        now: seconds since 1970.
        lives: how long things are kept.
        only: the state that the job must be in, if it must.
        took: seconds from its start to now, where they tell how fast workers are.
        files: what the music became.
    """
    fault = isinstance(answer, Failed) and answer.reason in _OURS
    return [
        answer.job,
        answer.kind,
        answer.write(),
        Ended(job=answer.job, answer=answer).write(),
        now,
        only,
        lives.ended,
        lives.failed,
        lives.outbox,
        lives.events,
        "" if took is None else took,
        int(fault),
        *([files.midi, files.mp3, files.png] if files and isinstance(answer, Done) else []),
    ]

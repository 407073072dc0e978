"""How a job ends in Redis, whoever ends it."""

from collections.abc import Callable, Mapping
from typing import Any

from mididraw.errors import Sentence
from worker.contract import Answer, Done, Ended, Failed, Reason, ResultFiles
from worker.queue import keys, scripts
from worker.queue.states import JobState

OUR_FAULTS = frozenset({Reason.BROKEN, Reason.LOST, Reason.TIMEOUT})
"""Failures that are kept for inspection."""

EndScripts = Mapping[JobState, Any]
"""One registered script for each state that a job may end in."""


def register_end_scripts(register: Callable[[str], Any]) -> EndScripts:
    """Register :data:`worker.queue.scripts.END` with a connection's ``register_script``."""
    return {state: register(script) for state, script in scripts.END.items()}


def expired(job: str) -> Failed:
    """The answer to a job that waited until nobody wants it any more."""
    sentence = Sentence(
        "job-expired", "Your drawing waited for too long and was given up: please send it again."
    )
    return Failed(job=job, reason=Reason.EXPIRED, sentence=sentence)


def end_state(answer: Answer) -> JobState:
    """The state that a job ends in with this answer."""
    return JobState(answer.kind)


def end_keys(job: str) -> list[str]:
    """The keys of the scripts."""
    return [keys.job(job), keys.OPEN, keys.CANCELLED, keys.FAILED, keys.DURATIONS]


def end_arguments(
    answer: Answer,
    now: float,
    retention: keys.Retention,
    *,
    only: JobState | None = None,
    took: float | None = None,
    files: ResultFiles | None = None,
) -> list[str | bytes | float]:
    """The arguments of the scripts.

    Args:
        answer: the answer.
        now: seconds since 1970.
        retention: how long things are kept.
        only: the state that the job must be in, if it must.
        took: seconds from its start to now, where they tell how fast workers are.
        files: what the music became.
    """
    fault = isinstance(answer, Failed) and answer.reason in OUR_FAULTS
    return [
        answer.job,
        answer.write(),
        Ended(job=answer.job, answer=answer).write(),
        now,
        only or "",
        retention.ended,
        retention.failed,
        retention.outbox,
        retention.events,
        "" if took is None else took,
        int(fault),
        *(_of(files) if files and isinstance(answer, Done) else []),
    ]


def _of(files: ResultFiles) -> list[bytes]:
    """The files in the scripts' order; a video only where there is one."""
    return [files.midi, files.mp3, files.png, *([files.video] if files.video else [])]

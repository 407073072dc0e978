"""How a job ends in Redis, whoever ends it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mididraw.errors import Sentence
from mididraw.options import MOST_TAKES
from worker.contract import Answer, Done, Ended, Failed, Reason, ResultFiles, Take
from worker.queue import keys, scripts
from worker.queue.states import JobState

OUR_FAULTS = frozenset({Reason.BROKEN, Reason.LOST, Reason.TIMEOUT})
"""Failures that are kept for inspection."""
BROKEN = Sentence(
    "job-broken",
    "Something went wrong with your drawing: that is our fault. Please try again later.",
)
TOOK_TOO_LONG = Sentence(
    "job-timeout", "Your drawing took too long and was given up: try fewer bars or candidates."
)

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


def _of(files: ResultFiles) -> list[str | bytes]:
    """Names and contents of the files that there are, by turns."""
    found = {"midi": files.midi, "mp3": files.mp3, "png": files.png}
    if files.video:
        found["video"] = files.video
    for number, take in enumerate(files.others, 2):
        found |= {f"midi{number}": take.midi, f"mp3{number}": take.mp3}
    return [part for named in found.items() for part in named]


NAMES = ["midi", "mp3", "png", "video"]
NAMES += [f"{name}{number}" for number in range(2, MOST_TAKES + 1) for name in ("midi", "mp3")]
"""What files are kept under beside an answer."""


def files_of(found: Sequence[bytes | None]) -> ResultFiles | None:
    """The files, in the order of :data:`NAMES`; None if they are kept no longer."""
    midi, mp3, png, video, *rest = found
    if midi is None or mp3 is None or png is None:
        return None
    pairs = zip(rest[::2], rest[1::2], strict=True)
    others = tuple(Take(one, two) for one, two in pairs if one is not None and two is not None)
    return ResultFiles(midi, mp3, png, video, others)

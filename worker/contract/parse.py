"""Text becomes a message, or an error that says what is wrong with it."""

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from mididraw.errors import MididrawError, reason
from worker.contract.answer import Answer
from worker.contract.base import VERSION, ContractError
from worker.contract.events import Event
from worker.contract.heartbeat import Heartbeat
from worker.contract.job import Job

_T = TypeVar("_T")
_JOB: TypeAdapter[Job] = TypeAdapter(Job)
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_HEARTBEAT: TypeAdapter[Heartbeat] = TypeAdapter(Heartbeat)


def parse_job(text: str | bytes) -> Job:
    """Read a job.

    Raises:
        ContractError: it is none, of another version, or has fields that this one does not know.
    """
    return _parse(text, "job", _JOB)


def parse_answer(text: str | bytes) -> Answer:
    """Read an answer; raises like :func:`parse_job`."""
    return _parse(text, "answer", _ANSWER)


def parse_event(text: str | bytes) -> Event:
    """Read an event; raises like :func:`parse_job`."""
    return _parse(text, "event", _EVENT)


def parse_heartbeat(text: str | bytes) -> Heartbeat:
    """Read a heartbeat; raises like :func:`parse_job`."""
    return _parse(text, "heartbeat", _HEARTBEAT)


def _parse(text: str | bytes, what: str, adapter: TypeAdapter[_T]) -> _T:
    try:
        raw: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContractError("message-no-json", "This {what} is no JSON.", what=what) from error
    version = raw.get("version") if isinstance(raw, dict) else None
    if version != VERSION or isinstance(version, bool):
        raise ContractError(
            "message-other-version",
            "This {what} is of version {theirs} of the contract and this process reads "
            "{ours}: run the same midiDraw everywhere.",
            what=what,
            theirs=str(version)[:20],
            ours=VERSION,
        )
    try:
        return adapter.validate_python(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or what
        raise ContractError(
            "message-invalid",
            "This {what} cannot be used: {where}: {why}.",
            what=what,
            where=where,
            why=reason(first),
        ) from error
    except MididrawError as error:
        raise ContractError(
            "message-refused", "This {what} cannot be used: {why}", what=what, why=error
        ) from error

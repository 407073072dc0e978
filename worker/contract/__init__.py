"""What front-ends and workers say to each other: versioned, frozen, JSON and nothing else."""

from worker.contract.answer import (
    Answer,
    Cancelled,
    Done,
    Failed,
    Likeness,
    Reason,
    ResultFiles,
    Take,
)
from worker.contract.base import VERSION, ContractError
from worker.contract.events import Ended, Event, Filming, Progress, Queued, Rendering, Started
from worker.contract.heartbeat import HEARTBEAT_FRESH, HEARTBEAT_PERIOD, Heartbeat
from worker.contract.job import Job, ReplyTo, digest, job_id, music_id
from worker.contract.parse import parse_answer, parse_event, parse_heartbeat, parse_job

__all__ = [
    "HEARTBEAT_FRESH",
    "HEARTBEAT_PERIOD",
    "VERSION",
    "Answer",
    "Cancelled",
    "ContractError",
    "Done",
    "Ended",
    "Event",
    "Failed",
    "Filming",
    "Heartbeat",
    "Job",
    "Likeness",
    "Progress",
    "Queued",
    "Reason",
    "Rendering",
    "ReplyTo",
    "ResultFiles",
    "Started",
    "Take",
    "digest",
    "job_id",
    "music_id",
    "parse_answer",
    "parse_event",
    "parse_heartbeat",
    "parse_job",
]

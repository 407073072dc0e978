"""What front-ends and workers say to each other: versioned, frozen, JSON and nothing else."""

from worker.contract.answer import Answer, Cancelled, Done, Failed, Files, Likeness, Reason
from worker.contract.base import VERSION, ContractError
from worker.contract.events import Ended, Event, Progress, Queued, Rendering, Started
from worker.contract.job import Job, ReplyTo, digest, job_id, music_id
from worker.contract.parse import parse_answer, parse_event, parse_job

__all__ = [
    "VERSION",
    "Answer",
    "Cancelled",
    "ContractError",
    "Done",
    "Ended",
    "Event",
    "Failed",
    "Files",
    "Job",
    "Likeness",
    "Progress",
    "Queued",
    "Reason",
    "Rendering",
    "ReplyTo",
    "Started",
    "digest",
    "job_id",
    "music_id",
    "parse_answer",
    "parse_event",
    "parse_job",
]

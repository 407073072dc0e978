"""How many jobs are accepted."""

from enum import StrEnum

from pydantic import Field

from worker.contract.base import FrozenModel


class Limits(FrozenModel):
    """How many jobs are accepted, of whom."""

    user: int = Field(4, ge=1, description="Jobs that a user may have in hand.")
    chat: int = Field(12, ge=1, description="Jobs that a chat may have in hand.")
    rate: int = Field(30, ge=1, description="Jobs that a user may ask for within the window.")
    window: float = Field(3600, gt=0, description="The window, in seconds.")
    total: int = Field(500, ge=1, description="Jobs that may wait and run in all.")
    work: int = Field(2560, ge=1, description="Bars times candidates that a job may ask for.")


class AdmissionOutcome(StrEnum):
    """What becomes of a job that is handed in."""

    OK = "ok"
    AGAIN = "again"
    """It was accepted before."""
    USER = "user"
    CHAT = "chat"
    RATE = "rate"
    FULL = "full"
    CLOSED = "closed"
    """No jobs are accepted for a while."""

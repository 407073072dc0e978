"""Who may have how much in hand, and what is said to whoever wants more."""

from dataclasses import dataclass

from mididraw.errors import MididrawError
from worker.queue.limits import AdmissionOutcome, Limits

__all__ = [
    "BusyError",
    "ClosedError",
    "Favourites",
    "FullError",
    "Limits",
    "RefusedError",
    "TooFastError",
    "refuse",
]


@dataclass(frozen=True, slots=True)
class Favourites:
    """How many pieces a person may have kept for longer, and for how many seconds."""

    most: int = 20
    seconds: int = 90 * 86_400


class RefusedError(MididrawError):
    """A job is not accepted; the sentence says why and until when."""


class BusyError(RefusedError):
    """The user or the chat has as many jobs in hand as are allowed."""


class TooFastError(RefusedError):
    """The user asks too often."""


class ClosedError(RefusedError):
    """No jobs are accepted for a while."""


class FullError(RefusedError):
    """The queue holds as many jobs as it may."""


def refuse(outcome: AdmissionOutcome, seconds: int, limits: Limits) -> RefusedError:
    """Make the refusal for an outcome but OK and AGAIN; ``seconds`` count for RATE alone."""
    if outcome is AdmissionOutcome.USER:
        if limits.user == 1:
            return BusyError(
                "user-busy", "You have a drawing in the works already: wait until one is done."
            )
        return BusyError(
            "user-busy-many",
            "You have {count} drawings in the works already: wait until one is done.",
            count=limits.user,
        )
    if outcome is AdmissionOutcome.CHAT:
        return BusyError(
            "chat-busy", "This chat has many drawings in the works: wait until one is done."
        )
    if outcome is AdmissionOutcome.RATE:
        minutes = -(-seconds // 60)
        if minutes <= 1:
            return TooFastError(
                "too-fast", "Those were many drawings in a short time: try again in a minute."
            )
        return TooFastError(
            "too-fast-minutes",
            "Those were many drawings in a short time: try again in {minutes} minutes.",
            minutes=minutes,
        )
    if outcome is AdmissionOutcome.CLOSED:
        return ClosedError(
            "queue-closed", "No drawings are taken for a moment: try again in a few minutes."
        )
    return FullError(
        "queue-full", "Very many drawings are waiting already: try again in a few minutes."
    )

"""Who may have how much in hand, and what is said to whoever wants more."""

from pydantic import BaseModel, ConfigDict, Field

from mididraw.errors import MididrawError


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


class Limits(BaseModel):
    """What is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: int = Field(4, ge=1, description="Jobs that a user may have in hand.")
    chat: int = Field(12, ge=1, description="Jobs that a chat may have in hand.")
    rate: int = Field(30, ge=1, description="Jobs that a user may ask for within the window.")
    window: float = Field(3600, gt=0, description="The window, in seconds.")
    total: int = Field(500, ge=1, description="Jobs that may wait and run in all.")


def refuse(verdict: str, seconds: int, limits: Limits) -> RefusedError:
    """The refusal for what the admission found: user, chat, rate, closed or full."""
    if verdict == "user":
        if limits.user == 1:
            return BusyError("You have a drawing in the works already: wait until one is done.")
        return BusyError(
            f"You have {limits.user} drawings in the works already: wait until one is done."
        )
    if verdict == "chat":
        return BusyError("This chat has many drawings in the works: wait until one is done.")
    if verdict == "rate":
        minutes = -(-seconds // 60)
        if minutes <= 1:
            return TooFastError("That were many drawings in a short time: try again in a minute.")
        return TooFastError(
            f"That were many drawings in a short time: try again in {minutes} minutes."
        )
    if verdict == "closed":
        return ClosedError("No drawings are taken for a moment: try again in a few minutes.")
    return FullError("Very many drawings are waiting already: try again in a few minutes.")

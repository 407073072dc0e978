"""A heartbeat: a process says that it is alive and how much work it takes."""

from typing import Annotated, Final

from pydantic import Field

from worker.contract.base import Message, Moment

HEARTBEAT_FRESH: Final = 15
"""Seconds after which a heartbeat says nothing any more and its process is taken for dead."""
HEARTBEAT_PERIOD: Final = HEARTBEAT_FRESH / 5
"""Seconds between two heartbeats: four may get lost."""
_Count = Annotated[int, Field(ge=0)]


class Heartbeat(Message):
    """A process is alive.

    Attributes:
        seen: when it said so.
        room: how many jobs it does at a time; 0 for front-ends, and for workers that are stopping.
        held: how many jobs it has in hand.
    """

    seen: Moment
    room: _Count = 0
    held: _Count = 0

    def is_fresh(self, now: float) -> bool:
        """Whether its process still counts as alive at ``now``, in seconds since 1970."""
        return now - self.seen < HEARTBEAT_FRESH

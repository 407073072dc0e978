"""When a job counts as lost, and how often it is begun."""

from dataclasses import dataclass, field

from worker.contract import HEARTBEAT_FRESH
from worker.queue import keys


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a job counts as lost, and how often it is begun.

    Attributes:
        attempts: how often each job is begun at most.
        alive: seconds without being renewed after which a job's worker is taken for dead.
        retention: how long things are kept.
    """

    attempts: int = 3
    alive: int = HEARTBEAT_FRESH
    retention: keys.Retention = field(default_factory=keys.Retention)

    @property
    def period(self) -> float:
        """Seconds between heartbeats, and between searches for lost jobs."""
        return min(self.alive, HEARTBEAT_FRESH) / 5

    @property
    def grace(self) -> float:
        """Seconds that a job must have been missed for; between two lists it is for a moment."""
        return self.alive / 3

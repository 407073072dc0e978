"""What Prometheus is told."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800)


class WorkerMetrics:
    """Counters and histograms of one worker."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._ended = Counter(
            "mididraw_jobs_ended", "Jobs answered.", ["how"], registry=self.registry
        )
        self._begun = Counter(
            "mididraw_jobs_begun",
            "Jobs begun, again after a death.",
            ["try"],
            registry=self.registry,
        )
        self._away = Counter(
            "mididraw_redis_outages", "Failures to reach Redis.", registry=self.registry
        )
        self._repaired = Counter(
            "mididraw_jobs_repaired", "Lost jobs put in line again.", registry=self.registry
        )
        self._wait = Histogram(
            "mididraw_job_wait_seconds",
            "From the order to its start.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._stage = Histogram(
            "mididraw_stage_seconds",
            "Time that a stage took.",
            ["stage"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._held = Gauge("mididraw_jobs_held", "Jobs in hand.", registry=self.registry)
        self._room = Gauge("mididraw_jobs_capacity", "Jobs at a time.", registry=self.registry)

    def serve(self, port: int) -> None:
        """Answer at ``http://…:port/metrics``, in a thread of its own."""
        start_http_server(port, registry=self.registry)

    def include(self, collector: Any) -> None:
        """Ask this collector of prometheus_client, too."""
        self.registry.register(collector)

    def away(self) -> None:
        """Redis could not be reached."""
        self._away.inc()

    def begun(self, waited: float, attempt: int = 1) -> None:
        """A job was begun ``waited`` seconds after it was asked for."""
        self._begun.labels("first" if attempt == 1 else "again").inc()
        self._wait.observe(max(waited, 0))

    def ended(self, how: str, seconds: Mapping[str, float]) -> None:
        """A job was answered; its stages took so long."""
        self._ended.labels(how).inc()
        for stage, spent in seconds.items():
            self._stage.labels(stage).observe(spent)

    def repaired(self, count: int) -> None:
        """Lost jobs were put in line again."""
        self._repaired.inc(count)

    def holds(self, held: int, capacity: int) -> None:
        """So many jobs are in hand, of so many that could be."""
        self._held.set(held)
        self._room.set(capacity)

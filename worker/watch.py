"""Tells Prometheus how the queue stands: what alerts and autoscaling go by."""

import logging
import time
from collections.abc import Iterable
from typing import Annotated, ClassVar

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import Field
from redis import Redis

from mididraw.errors import MididrawError
from worker.queue.connection import connect
from worker.queue.overview import read_overview
from worker.queue.settings import QueueSettings

_log = logging.getLogger(__name__)


class WatchSettings(QueueSettings):
    """Where the watch answers."""

    others: ClassVar[tuple[str, ...]] = (*(one for one in QueueSettings.others if one != "WATCH_"),)

    watch_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        9464, description="Port that tells Prometheus of the queue."
    )
    watch_host: str = Field("127.0.0.1", description="Address that it answers at.")


class QueueState(Collector):
    """Looks at Redis whenever Prometheus asks."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection

    def collect(self) -> Iterable[Metric]:
        """As it is now; while Redis is away that alone is told."""
        up = GaugeMetricFamily("mididraw_redis_up", "Whether Redis answers.")
        yield up
        try:
            seen = read_overview(self._connection, time.time())
        except MididrawError as error:
            _log.warning("%s", error)
            up.add_metric([], 0)
            return
        up.add_metric([], 1)
        for name, description, values in (
            ("mididraw_queue_jobs", "Jobs in line.", ("level", seen.waiting)),
            ("mididraw_outbox_answers", "Answers not yet posted.", ("front", seen.outboxes)),
            ("mididraw_fronts_alive", "Front-ends' processes.", ("front", seen.fronts)),
        ):
            label, counts = values
            family = GaugeMetricFamily(name, description, labels=[label])
            for value, count in counts.items():
                family.add_metric([value], count)
            yield family
        for name, description, number in (
            ("mididraw_queue_running", "Jobs in workers' hands.", seen.running),
            ("mididraw_queue_oldest_seconds", "How long the first in line waits.", seen.oldest),
            ("mididraw_queue_failed", "Failed jobs that are kept.", seen.failed),
            ("mididraw_queue_closed", "Whether new jobs are refused.", int(seen.closed)),
            ("mididraw_workers_alive", "Workers.", seen.workers),
            ("mididraw_workers_room", "Jobs that they do at a time.", seen.room),
        ):
            yield GaugeMetricFamily(name, description, number)


def registry_of(connection: Redis) -> CollectorRegistry:
    """Make the registry of the queue's metrics."""
    registry = CollectorRegistry()
    registry.register(QueueState(connection))
    return registry


def watch(settings: WatchSettings) -> None:
    """Answer until SIGTERM."""
    with connect(settings.redis) as connection:
        _, thread = start_http_server(
            settings.watch_port, settings.watch_host, registry=registry_of(connection)
        )
        _log.info("ready")
        thread.join()

"""A job runner becomes a worker: settings, signals and Redis around it."""

import logging
import os
import secrets
import signal
import socket
from typing import Any

from redis import Redis

from worker.metrics import WorkerMetrics
from worker.queue.connection import connect
from worker.queue.consumer import JobConsumer
from worker.queue.lost_jobs import LostJobs
from worker.queue.policy import RetryPolicy
from worker.run import TimeLimits, Worker
from worker.runner import JobRunner
from worker.settings import WorkerSettings

_log = logging.getLogger(__name__)


def make_worker(
    connection: Redis,
    name: str,
    runner: JobRunner,
    policy: RetryPolicy | None = None,
    limits: TimeLimits | None = None,
    metrics: WorkerMetrics | None = None,
) -> Worker:
    """Put a worker together that runs jobs of one Redis under a name of its own."""
    consumer = JobConsumer(connection, name, policy)
    lost = LostJobs(connection, consumer.policy, consumer.holds)
    return Worker(consumer, runner, lost, limits, metrics)


def serve(settings: WorkerSettings, runner: JobRunner, collector: Any = None) -> None:
    """Work until SIGTERM or SIGINT; ``collector`` tells Prometheus of the runner."""
    name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
    metrics = WorkerMetrics()
    if collector is not None:
        metrics.include(collector)
    if settings.worker_metrics_port:
        metrics.serve(settings.worker_metrics_port)
    policy = RetryPolicy(settings.worker_attempts, settings.worker_alive_seconds)
    limits = TimeLimits(settings.worker_job_seconds, settings.worker_stop_seconds)
    with connect(settings.redis, tries=1) as connection:
        worker = make_worker(connection, name, runner, policy, limits, metrics)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        _log.info("ready", extra={"worker": name})
        worker.run()
        _log.info("stopped", extra={"worker": name})

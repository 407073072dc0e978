"""A crew becomes a worker: settings, signals and Redis around it."""

import logging
import os
import secrets
import signal
import socket
from typing import Any

from worker.contract.connection import connect
from worker.crew import Crew
from worker.desk import Desk, Rules
from worker.metrics import Metrics
from worker.run import Limits, Worker
from worker.settings import WorkerSettings

_log = logging.getLogger(__name__)


def serve(settings: WorkerSettings, crew: Crew, load: Any = None) -> None:
    """Let a crew work until SIGTERM or SIGINT; ``load`` is what Prometheus is told of it."""
    name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
    metrics = Metrics()
    if load is not None:
        metrics.include(load)
    if settings.worker_metrics_port:
        metrics.serve(settings.worker_metrics_port)
    with connect(settings.redis, tries=1) as connection:
        desk = Desk(
            connection, name, Rules(settings.worker_attempts, settings.worker_alive_seconds)
        )
        worker = Worker(desk, crew, Limits(job=settings.worker_job_seconds), metrics)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        _log.info("ready", extra={"worker": name})
        worker.run()
        _log.info("stopped", extra={"worker": name})

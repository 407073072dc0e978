"""What a worker's host decides; it holds no chat's token."""

import os
from typing import Annotated, ClassVar

from pydantic import Field

from worker.contract import HEARTBEAT_FRESH
from worker.queue.settings import QueueSettings

Count = Annotated[int, Field(ge=1, le=4096)]


class WorkerSettings(QueueSettings):
    """The library's settings and the worker's own, from ``MIDIDRAW_…`` variables."""

    others: ClassVar[tuple[str, ...]] = (
        *(one for one in QueueSettings.others if one != "WORKER_"),
    )

    worker_slots: Count | None = Field(
        None, description="Sequences that are decoded at once; by memory if not given."
    )
    worker_processes: Count = Field(
        max(1, (os.cpu_count() or 2) - 1), description="Processes that read and render."
    )
    worker_threads: Count | None = Field(
        None,
        description="Threads of the decoder; if not given up to 4, of PyTorch half of the cores.",
    )
    worker_attempts: Annotated[int, Field(ge=1, le=20)] = Field(
        3, description="How often a job is begun whose worker dies."
    )
    worker_alive_seconds: Annotated[int, Field(ge=2, le=60)] = Field(
        HEARTBEAT_FRESH,
        description="Seconds without a sign of life after which a worker is taken for dead.",
    )
    worker_job_seconds: Annotated[float, Field(gt=0, le=86400)] = Field(
        300, description="Seconds that a job may take."
    )
    worker_stop_seconds: Annotated[float, Field(gt=0, le=30)] = Field(
        20, description="Seconds that a stop may take until jobs in hand go to other workers."
    )
    worker_metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        None, description="Port that answers Prometheus; none if not given."
    )

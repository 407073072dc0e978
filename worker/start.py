"""Where the parts of a worker that draws are put together."""

import logging
import time

import torch

from mididraw.models.catalogue import load_model
from mididraw.options import DrawOptions
from mididraw.settings import Settings
from worker.batch import Batch
from worker.pool import Pool
from worker.serve import serve
from worker.settings import WorkerSettings
from worker.slots import measured_slots
from worker.studio import Studio

_log = logging.getLogger(__name__)


def work(settings: WorkerSettings) -> None:
    """Load the model, warm it up, and work until SIGTERM or SIGINT."""
    if settings.worker_threads:
        torch.set_num_threads(settings.worker_threads)
    serve(settings, studio(settings))


def studio(settings: WorkerSettings) -> Studio:
    """The crew that draws, warm.

    Raises:
        ModelError: the model cannot be loaded.
    """
    library = Settings(**{name: getattr(settings, name) for name in Settings.model_fields})

    def make_batch() -> Batch:
        start = time.perf_counter()
        model = load_model()
        slots = settings.worker_slots or measured_slots(model)
        batch = Batch(model, slots)
        _log.info("warm", extra={"slots": batch.slots, "seconds": time.perf_counter() - start})
        return batch

    pool = Pool(settings.worker_processes)
    slots = settings.worker_slots or 32
    usual = DrawOptions().candidates
    # Those that are decoded, and for each process one that it does and one that waits.
    capacity = max(4, slots // usual + 2 * (settings.worker_processes + 1))
    return Studio(make_batch, pool, library, capacity)

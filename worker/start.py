"""Where the parts of a worker that draws are put together."""

import logging
import time
from importlib import resources

from mididraw.draw import prepare_request
from mididraw.models.catalogue import load_model
from mididraw.options import DrawOptions, Engine
from mididraw.settings import Settings
from worker import stages
from worker.batch import Batch
from worker.drawing_runner import DrawingRunner
from worker.load import DecoderCollector
from worker.pool import Pool
from worker.serve import serve
from worker.settings import WorkerSettings
from worker.slots import measured_slots

_log = logging.getLogger(__name__)


def work(settings: WorkerSettings) -> None:
    """Load the model, warm it up, and work until SIGTERM or SIGINT."""
    runner = make_runner(settings)
    serve(settings, runner, DecoderCollector(runner.batch))


def make_runner(settings: WorkerSettings) -> DrawingRunner:
    """Make the runner that draws, warm.

    Raises:
        ModelError: the model cannot be loaded.
    """
    library = Settings(**{name: getattr(settings, name) for name in Settings.model_fields})

    start = time.perf_counter()
    # The processes begin while the model is read.
    pool = Pool(settings.worker_processes)
    for process in range(settings.worker_processes):
        pool.submit(process, stages.warm)
    model = load_model(settings.model)
    slots = settings.worker_slots or measured_slots(model)
    batch = Batch(model, slots, threads=settings.worker_threads)
    _warm(batch)
    while pool.busy:
        pool.collect()
        time.sleep(0.01)
    _log.info("warm", extra={"slots": batch.slots, "seconds": time.perf_counter() - start})
    # For each process a job that it does and one that waits, before and after it is written.
    return DrawingRunner(batch, pool, library, 2 * (settings.worker_processes + 1))


def _warm(batch: Batch) -> None:
    """Write a bar of something, so that the first who comes need not wait for what is done once."""
    options = DrawOptions.of(engine=Engine.GUIDED, bars=1, candidates=1, seed=0)
    picture = resources.files("mididraw") / "examples" / "cat.png"
    batch.add("warm", prepare_request([picture.read_bytes()], options))
    while batch.busy:
        batch.step()

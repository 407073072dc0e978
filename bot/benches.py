"""What the benches of the front-ends share: a worker with its answer ready, and a process' size."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.jobs.redis_server import RedisServer
from worker.contract import ResultFiles


def reach_tests() -> None:
    """Let the stand-ins be imported where this runs from a checkout, by whatever command."""
    checkout = str(Path(__file__).parents[1])
    if checkout not in sys.path:
        sys.path.insert(0, checkout)


def sample(drawing: bytes) -> ResultFiles:
    """Draw a real piece of 8 bars."""
    from mididraw.draw import draw
    from mididraw.options import DrawOptions, Engine

    drawn = draw([drawing], DrawOptions(engine=Engine.CHORDS, bars=8, seed=1))
    return ResultFiles(drawn.midi, drawn.mp3, drawn.png)


@contextmanager
def echo_worker(server: RedisServer, files: ResultFiles) -> Iterator[None]:
    """A worker, in a process of its own, that has its answer ready."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("midi", "mp3", "png"):
            (Path(folder) / name).write_bytes(getattr(files, name))
        process = subprocess.Popen(
            [sys.executable, "-m", "worker.echo", "0", "32", folder],
            env={**os.environ, "REDIS_URL": server.url},
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(40)


def most_memory(process: int) -> int:
    """Bytes that a process had at its most."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024

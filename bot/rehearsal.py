"""What the benches of the front-ends share: a worker with its answer ready, and a process' size."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.jobs.redis_server import RedisServer
from worker.contract import Files
from worker.contract.connection import connect
from worker.desk import Desk
from worker.echo import Echo
from worker.run import Worker


def sample(drawing: bytes) -> Files:
    """A real piece."""
    from mididraw.draw import draw
    from mididraw.options import DrawOptions, Engine

    drawn = draw([drawing], DrawOptions(engine=Engine.CHORDS, bars=8, seed=1))
    return Files(drawn.midi, drawn.mp3, drawn.png)


@contextmanager
def echoing(server: RedisServer, files: Files) -> Iterator[None]:
    """A worker that has its answer ready."""
    with connect(server.url) as connection:
        worker = Worker(Desk(connection, "bench"), Echo(files=files))
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            yield
        finally:
            worker.stop()
            thread.join()


def most_memory(process: int) -> int:
    """Bytes that a process had at its most."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024

"""A redis-server of one's own for benches and tests; it comes back with all that it had."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import redis

from mididraw.errors import OptionError

_PATIENCE = 10.0


class RedisServer:
    """One server with append-only persistence in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        """Choose a port; ``arguments`` go to redis-server."""
        self._folder, self._arguments = folder, arguments
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            OptionError: there is no redis-server, or it does not start.
        """
        program = shutil.which("redis-server")
        if program is None:
            raise OptionError("redis-missing", "redis-server is missing: install Redis 7 first.")
        self._process = subprocess.Popen(
            [
                program,
                *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
                *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
                *("--maxmemory-policy", "noeviction", *self._arguments),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _PATIENCE
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except redis.exceptions.ConnectionError as error:
                    if time.monotonic() > deadline or self._process.poll() is not None:
                        raise OptionError(
                            "redis-not-started", "redis-server does not start."
                        ) from error
                else:
                    return

    def stop(self) -> None:
        """Stop it as an orderly restart would."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE)
            self._process = None

    def kill(self) -> None:
        """Stop it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_PATIENCE)
            self._process = None

    def client(self) -> redis.Redis:
        """A plain connection."""
        return redis.Redis(port=self.port)

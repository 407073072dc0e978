"""A Docker engine of our own: data, socket and settings in one folder, apart from any other's."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Self

from tests.conftest import ROOT

FOLDER = Path("/var/tmp/mididraw-docker")  # noqa: S108
"""Images are kept there from one run to the next."""
_PATIENCE = 120.0
_SYSTEMS_OWN = "/var/run/docker.sock"


class EngineError(Exception):
    """There can be no engine here."""


class DockerEngine:
    """``dockerd`` and the client that speaks to it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "DOCKER_HOST": f"unix://{folder}/docker.sock",
            "DOCKER_CONFIG": str(folder / "client"),
        }

    @contextmanager
    def running(self) -> Iterator[Self]:
        """The engine, from start to stop.

        Raises:
            EngineError: this is not root, or another engine runs, whose network ours would upset.
        """
        if os.geteuid() != 0:
            raise EngineError("A Docker engine can be started by root alone.")
        with socket.socket(socket.AF_UNIX) as other:
            if other.connect_ex(_SYSTEMS_OWN) == 0:
                raise EngineError(
                    "Another Docker engine runs here, and two of them upset each other's network: "
                    "stop it first (systemctl stop docker docker.socket)."
                )
        self._stop_former()
        client = self.folder / "client"
        client.mkdir(parents=True, exist_ok=True)
        script = ROOT / "tests" / "deploy" / "compose-plugin.sh"
        subprocess.run(["sh", str(script), str(client)], check=True)
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        """Start, and wait until the engine says that it is there, by systemd's protocol.

        Raises:
            EngineError: it says nothing.
        """
        told = self.folder / "ready.sock"
        told.unlink(missing_ok=True)
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready,
            self.log.open("ab") as log,
        ):
            ready.bind(str(told))
            ready.settimeout(_PATIENCE)
            self._process = subprocess.Popen(
                [
                    "dockerd",
                    *("--data-root", str(self.folder / "data")),
                    *("--exec-root", str(self.folder / "exec")),
                    *("--pidfile", str(self.folder / "docker.pid")),
                    *("--host", self._environment["DOCKER_HOST"]),
                ],
                env={**os.environ, "NOTIFY_SOCKET": str(told)},
                stdout=log,
                stderr=log,
            )
            try:
                while b"READY=1" not in ready.recv(4096):
                    pass
            except TimeoutError as error:
                self._process.kill()
                raise EngineError(f"The Docker engine does not start: see {self.log}.") from error

    def stop(self) -> None:
        """Stop it, and all containers with it, as a machine that is shut down does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE)
            self._process = None

    def _stop_former(self) -> None:
        """Stop the engine that a run left behind which was broken off."""
        try:
            former = int((self.folder / "docker.pid").read_text())
            if Path(f"/proc/{former}/comm").read_text().strip() != "dockerd":
                return
        except OSError:
            return
        ended = os.pidfd_open(former)
        os.kill(former, signal.SIGTERM)
        select.select([ended], [], [], _PATIENCE)
        os.close(ended)

    @property
    def log(self) -> Path:
        """What the engine has said."""
        return self.folder / "dockerd.log"

    def docker(self, *words: str, cwd: Path = ROOT, **variables: str) -> str:
        """Run a command of the client's; its errors are seen at once, what it tells if it fails."""
        done = subprocess.run(
            ["docker", *words],
            cwd=cwd,
            env=self._environment | variables,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.stderr.write(done.stdout)
            done.check_returncode()
        return done.stdout

    @property
    def gateway(self) -> str:
        """The address at which containers, and images while they are built, reach this machine.

        An engine that was never started before does not name it yet: it takes the first one.
        """
        format_ = "{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}}"
        told = self.docker("network", "inspect", "--format", format_, "bridge").split()
        return told[1] if len(told) > 1 else str(ip_network(told[0])[1])

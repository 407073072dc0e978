"""The compose file's services as containers, from a checkout that nobody works in."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copyfile, copymode
from threading import Thread

from tests.conftest import ROOT
from tests.deploy.composed import SERVICES
from tests.deploy.engine import DockerEngine

BUILT_FROM = ("LICENSE", "README.md", "bot", "deploy", "mididraw", "pyproject.toml", "worker")
"""Of the work, what a checkout for the images has."""
_INDEX_PORT = 18_099
"""Always the same, so that a build finds what it did before."""
_PATIENCE = 300.0


class Containers:
    """What ``docker compose`` runs of a prepared ``deploy/``."""

    def __init__(self, engine: DockerEngine, folder: Path, secrets: Mapping[str, str]) -> None:
        """Check the work out, write the secrets, and prepare as a host does."""
        self._engine = engine
        for name in _files():
            to = folder / name
            to.parent.mkdir(parents=True, exist_ok=True)
            copyfile(ROOT / name, to)
            copymode(ROOT / name, to)
        self.place = folder / "deploy"
        for _ in range(2):
            subprocess.run(["sh", self.place / "prepare.sh"], check=True)
            for name, value in secrets.items():
                (self.place / "secrets" / name).write_text(value)

    def set(self, **settings: str) -> None:
        """Write settings into ``.env``."""
        with (self.place / ".env").open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in settings.items())

    def compose(self, *words: str) -> str:
        """Run a command of Compose's there."""
        progress = "plain" if "build" in words else "quiet"
        return self._engine.docker("compose", "--progress", progress, *words, cwd=self.place)

    @contextmanager
    def up(self) -> Iterator[None]:
        """Build, start, and at last remove everything but the images; logs are kept."""
        self._remove()
        self.compose("build")
        self._engine.docker("image", "prune", "--force")
        try:
            self.compose("up", "--detach")
            yield
        finally:
            log = self._engine.folder / "containers.log"
            log.write_text(self.compose("logs", "--no-color", "--timestamps"))
            self._remove()

    def _remove(self) -> None:
        self.compose("--profile", "*", "down", "--volumes")

    def wait_until_healthy(self) -> None:
        """Wait until each part that is started says of itself that it is well.

        Raises:
            TimeoutError: one does not.
        """
        deadline = time.monotonic() + _PATIENCE
        while waiting := {name for name, state in self.states().items() if state != "healthy"}:
            if time.monotonic() > deadline:
                raise TimeoutError(f"not healthy: {', '.join(sorted(waiting))}")
            time.sleep(0.5)

    def states(self) -> dict[str, str]:
        """How each part with a health check is."""
        lines = self.compose("ps", "--all", "--format", "json").splitlines()
        return {
            one["Service"]: one["Health"] if one["State"] == "running" else one["State"]
            for one in map(json.loads, lines)
            if SERVICES[one["Service"]].get("healthcheck") != {"disable": True}
        }

    def restarts(self) -> dict[str, int]:
        """How often the engine had to start each container again because it had ended by itself."""
        names = self.compose("ps", "--all", "--quiet").split()
        form = '{{index .Config.Labels "com.docker.compose.service"}} {{.RestartCount}}'
        lines = self._engine.docker("inspect", "--format", form, *names).splitlines()
        return {name: int(count) for name, count in map(str.split, lines)}

    def denied(self) -> list[str]:
        """What Redis has forbidden to somebody since it was started."""
        ask = 'REDISCLI_AUTH="$(cat /run/secrets/redis_admin)" redis-cli --user admin acl log'
        return self.compose("exec", "-T", "redis", "sh", "-c", ask).split("\n\n")[:-1]

    def sizes(self) -> str:
        """Our images, and how large each is."""
        lines = self._engine.docker("image", "ls", "--format", "{{.Repository}} {{.Size}}")
        return ", ".join(sorted(line for line in lines.splitlines() if line.startswith("mididraw")))


@contextmanager
def torch_index(engine: DockerEngine) -> Iterator[dict[str, str]]:
    """The build argument for PyTorch, where this machine's pip has its wheel at hand.

    Elsewhere it is left as it is, PyTorch's own index.
    """
    lock = (ROOT / "deploy" / "locks" / "worker-cpu.txt").read_text()
    (pin,) = (line.split()[0] for line in lock.splitlines() if line.startswith("torch=="))
    folder = engine.folder / "index"
    wheels = folder / "torch"
    wheels.mkdir(parents=True, exist_ok=True)
    had = subprocess.run(
        ["pip", "download", "-qq", "--no-deps", "--dest", wheels, pin], check=False
    )
    if had.returncode != 0:
        yield {}
        return
    handler = partial(_Quiet, directory=folder)
    with ThreadingHTTPServer((engine.gateway, _INDEX_PORT), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield {"TORCH_INDEX": f"http://{engine.gateway}:{_INDEX_PORT}"}
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    """A folder's list is an index page already."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        """Say nothing."""


def _files() -> list[str]:
    """What a commit of the work as it lies there would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *BUILT_FROM],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]

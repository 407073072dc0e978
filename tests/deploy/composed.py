"""The compose file without Docker: services as processes, by its own commands and settings."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
import yaml

from bot.jobs.redis_server import RedisServer
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if name != "redis"}


def filled(text: str, variables: Mapping[str, str]) -> str:
    """What compose makes of ``${NAME:-default}``."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: variables.get(found[1]) or found[2], text)


def environment(service: str, variables: Mapping[str, str]) -> dict[str, str]:
    """A service's environment, variables filled in."""
    given = SERVICES[service]["environment"].items()
    return {name: filled(str(value), variables) for name, value in given}


@dataclass
class System:
    """A prepared copy of ``deploy/``, its Redis, and the processes of its services."""

    folder: Path
    port: int
    variables: dict[str, str] = field(default_factory=dict)
    web_port: int = 0
    redis_process: subprocess.Popen[bytes] | None = None
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def url(self, user: str) -> str:
        """Redis, as that user."""
        password = (self.folder / "secrets" / f"redis_{user}").read_text()
        return f"redis://{user}:{password}@127.0.0.1:{self.port}/0"

    def client(self, user: str) -> redis.Redis:
        """The same as a connection."""
        return redis.Redis.from_url(self.url(user))

    def start_redis(self) -> None:
        """Start it by the compose file's command, and wait until its health check says yes."""
        command = [word.replace("/etc/mididraw", str(self.folder / "redis")) for word in _words()]
        self.redis_process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            env={
                **os.environ,
                **environment("redis", self.variables),
                "REDIS_SECRETS": str(self.folder / "secrets"),
                "REDIS_RUN": str(self.folder / "run"),
                "REDIS_DATA": str(self.folder / "data"),
            },
            stdout=subprocess.DEVNULL,
        )
        check = SERVICES["redis"]["healthcheck"]["test"][1].replace("$$", "$")
        check = check.replace("/run/secrets", str(self.folder / "secrets"))
        check = check.replace("redis-cli", f"redis-cli -p {self.port}")
        until = f"i=0; until {check}; do i=$((i+1)); [ $i -lt 200 ] || exit 1; sleep 0.05; done"
        subprocess.run(["sh", "-c", until], check=True, timeout=120, stderr=subprocess.DEVNULL)

    def stop_redis(self) -> None:
        """As an orderly restart would."""
        if self.redis_process is not None:
            self.redis_process.terminate()
            self.redis_process.wait(240)

    def environment(self, service: str) -> dict[str, str]:
        """As the container would have it, but for places."""
        places = {
            "redis:6379": f"127.0.0.1:{self.port}",
            "/run/secrets": str(self.folder / "secrets"),
        }
        given = environment(service, self.variables)
        for old, new in places.items():
            given = {name: value.replace(old, new) for name, value in given.items()}
        kept = ("PATH", "HOME", "LANG")
        return {name: os.environ[name] for name in kept if name in os.environ} | given

    def command(self, service: str) -> list[str]:
        """As the image would run it."""
        one = SERVICES[service]
        words = [*one.get("entrypoint", ["mididraw"]), *one.get("command", ["worker"])]
        return [sys.executable, "-m", *(str(self.web_port) if w == "8000" else w for w in words)]

    def start(self, service: str, *, stderr: Any = None) -> subprocess.Popen[str]:
        """Start one of ours."""
        process = subprocess.Popen(
            self.command(service),
            cwd=ROOT,
            env=self.environment(service),
            stderr=stderr,
            text=True,
        )
        self.processes.append(process)
        return process

    def run(self, *command: str, service: str = "admin") -> subprocess.CompletedProcess[str]:
        """Run a command in a service's environment."""
        return subprocess.run(
            [sys.executable, "-m", "mididraw", *command],
            cwd=ROOT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@contextmanager
def prepared(folder: Path, **variables: str) -> Iterator[System]:
    """A copy of ``deploy/`` with what prepare.sh makes, Redis running."""
    place = folder / "deploy"
    shutil.copytree(
        DEPLOY, place, ignore=shutil.ignore_patterns("secrets", ".env", "locks", "__pycache__")
    )
    (place / "data").mkdir()
    subprocess.run(["sh", str(place / "prepare.sh")], check=True, stdout=subprocess.DEVNULL)
    system = System(place, RedisServer(folder).port, dict(variables))
    try:
        system.start_redis()
        yield system
    finally:
        for process in system.processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        system.stop_redis()


def _words() -> list[str]:
    return list(SERVICES["redis"]["command"])

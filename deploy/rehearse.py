"""Play the Dockerfile's steps for one image in clean Debian roots, where no Docker engine runs.

    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm /tmp/bare
    python deploy/rehearse.py worker-cpu /tmp/bare /tmp/images

Each stage becomes a folder, copied from the one that it builds upon; ``RUN`` runs in a chroot with
the stage's environment, ``COPY`` copies. ``python:…-slim`` is played by the bare root. Needs root.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_MOUNTS = ("/etc/resolv.conf", "/etc/ssl/certs", "/opt/pypi", "/opt/pypi-more", "/opt/wheels")
"""What this machine's own mirrors need, where there are any; never part of the image."""


@dataclass
class Stage:
    """One ``FROM`` and what follows it."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)


def stages(dockerfile: str) -> dict[str, Stage]:
    """Read a Dockerfile: stages by name, in order."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", dockerfile, flags=re.MULTILINE))
    found: dict[str, Stage] = {}
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found[name] = current = Stage(name, base)
        elif word != "ARG":
            current.steps.append((word, rest.strip()))
    return found


def wanted(known: dict[str, Stage], target: str) -> list[str]:
    """The stages that a target needs, in order."""
    needs = {target}
    for name, stage in reversed(known.items()):
        if name in needs:
            needs |= {stage.base, *re.findall(r"--from=(\S+)", str(stage.steps))}
    return [name for name in known if name in needs]


class Rehearsal:
    """Plays stages in folders."""

    def __init__(self, bare: Path, out: Path) -> None:
        self.bare, self.out = bare, out
        self.places: dict[str, Path] = {}
        self.settings: dict[str, dict[str, str]] = {}

    def play(self, stage: Stage) -> None:
        """Make a stage's folder."""
        place = self.out / stage.name
        shutil.rmtree(place, ignore_errors=True)
        subprocess.run(["cp", "-a", self.places.get(stage.base, self.bare), place], check=True)
        environment = dict(self.settings.get(stage.base, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}))
        work, user = "/", "root"
        for word, rest in stage.steps:
            if word == "ENV":
                for name, value in (one.split("=", 1) for one in shlex.split(rest)):
                    environment[name] = value.replace("$PATH", environment["PATH"])
            elif word == "WORKDIR":
                work = rest
                (place / work.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif word == "COPY":
                self._copy(place, work, rest.split())
            elif word == "RUN":
                run(place, ["sh", "-ec", f"cd {work}; {rest}"], environment)
            elif word == "USER":
                user = rest
            elif word in ("ENTRYPOINT", "CMD"):
                environment[f"_{word}"] = rest
        environment["_USER"] = user
        self.places[stage.name], self.settings[stage.name] = place, environment

    def _copy(self, place: Path, work: str, words: list[str]) -> None:
        source_root = ROOT
        if words[0].startswith("--from="):
            source_root = self.places[words.pop(0).removeprefix("--from=")]
        *sources, to = words
        target = place / (to if to.startswith("/") else f"{work}/{to}").lstrip("/")
        for source in sources:
            at = source_root / source.lstrip("/")
            into = target / at.name if to.endswith("/") else target
            into.parent.mkdir(parents=True, exist_ok=True)
            if at.is_dir():
                leave = shutil.ignore_patterns("__pycache__")
                shutil.copytree(at, into, symlinks=True, dirs_exist_ok=True, ignore=leave)
            else:
                shutil.copy2(at, into)


def run(place: Path, command: list[str], environment: dict[str, str]) -> None:
    """Run a command in a root, with the build machine's mirrors at hand."""
    mirrors = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    script = []
    for path in filter(os.path.exists, (*_MOUNTS, "/etc/pip.conf", "/etc/apt/sources.list.d")):
        make = f"mkdir -p {place}{path}"
        if Path(path).is_file():
            make = f"mkdir -p {place}{Path(path).parent}; [ -e {place}{path} ] || : >{place}{path}"
        script.append(f"{make}; mount --bind {path} {place}{path}")
    script.append(f"mount -t proc proc {place}/proc; mount --bind /dev {place}/dev")
    script.append(f"exec chroot {place} {shlex.join(command)}")
    env = {"HOME": "/root", "LANG": "C.UTF-8", **mirrors, **environment}
    subprocess.run(["unshare", "--mount", "sh", "-ec", "; ".join(script)], env=env, check=True)


def main() -> None:
    """Rehearse one image."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("bare", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    known = stages((ROOT / "deploy" / "Dockerfile").read_text())
    rehearsal = Rehearsal(given.bare, given.out)
    given.out.mkdir(parents=True, exist_ok=True)
    for name in wanted(known, given.target):
        rehearsal.play(known[name])
    place = rehearsal.places[given.target]
    size = subprocess.run(["du", "-sm", place], capture_output=True, text=True, check=True)
    (given.out / f"{given.target}.json").write_text(json.dumps(rehearsal.settings[given.target]))
    print(f"{given.target}: {size.stdout.split()[0]} MB in {place}")


if __name__ == "__main__":
    main()

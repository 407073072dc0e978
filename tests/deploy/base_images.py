"""Stand-ins for the images that ours are built upon, made of Debian's own packages.

They need Debian's mirrors alone, not Docker's registry, and stand under the very names that
Dockerfile and compose file use.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.composed import DEPLOY, SERVICES
from tests.deploy.engine import DockerEngine

_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True, slots=True)
class BaseImage:
    """What an image is, as far as ours know.

    Attributes:
        name: with its tag, which ends in Debian's release.
        packages: of Debian.
        changes: a Dockerfile's words that the image is given.
        finish: what else is done in its root folder.
    """

    name: str
    packages: tuple[str, ...]
    changes: tuple[str, ...]
    finish: Callable[[Path], None]


def python_image() -> str:
    """The name of the image that all of ours are built upon."""
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    arguments = dict(re.findall(r"^ARG (\w+)=(\S+)", dockerfile, re.MULTILINE))
    (named,) = re.findall(r"^FROM (\S+:\S+) ", dockerfile, re.MULTILINE)
    return re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], named)


def base_images(trusted: str) -> list[BaseImage]:
    """All of them; ``trusted`` is the host that pip may speak to without TLS."""

    def pip(root: Path) -> None:
        if _CERTIFICATES.exists():
            # Those of this machine, whose mirrors may have one of their own.
            shutil.copyfile(_CERTIFICATES, root / str(_CERTIFICATES).lstrip("/"))
        lines = ["[global]", f"cert = {_CERTIFICATES}", f"trusted-host = {trusted}"]
        given = subprocess.run(
            ["pip", "config", "get", "global.index-url"],
            capture_output=True,
            text=True,
            check=False,
        )
        if given.returncode == 0:
            lines.append(f"index-url = {given.stdout.strip()}")
        (root / "etc" / "pip.conf").write_text("\n".join(lines) + "\n")

    def data(root: Path) -> None:
        subprocess.run(["chroot", root, "install", "-d", "-o", "redis", "/data"], check=True)

    return [
        BaseImage(
            python_image(),
            ("ca-certificates", "netbase", "python3", "python3-venv", "tzdata"),
            ('CMD ["python3"]',),
            pip,
        ),
        BaseImage(
            SERVICES["redis"]["image"],
            ("redis-server",),
            ("VOLUME /data", "WORKDIR /data", "EXPOSE 6379", 'CMD ["redis-server"]'),
            data,
        ),
    ]


def make_base_images(engine: DockerEngine) -> list[str]:
    """Make those that the engine does not have yet; returns the names of all."""
    images = base_images(engine.gateway)
    for image in images:
        if not engine.docker("image", "ls", "--quiet", image.name):
            _make(engine, image)
    return [image.name for image in images]


def _make(engine: DockerEngine, image: BaseImage) -> None:
    root, archive = engine.folder / "root", engine.folder / "root.tar"
    _remove(root)
    subprocess.run(
        [
            *("debootstrap", "--variant=minbase", f"--include={','.join(image.packages)}"),
            *(image.name.rpartition("-")[2], str(root), "http://deb.debian.org/debian"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    image.finish(root)
    for leftover in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(root / leftover)
        (root / leftover / "partial").mkdir(parents=True)
    subprocess.run(["tar", "--create", "--file", archive, "--directory", root, "."], check=True)
    changes = [word for change in image.changes for word in ("--change", change)]
    engine.docker("image", "import", *changes, str(archive), image.name)
    _remove(root)
    archive.unlink()


def _remove(root: Path) -> None:
    """Also where debootstrap was broken off and left /proc mounted."""
    subprocess.run(["rm", "--recursive", "--force", "--one-file-system", root], check=True)

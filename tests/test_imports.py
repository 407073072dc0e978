"""Who may import whom."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FORBIDDEN = {"mididraw": ("bot", "worker"), "worker": ("bot",), "bot": ("torch",)}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_flow_one_way(package: str) -> None:
    modules = list((ROOT / package).rglob("*.py"))
    if not modules:
        pytest.skip(f"{package}/ is not built yet")
    for path in modules:
        for name in imports(path):
            assert name.partition(".")[0] not in FORBIDDEN[package], f"{path} imports {name}"


def test_importing_the_library_brings_no_torch() -> None:
    program = "import mididraw, mididraw.draw, mididraw.cli, sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_importing_the_front_ends_side_brings_no_torch_and_no_worker() -> None:
    program = (
        "import mididraw.cli, bot.cli, bot.jobs.remote, bot.jobs.local, bot.telegram.start, sys;"
        "print({'torch', 'cv2', 'numpy', 'worker.run', 'worker.batch'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_one_file_alone_touches_rqs_inside() -> None:
    inside = {"rq.executions", "rq.registry", "rq.worker", "rq.intermediate_queue"}
    found = [
        str(path.relative_to(ROOT))
        for package in ("bot", "worker")
        for path in (ROOT / package).rglob("*.py")
        if inside & {*imports(path)}
    ]
    assert found == ["worker/rq.py"]


def test_importing_options_brings_no_renderer_and_no_picture_library() -> None:
    program = "import mididraw.options, sys; print({'cv2', 'PIL', 'pretty_midi'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_no_module_is_longer_than_can_be_read_in_one_sitting() -> None:
    for package in ("bot", "mididraw", "worker"):
        for path in (ROOT / package).rglob("*.py"):
            assert len(path.read_text().splitlines()) <= 400, path

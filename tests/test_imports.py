"""Who may import whom: the contracts of pyproject.toml, and what importing brings along."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from mididraw.models.decoder.kernel import Kernel
from mididraw.models.gpu import has_gpu
from tests.conftest import ROOT

_WITHOUT_TORCH = "import sys; sys.modules['torch'] = None;"
"""What makes Python take PyTorch for missing."""
_DRAW = (
    "from mididraw.draw import draw; from mididraw.options import DrawOptions;"
    "piece = draw(['mididraw/examples/cat.png'], DrawOptions(bars=1, candidates=2, seed=0));"
)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def printed(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.strip()


def choose_onnxruntime(choices: Path) -> None:
    """Whatever was measured to be faster, as the only choice."""
    [name] = json.loads(choices.read_text())
    choices.write_text(json.dumps({name: Kernel.ONNXRUNTIME}))


def test_imports_keep_their_contracts() -> None:
    # In a process of its own: it takes every logger that is there out of use.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_the_contract_of_bots_names_every_module_of_the_workers_process() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = (one for one in settings["contracts"] if one["name"].startswith("Bots know"))
    process = {f"worker.{path.stem}" for path in (ROOT / "worker").glob("[!_]*.py")}
    assert {*contract["forbidden_modules"]} == process


def test_importing_the_library_brings_no_torch() -> None:
    program = (
        "import mididraw, mididraw.draw, mididraw.cli.commands, sys; print('torch' in sys.modules)"
    )
    assert printed(program) == "False"


@pytest.mark.skipif(has_gpu(), reason="a GPU computes by PyTorch")
def test_drawing_with_the_model_brings_no_torch_where_another_kernel_is_faster(
    choices: Path,
) -> None:
    program = f"{_DRAW} import sys; print('torch' in sys.modules)"
    # The first one measures which is faster.
    assert printed(program) == "True"
    choose_onnxruntime(choices)
    assert printed(program) == "False"


def test_the_command_line_starts_without_what_one_command_alone_needs() -> None:
    heavy = ("redis", "numpy", "cv2", "torch", "onnxruntime", "aiogram", "discord", "fastapi")
    program = f"import mididraw.cli.commands, sys; print({{*{heavy}}} & {{*sys.modules}})"
    assert printed(program) == "set()"


def test_importing_the_front_ends_side_brings_no_torch_and_no_worker() -> None:
    program = (
        "import mididraw.cli.commands, bot.cli, bot.jobs.remote, bot.jobs.local;"
        "import bot.telegram.start, sys;"
        "print({'torch', 'cv2', 'numpy', 'worker.run', 'worker.batch'} & {*sys.modules})"
    )
    assert printed(program) == "set()"


def test_one_file_alone_touches_rqs_inside() -> None:
    inside = {"rq.executions", "rq.registry", "rq.worker", "rq.intermediate_queue"}
    found = [
        str(path.relative_to(ROOT))
        for package in ("bot", "worker")
        for path in (ROOT / package).rglob("*.py")
        if inside & {*imports(path)}
    ]
    assert found == ["worker/queue/rq.py"]


def test_importing_options_brings_no_renderer_and_no_picture_library() -> None:
    program = "import mididraw.options, sys; print({'cv2', 'PIL', 'pretty_midi'} & {*sys.modules})"
    assert printed(program) == "set()"


def test_no_module_is_longer_than_can_be_read_in_one_sitting() -> None:
    for package in ("bot", "mididraw", "worker"):
        for path in (ROOT / package).rglob("*.py"):
            assert len(path.read_text().splitlines()) <= 400, path


def test_our_model_draws_where_pytorch_is_not_installed(choices: Path) -> None:
    program = f"{_DRAW} print(piece.midi.hex())"
    alone = printed(f"{_WITHOUT_TORCH} {program}")
    assert not choices.exists(), "there was nothing to choose from"
    printed(program)
    choose_onnxruntime(choices)
    assert printed(program) == alone


def test_what_needs_pytorch_says_so_where_it_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "giant.pth").touch()
    program = (
        f"{_WITHOUT_TORCH} from mididraw.models.catalogue import load_model;"
        "from mididraw.errors import MididrawError\n"
        f"try: load_model('giant-medium={tmp_path}/giant.pth')\n"
        "except MididrawError as error: print(error)"
    )
    assert "pip install 'mididraw[torch]'" in printed(program)


def test_the_front_ends_image_has_what_the_front_ends_import() -> None:
    """Nothing that its lock leaves out is there; a list's picture is painted there, too."""
    lock = (ROOT / "deploy" / "locks" / "bot.txt").read_text()
    locked = {canonical(line.split("==")[0]) for line in lock.splitlines() if "==" in line}
    ours = {canonical(name) for name in ("mididraw", "pip", "setuptools")}
    missing = {
        module
        for module, owners in packages_distributions().items()
        if not {canonical(owner) for owner in owners} & (locked | ours)
    }
    assert {"numpy", "pretty_midi", "torch"} <= missing
    assert not {"discord", "aiogram", "fastapi", "PIL"} & missing
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({sorted(missing)}));"
        "import bot.web.start, bot.telegram.start, bot.discord.client, bot.health, worker.health;"
        "import mididraw.render.contact_sheet, mididraw.render.palette; print('all')"
    )
    assert printed(program) == "all"


def canonical(name: str) -> str:
    """How a distribution is called, whoever writes it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name.split("[")[0].strip()).lower()

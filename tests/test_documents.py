"""What the documents say is so."""

import re
import tomllib
from typing import Any

import pytest
import typer

from mididraw import __version__
from mididraw.cli.commands import app
from mididraw.harmony import Style
from mididraw.options import Engine
from tests.conftest import EXAMPLES, ROOT

README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def _options(command: str) -> set[str]:
    group: Any = typer.main.get_command(app)
    return {
        name
        for parameter in group.commands[command].params
        if parameter.param_type_name == "option"
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name not in ("--help", "--no-accompaniment")
    }


def test_every_option_of_draw_is_in_the_readme_and_none_else() -> None:
    table = README.partition("| option of `mididraw draw` |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(--?[a-z-]+)`", table)) == _options("draw")


def test_every_engine_and_style_is_in_the_readme() -> None:
    names = [f"`{one}`" for one in (*Engine, *Style)]
    assert [name for name in names if name not in README] == []


@pytest.mark.parametrize(
    "document",
    [
        *("README.md", "CONTRIBUTING.md"),
        *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
    ],
)
def test_every_link_and_picture_is_there(document: str) -> None:
    place = ROOT / document
    for target in re.findall(r"\]\(([^)\s]+)\)", place.read_text()):
        assert target.startswith("https://") or (place.parent / target).is_file(), target


@pytest.mark.parametrize("target", re.findall(r"make ([a-z]+)", README))
def test_every_make_target_named_is_there(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [name for group in project["optional-dependencies"].values() for name in group]
    locked = {
        re.split(r"==", line)[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    wanted = {
        re.split(r"[<>=;\[ ]", name)[0].lower().replace("_", "-")
        for name in (*project["dependencies"], *extras)
    }
    assert wanted - locked - {"mididraw"} == set()
    assert "torch==2.13.0" in (ROOT / "constraints.txt").read_text().splitlines()
    assert project["version"] == __version__


def test_every_bundled_drawing_names_its_source() -> None:
    sources = (EXAMPLES / "README.md").read_text()
    drawings = sorted(path.name for path in EXAMPLES.glob("*.png"))
    assert len(drawings) >= 5
    assert [name for name in drawings if f"`{name}`" not in sources] == []

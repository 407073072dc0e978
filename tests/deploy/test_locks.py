"""What the images install: deploy/locks, beside what pyproject.toml asks for."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from itertools import pairwise

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
_SCRIPT = (ROOT / "deploy" / "lock.sh").read_text().replace("\\\n", " ")
COMMANDS = {
    words[1]: words[2:]
    for words in map(shlex.split, re.findall(r"^lock .+pyproject.*$", _SCRIPT, re.MULTILINE))
}
"""How lock.sh writes each of the images' locks: the words after its name."""
IMAGES_PYTHON = {"python_version": "3.11", "python_full_version": "3.11.14"}


def after(option: str, words: list[str]) -> set[str]:
    return {word for before, word in pairwise(words) if before == option}


def asked(requirements: list[str]) -> Iterator[Requirement]:
    """Requirements with those of our own extras in their place."""
    for requirement in map(Requirement, requirements):
        if requirement.name == PROJECT["name"]:
            for extra in requirement.extras:
                yield from asked(PROJECT["optional-dependencies"][extra])
        elif requirement.marker is None or requirement.marker.evaluate(dict(IMAGES_PYTHON)):
            yield requirement


def pinned(text: str) -> dict[str, Version]:
    found = re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in found}


@pytest.mark.parametrize("lock", COMMANDS)
def test_an_image_installs_all_that_its_part_asks_for_and_is_tested_with(lock: str) -> None:
    words = COMMANDS[lock]
    installed = pinned((ROOT / "deploy" / "locks" / f"{lock}.txt").read_text())
    extras = ",".join(after("--extra", words))
    assert extras
    wanted = [*asked([*PROJECT["dependencies"], f"{PROJECT['name']}[{extras}]"])]
    left_out = {canonicalize_name(name) for name in after("--no-emit-package", words)}
    wanted = [one for one in wanted if canonicalize_name(one.name) not in left_out]
    missing = [
        str(one)
        for one in wanted
        if (version := installed.get(canonicalize_name(one.name))) is None
        or version not in one.specifier
    ]
    assert missing == [], "run: sh deploy/lock.sh"
    tested = pinned((ROOT / "constraints.txt").read_text())
    elsewhere = {
        name: str(version)
        for name, version in installed.items()
        if name in tested and version.public != tested[name].public
    }
    assert elsewhere == {}, "run: sh deploy/lock.sh"

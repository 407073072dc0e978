"""What ``make docker`` builds from, which needs an engine itself."""

import re

from tests.conftest import ROOT
from tests.deploy.base_images import base_images
from tests.deploy.composed import DEPLOY, OURS
from tests.deploy.containers import BUILT_FROM

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()


def test_a_base_image_is_named_with_the_debian_that_its_stand_in_is_made_of() -> None:
    names = [image.name for image in base_images("127.0.0.1")]
    assert len(names) == 2
    for name, kind in zip(names, ("python:3", "redis:7"), strict=True):
        assert re.fullmatch(rf"{kind}[\d.]+(-slim)?-bookworm", name)


def test_the_checkout_holds_all_that_the_images_are_made_of() -> None:
    copied = [
        source
        for words in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in words.split()[:-1]
    ]
    assert copied
    assert all((ROOT / source).exists() for source in copied)
    assert {source.split("/")[0] for source in copied} <= {*BUILT_FROM}


def test_every_argument_of_an_image_that_compose_gives_is_one() -> None:
    given = {name for service in OURS.values() for name in service.get("build", {}).get("args", {})}
    assert given == {"TORCH_INDEX"}
    assert given <= {*re.findall(r"^ARG (\w+)", DOCKERFILE, re.MULTILINE)}

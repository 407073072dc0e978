"""Hundreds of damaged or hostile pictures: a score or a typed error, soon, in little memory."""

import json
import subprocess
import sys

import pytest

from mididraw import errors
from tests.conftest import ROOT
from tests.picture.hostile import COUNT

_LONGEST_S = 5  # of the processor, so that other work beside does not count
_MOST_MB = 600


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """One entry a picture and one with the peak memory, from a process of their own."""
    folder = tmp_path_factory.mktemp("hostile")
    done = subprocess.run(
        [sys.executable, "-m", "tests.picture.hostile", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=COUNT * _LONGEST_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_picture_gives_a_score_or_one_sentence(report: list[dict[str, object]]) -> None:
    assert len(report) == COUNT + 1
    sentences = [str(entry["outcome"]) for entry in report[:-1] if entry["outcome"] != "score"]
    assert 100 < len(sentences) < COUNT - 50
    for sentence in sentences:
        kind, _, text = sentence.partition(": ")
        assert issubclass(getattr(errors, kind), errors.PictureError)
        assert text.endswith(".")
        assert "\n" not in text
        assert "Error" not in text


def test_none_takes_long(report: list[dict[str, object]]) -> None:
    late = [entry for entry in report[:-1] if float(str(entry["seconds"])) > _LONGEST_S]
    assert not late


def test_memory_stays_small(report: list[dict[str, object]]) -> None:
    assert float(str(report[-1]["peak_mb"])) < _MOST_MB


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("empty.png", "NotAPictureError"),
        ("text.png", "NotAPictureError"),
        ("bomb.png", "PictureTooLargeError"),
        ("bomb.gif", "PictureTooLargeError"),
        ("zero.png", "DamagedPictureError"),
        ("unfilled.png", "DamagedPictureError"),
        ("scans.jpg", "DamagedPictureError"),
        ("all-ink.png", "BlankPictureError"),
        ("transparent.png", "BlankPictureError"),
        ("CMYK.jpg", "score"),
        ("I16.png", "score"),
        ("moving.png", "score"),
        ("turned.jpg", "score"),
        ("whole.heic", "score"),
        ("whole.svg", "score"),
        ("whole.pdf", "score"),
        ("odd-notes.jpg", "score"),
    ],
)
def test_known_ones_end_as_they_should(
    report: list[dict[str, object]], name: str, kind: str
) -> None:
    outcomes = {str(entry["name"])[4:]: str(entry["outcome"]) for entry in report[:-1]}
    assert outcomes[name].startswith(kind)

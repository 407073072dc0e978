"""The bench measures what it says it does; how fast is for the bench to say, not for a test."""

import gzip
import json
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from mididraw.corpora.quickdraw import read_quickdraw
from mididraw.draw import Stage
from mididraw.errors import OptionError
from mididraw.evaluation.benches.draw import BenchReport, run_bench
from mididraw.evaluation.benches.guided import run_guided_bench
from mididraw.options import Engine

_HOUSE = [
    [[0, 0, 120, 255, 255, 0], [255, 100, 0, 100, 255, 255]],
    [[80, 80, 140], [255, 170, 170]],
]


def _ndjson(path: Path, words: list[str]) -> Path:
    lines = [{"word": word, "recognized": True, "drawing": _HOUSE} for word in words]
    lines.append({"word": "scribble", "recognized": False, "drawing": _HOUSE})
    path.write_bytes(gzip.compress("\n".join(json.dumps(line) for line in lines).encode()))
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> BenchReport:
    path = tmp_path_factory.mktemp("sweep") / "drawings.ndjson.gz"
    _ndjson(path, ["house", "house", "hut"])
    # Memory is that of a process that has done nothing else.
    few = partial(run_bench, bundled=2, runs=1, engines=(Engine.CHORDS, Engine.NAIVE))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(few, path, 2).result()


def test_every_stage_is_measured(report: BenchReport) -> None:
    assert set(report.stages) == {stage.value for stage in Stage} - {"video"}
    assert all(figures.seconds > 0 for figures in report.stages.values())
    assert all(20 < figures.peak_mb < 600 for figures in report.stages.values())
    assert report.cold_seconds > report.import_seconds > 0


def test_drawing_needs_no_torch(report: BenchReport) -> None:
    assert not report.loads_torch


def test_the_largest_pictures_are_read_in_little_memory(report: BenchReport) -> None:
    assert len(report.largest) == 4
    assert all(figures.peak_mb < 400 for figures in report.largest.values())


def test_the_sweep_measures_each_engine(report: BenchReport) -> None:
    chords, naive = report.matches["chords"], report.matches["naive"]
    assert (chords.drawings, naive.drawings) == (2, 2)
    assert 0.9 < chords.f1 < naive.f1 == 1.0
    assert chords.in_key == 1.0 > naive.in_key
    assert chords.most_at_once <= 6


def test_the_report_is_json_and_tables(report: BenchReport) -> None:
    figures = json.loads(json.dumps(report.as_json()))
    assert figures["matches"]["chords"]["f1"] == pytest.approx(
        report.matches["chords"].f1, abs=1e-4
    )
    assert [table.row_count for table in report.tables()] == [len(Stage) - 1, 4, 4, 2]


def test_recognised_drawings_come_one_of_each_category_in_turn(tmp_path: Path) -> None:
    path = _ndjson(tmp_path / "d.ndjson.gz", ["b", "a", "b"])
    assert len(list(read_quickdraw(path))) == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"not json",
        b"\x1f\x8bbroken",
        b'{"word": "a", "recognized": true, "drawing": []}',
        b'{"word": "a", "recognized": true, "drawing": [[[1, 2], [3]]]}',
        b'{"word": "a", "recognized": false, "drawing": [[[1], [3]]]}',
    ],
)
def test_a_file_that_is_no_quickdraw_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "d.ndjson.gz"
    path.write_bytes(content if content.startswith(b"\x1f") else gzip.compress(content))
    with pytest.raises(OptionError, match=r"QuickDraw|no recognised"):
        list(read_quickdraw(path))


def test_the_guided_engine_is_measured_cold_and_warm() -> None:
    ballast = b"x" * 1_000_000_000
    report = run_guided_bench(bars=1, draws=1)
    del ballast
    assert min(report.cold, report.warm, report.long) > 0
    assert 100e6 < report.memory < 900e6, "its own memory, not that of the process that asks"
    assert set(report.parts) == {
        "picture",
        "network",
        "guidance",
        "sound",
        "MP3",
        "picture of the roll",
    }
    assert all(seconds > 0 for seconds in report.parts.values())
    assert sum(report.parts.values()) < report.warm
    assert report.processor
    assert report.step > 0
    [table] = report.tables()
    assert table.row_count == 6 + len(report.parts)
    assert report.as_json()["parts"] == report.parts

"""Engines beside drawings and real songs, all real, but few of each."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mididraw.evaluation.command import Sources, compare_all
from mididraw.evaluation.evaluator import first_seconds
from mididraw.evaluation.measures.embed import HOP, RATE
from mididraw.evaluation.plan import Setting, ablations, settings
from mididraw.evaluation.report import Evaluation, write_report
from mididraw.options import DrawOptions, Engine

DRAWINGS = 3


@pytest.fixture(scope="module")
def evaluation(shared: Path) -> Evaluation:
    sources = replace(Sources.below(shared / "data"), games={}, ending="99")
    rows = [row for row in settings() if row.name in ("naive", "chords", "guided 50")]
    few = [Setting(row.name, row.options.model_copy(update={"candidates": 2})) for row in rows]
    said: list[str] = []
    found = compare_all(sources, DRAWINGS, said.append, chosen=few, left_out=[], resamples=2)
    names = ["our model, free", *(row.name for row in rows)]
    assert names == [s.partition(":")[0] for s in said if "FAD" in s]
    return found


def test_the_default_is_among_what_is_compared() -> None:
    rows = [*settings(), *ablations()]
    names = [row.name for row in rows]
    assert len(set(names)) == len(names)
    assert DrawOptions() in [row.options for row in rows]
    assert {row.options.engine for row in rows} == set(Engine)


def test_engines_are_told_apart(evaluation: Evaluation) -> None:
    naive, chords, guided = evaluation.engines
    assert naive.closeness is not None
    assert guided.closeness is not None
    assert naive.closeness.f1 == naive.closeness.iou == naive.closeness.top1 == 1
    assert 0.8 < guided.closeness.f1 < 1
    assert naive.distance.value > guided.distance.value
    assert naive.figures.dissonance > 0.1 > guided.figures.dissonance
    assert naive.figures.in_key < chords.figures.in_key == 1
    assert naive.agreement < guided.agreement
    assert naive.form.home < chords.form.home
    assert 0 < guided.form.short < 1


def test_real_songs_are_closest_to_real_songs(evaluation: Evaluation) -> None:
    floor, free = evaluation.real
    assert free.closeness is None
    assert free.distance.value < evaluation.engines[0].distance.value
    assert floor.closeness is None
    assert floor.agreement > max(one.agreement for one in evaluation.engines)
    by_name = {(pair.one, pair.other): pair.distance.value for pair in evaluation.pairs}
    assert by_name["waves_gt1", "waves_gt2"] < by_name["waves_gt", "gen_wav"]
    assert by_name["waves_gt", "gen_wav"] < by_name["waves_gt", "waves_img"]
    assert ("waves_gt10", "gen_wav10") in by_name


def test_the_report_is_text_figures_and_plots(evaluation: Evaluation, tmp_path: Path) -> None:
    text, figures, *plots = write_report(evaluation, tmp_path / "new")
    said = text.read_text()
    assert "| naive | 1.000 |" in said
    assert "| returns | rhythm | hammered | short |" in said
    assert "`waves_gt` & `gen_wav`" in said
    rows = json.loads(figures.read_text())
    assert [row["name"] for row in rows[2:]] == ["naive", "chords", "guided 50"]
    for plot in plots:
        assert plot.name in said
        with Image.open(plot) as image:
            assert image.size[0] > 600


def test_shorter_clips_are_the_first_frames() -> None:
    embedded = [np.zeros((30, 8), np.float32)]
    (first,) = first_seconds(embedded, 10.0)
    assert (len(first) - 1) * HOP / RATE + 0.975 <= 10 < len(first) * HOP / RATE + 0.975

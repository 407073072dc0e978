"""The bench measures what it says it does; how fast is for the bench to say, not for a test."""

import json
from dataclasses import replace

import pytest

from mididraw.errors import OptionError
from mididraw.evaluation.benches.decode import SHAPES, run_decode_bench
from mididraw.models.decoder import Precision
from mididraw.models.transformer_weights import TransformerConfig

TINY = TransformerConfig(300, 512, 64, 2, 2, 1, 96)


@pytest.fixture(params=["pocket", "giant-medium"])
def name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    chosen = str(request.param)
    small = TINY
    if chosen != "pocket":
        small = replace(SHAPES[chosen], vocabulary=300, width=64, depth=1, hidden=96)
    monkeypatch.setitem(SHAPES, chosen, small)
    return chosen


def test_every_precision_and_batch_is_measured_beside_x_transformers(name: str) -> None:
    report = run_decode_bench([name], batches=(1, 3), seconds=0.01)
    assert [(one.precision, one.batch) for one in report.figures] == [
        (precision.value, batch) for batch in (1, 3) for precision in Precision
    ]
    for one in report.figures:
        assert one.reference is not None
        assert one.tokens_per_second > 0 < one.reference
        assert one.limit > 0
        assert one.cached_limit > 0
        assert one.bandwidth > 0 < one.cached_bandwidth
    figures = json.loads(json.dumps(report.as_json()))
    assert len(figures["decode"]) == 6
    assert [table.row_count for table in report.tables()] == [6]


def test_a_shape_that_is_not_there_says_so() -> None:
    with pytest.raises(OptionError, match="no shape"):
        run_decode_bench(["giant-tiny"])

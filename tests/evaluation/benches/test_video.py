"""The bench films every shape; how fast is for the bench to say, not for a test."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from mididraw.evaluation.benches.video import run_video_bench
from mididraw.render.film import SIZES


def test_every_shape_is_measured() -> None:
    # Memory is that of a process that has done nothing else.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        report = fresh.submit(run_video_bench, 1).result()
    assert set(report.as_json()["shapes"]) == {shape.value for shape in SIZES}
    for found in report.shapes.values():
        assert found.seconds > 2
        assert found.processor > 0.01
        assert all(20 < memory < 700 for memory in found.peak_mb)
        assert 1_000 < found.bytes_per_second < 500_000
    assert next(report.tables()).row_count == len(SIZES)

"""Measure the README's figures on this machine and write them between its marks.

Run as ``python docs/make_figures.py DATA`` with the folder that holds ``quickdraw.ndjson.gz``; on a
machine that does nothing else it takes a quarter of an hour, or half an hour where giants are slow.
``pieces`` or ``decoding`` behind it measures that part alone: each tells its own machine.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from mididraw.evaluation.benches.decode import DecodeReport, run_decode_bench
from mididraw.evaluation.benches.draw import BenchReport, run_bench
from mididraw.evaluation.benches.guided import GuidedReport, run_guided_bench
from mididraw.models.decoder import Precision
from mididraw.models.decoder.kernel import cores, processor

README = Path(__file__).parents[1] / "README.md"
_DRAWINGS = 40


def main(data: Path, parts: Sequence[str]) -> None:
    """Write the figures of some parts anew."""
    measure = {"pieces": partial(_pieces, data), "decoding": _decoding}
    for part in parts or measure:
        begin, end = f"<!-- figures of {part}: make figures -->", f"<!-- end of {part} -->"
        lines = "\n".join(measure[part]())
        before, _, rest = README.read_text().partition(begin)
        after = rest.partition(end)[2]
        README.write_text(f"{before}{begin}\n{lines}\n{end}{after}")


def _machine() -> str:
    return f"Measured with {cores()} CPU cores ({processor()})."


def _pieces(data: Path) -> Iterator[str]:
    guided = run_guided_bench()
    drawings = run_bench(data / "quickdraw.ndjson.gz", _DRAWINGS)
    yield _machine()
    yield ""
    yield from _times(guided, drawings)
    yield ""
    yield from _matches(drawings)


def _decoding() -> Iterator[str]:
    yield from _speeds(run_decode_bench())
    yield ""
    yield _machine()


def _times(guided: GuidedReport, drawings: BenchReport) -> Iterator[str]:
    yield "`mididraw bench guided` and `bench`, a drawing of eight bars to its three files:"
    yield ""
    yield "| engine | cold from the shell | in a running process | of it music |"
    yield "|---|---|---|---|"
    music = guided.parts["network"] + guided.parts["guidance"]
    yield f"| `guided` | {guided.cold:.1f} s | {guided.warm:.1f} s | {music:.1f} s |"
    warm = sum(stage.seconds for stage in drawings.stages.values())
    music = drawings.stages["engine"].seconds
    yield f"| `chords` | {drawings.cold_seconds:.1f} s | {warm:.1f} s | {music:.2f} s |"
    yield ""
    yield (
        f"Four times the bars take {guided.long:.1f} s; sound is rendered "
        f"{drawings.real_time:.0f} times faster than it plays."
    )


def _matches(drawings: BenchReport) -> Iterator[str]:
    count = next(iter(drawings.matches.values())).drawings
    yield f"`mididraw bench --sweep`, {count} QuickDraw drawings of different categories:"
    yield ""
    yield "| engine | F1 of the match | ink played | notes on ink | in key | at once |"
    yield "|---|---|---|---|---|---|"
    for engine, found in drawings.matches.items():
        yield (
            f"| `{engine}` | {found.f1:.3f} | {found.coverage:.1%} | {found.precision:.1%} | "
            f"{found.in_key:.0%} | ≤ {found.most_at_once} |"
        )


def _speeds(decode: DecodeReport) -> Iterator[str]:
    yield (
        "`mididraw bench decode`, tokens per second beside x-transformers' cached `generate` in "
        "fp32 (the giant has random weights of the published shape):"
    )
    yield ""
    batches = sorted({one.batch for one in decode.figures})
    yield f"| model | {' | '.join(f'batch {batch}' for batch in batches)} |"
    yield "|---" * (len(batches) + 1) + "|"
    for name, precision in (("pocket", Precision.FP32), ("giant-medium", Precision.INT8)):
        cells = [
            f"{one.tokens_per_second:,.0f}"
            + (f" ({one.tokens_per_second / one.reference:.1f} ×)" if one.reference else "")
            for one in decode.figures
            if (one.model, one.precision) == (name, precision.value)
        ]
        yield f"| {name}, {precision.value} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

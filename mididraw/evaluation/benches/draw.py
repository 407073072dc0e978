"""Seconds and peak memory of each stage over the bundled drawings, and the match over a sweep."""

import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from itertools import islice
from pathlib import Path
from statistics import mean, median
from typing import Any

from PIL import Image, ImageDraw
from rich.table import Table

from mididraw.corpora.quickdraw import paint, read_quickdraw
from mididraw.draw import Stage, draw, prepare_request, write_score
from mididraw.errors import OptionError, PictureError
from mididraw.evaluation.benches.memory import peak_mb, reset_peak
from mididraw.match import match
from mididraw.options import DrawOptions, Engine
from mididraw.picture import read

_RUNS = 3
_BARS = 8
_LARGEST = (8000, 5000)
_LARGEST_KINDS = {
    "drawn PNG": ("PNG", 0),
    "photo JPEG": ("JPEG", 3),
    "photo WebP": ("WEBP", 3),
    "photo PNG": ("PNG", 3),
}
"""Format and noise, in steps of 256; noise is what makes a photo's PNG slow to decode."""


@dataclass(frozen=True, slots=True)
class StageFigures:
    """One stage over all runs: median seconds and the highest memory in use, in MB."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class MatchFigures:
    """One engine over a sweep of drawings: means, and the least F1."""

    drawings: int
    refused: int
    f1: float
    least_f1: float
    coverage: float
    precision: float
    in_key: float
    most_at_once: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class BenchReport:
    """All that a bench run measured.

    Attributes:
        stages: figures of every stage, warm, for drawings of eight bars.
        cold_seconds: ``mididraw draw`` of eight bars from the shell, the median of the drawings.
        import_seconds: ``import mididraw.draw`` in a fresh interpreter.
        loads_torch: whether that import brought torch.
        real_time: seconds of music that one second of synthesis renders.
        largest: reading a colour picture of 40 megapixels in a process of its own, by kind.
        matches: the sweep by engine; empty without one.
    """

    stages: dict[str, StageFigures]
    cold_seconds: float
    import_seconds: float
    loads_torch: bool
    real_time: float
    largest: dict[str, StageFigures]
    matches: dict[str, MatchFigures]

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return {name: _rounded(value) for name, value in asdict(self).items()}

    def tables(self) -> Iterator[Table]:
        """All figures as tables, for people."""
        stages = Table("stage", "seconds", "peak memory", title=f"{_BARS} bars, chords, warm")
        for name, figures in self.stages.items():
            stages.add_row(name, f"{figures.seconds:.3f}", f"{figures.peak_mb:.0f} MB")
        yield stages
        whole = Table("whole process", "figure")
        whole.add_row("mididraw draw, cold from the shell", f"{self.cold_seconds:.2f} s")
        whole.add_row("import mididraw.draw", f"{self.import_seconds:.2f} s")
        whole.add_row("import brings torch", "yes" if self.loads_torch else "no")
        whole.add_row("sound rendered", f"{self.real_time:.0f} × real time")
        yield whole
        largest = Table("40 megapixels", "seconds to read", "peak memory")
        for name, figures in self.largest.items():
            largest.add_row(name, f"{figures.seconds:.2f}", f"{figures.peak_mb:.0f} MB")
        yield largest
        if self.matches:
            sweep = Table("engine", "n", "F1", "least", "cover", "precise", "in key", "at once")
            sweep.add_column("to score")
            for name, found in self.matches.items():
                sweep.add_row(
                    name,
                    str(found.drawings),
                    f"{found.f1:.3f}",
                    f"{found.least_f1:.3f}",
                    f"{found.coverage:.3f}",
                    f"{found.precision:.3f}",
                    f"{found.in_key:.1%}",
                    str(found.most_at_once),
                    f"{found.milliseconds:.0f} ms",
                )
                if found.refused:
                    sweep.caption = f"{found.refused} drawings were refused"
            yield sweep


def run_bench(
    sweep: Path | None = None,
    count: int = 200,
    *,
    bundled: int | None = None,
    runs: int = _RUNS,
    engines: Sequence[Engine] = tuple(Engine),
) -> BenchReport:
    """Measure everything in one run.

    Args:
        sweep: QuickDraw's simplified drawings, one JSON a line, gzipped if it ends in ``.gz``.
        count: how many of them, each of another category as long as there are.
        bundled: how many of the bundled drawings; None for all.
        runs: how often each of these is drawn.
        engines: that play the sweep.

    Raises:
        OptionError: the sweep's file cannot be read.
    """
    # First what can be refused.
    drawings = [] if sweep is None else [paint(one) for one in islice(read_quickdraw(sweep), count)]
    with resources.as_file(resources.files("mididraw") / "examples") as folder:
        pictures = sorted(folder.glob("*.png"))[:bundled]
        stages, real_time = _measure_stages(pictures * runs)
        cold = median(_cold_draw(picture) for picture in pictures)
    import_seconds, loads_torch = _cold_import()
    largest = {name: _measure_largest(*kind) for name, kind in _LARGEST_KINDS.items()}
    matches = {engine.value: _measure_match(engine, drawings) for engine in engines if drawings}
    return BenchReport(stages, cold, import_seconds, loads_torch, real_time, largest, matches)


def _measure_stages(pictures: list[Path]) -> tuple[dict[str, StageFigures], float]:
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    peaks: defaultdict[str, list[float]] = defaultdict(list)
    rates = []

    def watch(stage: Stage, done: int, parts: int) -> None:
        if done == parts:
            peaks[stage].append(peak_mb())
        elif not done:
            reset_peak()

    for picture in pictures:
        options = DrawOptions.of(engine=Engine.CHORDS, bars=_BARS, seed=0)
        drawing = draw([picture], options, progress=watch)
        for stage, spent in drawing.seconds.items():
            seconds[stage].append(spent)
        score = drawing.score
        rates.append(score.steps * score.seconds_per_step / drawing.seconds[Stage.SOUND])
    figures = {
        stage.value: StageFigures(median(seconds[stage]), max(peaks[stage]))
        for stage in Stage
        if stage in seconds
    }
    return figures, median(rates)


def _measure_match(engine: Engine, drawings: list[Image.Image]) -> MatchFigures:
    found, in_key, at_once, spent, refused = [], [], [], [], 0
    for seed, image in enumerate(drawings):
        start = time.perf_counter()
        try:
            request = prepare_request([image], DrawOptions.of(engine=engine, seed=seed))
            score = write_score(request)
        except PictureError:
            refused += 1
            continue
        spent.append(time.perf_counter() - start)
        found.append(match(request.canvas, score))
        notes = score.drawing.notes
        in_key.append(mean(note.pitch % 12 in score.key.scale for note in notes))
        at_once.append(max(sum(n.onset <= note.onset < n.end for n in notes) for note in notes))
    if not found:
        raise OptionError("sweep-all-refused", "All drawings of the sweep were refused.")
    return MatchFigures(
        drawings=len(found),
        refused=refused,
        f1=mean(one.f1 for one in found),
        least_f1=min(one.f1 for one in found),
        coverage=mean(one.coverage for one in found),
        precision=mean(one.precision for one in found),
        in_key=mean(in_key),
        most_at_once=max(at_once),
        milliseconds=1000 * median(spent),
    )


def _cold_draw(picture: Path) -> float:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "mididraw", "draw", str(picture), "-o", out]
        start = time.perf_counter()
        subprocess.run(
            [*command, "--engine", "chords", "--bars", str(_BARS), "--json"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - start


def _cold_import() -> tuple[float, bool]:
    program = "import mididraw.draw, sys; print('torch' in sys.modules)"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE)
    return time.perf_counter() - start, done.stdout.strip() == b"True"


def _measure_largest(kind: str, noise: int) -> StageFigures:
    """Paint the largest picture that is read and read it in a fresh, warmed process."""
    width, height = _LARGEST
    grain = Image.effect_noise(_LARGEST, noise).point(lambda level: level + 110)
    image = grain.convert("RGB")
    ImageDraw.Draw(image).ellipse((500, 500, width - 500, height - 500), outline="navy", width=60)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "largest"
        # Packed loosely, which is written in a third of the time.
        image.save(path, kind, compress_level=1)
        with resources.as_file(resources.files("mididraw") / "examples" / "cat.png") as small:
            done = subprocess.run(
                [sys.executable, "-m", "mididraw.evaluation.benches.draw", str(small), str(path)],
                check=True,
                stdout=subprocess.PIPE,
            )
    seconds, peak = json.loads(done.stdout)
    return StageFigures(seconds, peak)


def _read_timed(small: Path, large: Path) -> None:
    """In the fresh process: write seconds and peak memory in MB of reading the large picture."""
    read(small)
    reset_peak()
    start = time.perf_counter()
    read(large)
    sys.stdout.write(json.dumps([time.perf_counter() - start, peak_mb()]))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value


if __name__ == "__main__":
    _read_timed(Path(sys.argv[1]), Path(sys.argv[2]))

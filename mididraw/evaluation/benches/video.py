"""What a video costs: time by the second of music, bytes, and memory, by shape."""

import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

from rich.table import Table

from mididraw.draw import prepare_request, write_score
from mididraw.evaluation.benches.memory import peak_mb
from mididraw.options import DrawOptions, Engine, Video
from mididraw.render.audio import SAMPLE_RATE, synthesize
from mididraw.render.film import SIZES, Film
from mididraw.render.midi import write_midi
from mididraw.render.roll import RollSheet
from mididraw.render.timeline import Timeline
from mididraw.render.video import encode_video

_BARS = 16


@dataclass(frozen=True, slots=True)
class VideoFigures:
    """What a video of one shape costs.

    Attributes:
        seconds: of music.
        wall: seconds by the second of music.
        processor: seconds of all processors by the second of music, ffmpeg's included.
        bytes_per_second: of the file.
        peak_mb: memory of this process at its most, and of ffmpeg.
    """

    seconds: float
    wall: float
    processor: float
    bytes_per_second: float
    peak_mb: tuple[float, float]


@dataclass(frozen=True, slots=True)
class VideoReport:
    """What videos of all shapes cost."""

    shapes: dict[str, VideoFigures]

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return asdict(self)

    def tables(self) -> Iterator[Table]:
        """All figures as tables, for people."""
        table = Table("shape", "music", "time by the second", "processor", "kB/s", "memory, ffmpeg")
        for name, found in self.shapes.items():
            table.add_row(
                f"{name}, {'×'.join(map(str, SIZES[Video(name)]))}",
                f"{found.seconds:.1f} s",
                f"{found.wall:.2f} s",
                f"{found.processor:.2f} s",
                f"{found.bytes_per_second / 1000:.0f}",
                " MB, ".join(f"{one:.0f}" for one in found.peak_mb) + " MB",
            )
        yield table


def run_video_bench(bars: int = _BARS) -> VideoReport:
    """Film a bundled drawing in every shape."""
    options = DrawOptions.of(engine=Engine.CHORDS, bars=bars, seed=1, accompaniment=True)
    with resources.as_file(resources.files("mididraw") / "examples" / "cat.png") as picture:
        request = prepare_request([picture], options)
    score = write_score(request)
    midi = write_midi(score)
    samples, timeline = synthesize(midi), Timeline.of(midi)
    found = {}
    for shape in SIZES:
        begun, spent = time.perf_counter(), _processor()
        video = encode_video(Film(RollSheet(score, request.canvas), timeline, shape), samples)
        seconds = len(samples) / SAMPLE_RATE
        found[shape.value] = VideoFigures(
            seconds,
            wall=(time.perf_counter() - begun) / seconds,
            processor=(_processor() - spent) / seconds,
            bytes_per_second=len(video) / seconds,
            peak_mb=(peak_mb(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000),
        )
    return VideoReport(found)


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)

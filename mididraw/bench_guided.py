"""How long the guided engine takes to a drawing's three files, cold and warm, and what memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from statistics import median
from typing import Any

from rich.table import Table

_DRAWS = 3
_WARM = """
import json, sys, time
from mididraw.draw import draw
from mididraw.options import DrawOptions
picture, times, *lengths = sys.argv[1:]
draw([picture], DrawOptions(bars=1, seed=0))
found = []
for bars in lengths:
    spent = []
    for seed in range(int(times)):
        start = time.perf_counter()
        draw([picture], DrawOptions(bars=int(bars), seed=seed))
        spent.append(time.perf_counter() - start)
    found.append(spent)
print(json.dumps(found))
"""


@dataclass(frozen=True, slots=True)
class GuidedReport:
    """Default options but for the bars; seconds to MIDI, MP3 and PNG, medians of three.

    Attributes:
        cold: ``mididraw draw`` from the shell.
        warm: the same in a process that has drawn before.
        long: warm, with four times the bars.
        memory: of the cold process at its most, in bytes.
    """

    cold: float
    warm: float
    long: float
    memory: int

    def as_json(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return asdict(self)

    def tables(self) -> Iterator[Table]:
        """Everything, for people."""
        table = Table("guided", "figure")
        table.add_row("cold from the shell", f"{self.cold:.2f} s")
        table.add_row("warm", f"{self.warm:.2f} s")
        table.add_row("warm, four times the bars", f"{self.long:.2f} s")
        table.add_row("in drawings of the first length", f"{self.long / self.warm:.2f} ×")
        table.add_row("memory at its most", f"{self.memory / 1e6:.0f} MB")
        yield table


def run_guided_bench(bars: int = 8) -> GuidedReport:
    """Measure everything in one run, with a bundled drawing of so many bars."""
    with resources.as_file(resources.files("mididraw") / "examples" / "cat.png") as picture:
        cold, peaks = [], []
        for _ in range(_DRAWS):
            seconds, peak = _cold(str(picture), bars)
            cold.append(seconds)
            peaks.append(peak)
        warm = subprocess.run(
            [sys.executable, "-c", _WARM, str(picture), str(_DRAWS), str(bars), str(4 * bars)],
            check=True,
            capture_output=True,
        )
    first, fourfold = json.loads(warm.stdout.splitlines()[-1])
    return GuidedReport(median(cold), median(first), median(fourfold), max(peaks))


def _cold(picture: str, bars: int) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "mididraw", "draw", picture, "-o", out]
        start = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--bars", str(bars), "--seed", "0"], stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        return time.perf_counter() - start, used.ru_maxrss * 1024

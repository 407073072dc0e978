"""How long the guided engine takes to a drawing's three files, where that goes, and what memory."""

import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from statistics import median
from typing import Any

from rich.table import Table

from mididraw.arrays import Floats, Ints
from mididraw.draw import Stage, draw
from mididraw.engines.generation import generator_for
from mididraw.models.decoder.interface import Network
from mididraw.models.decoder.kernel import cores, processor
from mididraw.options import DrawOptions
from mididraw.settings import POCKET

_DRAWS = 3
# The kernel counts a parent's memory as a new process' own until it begins its program, so
# the one that is measured is started by one that is small.
_COLD = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
spent = time.perf_counter() - start
print(json.dumps([spent, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))
"""


@dataclass(frozen=True, slots=True)
class GuidedReport:
    """Default options but for the bars; seconds to MIDI, MP3 and PNG, medians of three.

    Attributes:
        processor: its name, and its widest instructions that are used.
        cores: that this process may use.
        network: what computes the model.
        cold: ``mididraw draw`` from the shell.
        warm: the same in a process that has drawn before.
        long: warm, with four times the bars.
        parts: where the warm seconds go: the picture, the network, the guidance of its tokens,
            the sound, the MP3, the picture of the piano roll.
        step: milliseconds that the network takes for a token of all candidates.
        memory: of the cold process at its most, in bytes.
    """

    processor: str
    cores: int
    network: str
    cold: float
    warm: float
    long: float
    parts: dict[str, float]
    step: float
    memory: int

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return asdict(self)

    def tables(self) -> Iterator[Table]:
        """All figures as tables, for people."""
        table = Table("guided", "figure", title=f"{self.processor}, {self.cores} cores")
        table.add_row("cold from the shell", f"{self.cold:.2f} s")
        table.add_row("warm", f"{self.warm:.2f} s")
        for name, seconds in self.parts.items():
            table.add_row(f"  {name}", f"{seconds:.2f} s")
        table.add_row("a step of the network", f"{self.step:.2f} ms, {self.network}")
        table.add_row("warm, four times the bars", f"{self.long:.2f} s")
        table.add_row("in drawings of the first length", f"{self.long / self.warm:.2f} ×")
        table.add_row("memory at its most", f"{self.memory / 1e6:.0f} MB")
        yield table


def run_guided_bench(bars: int = 8, draws: int = _DRAWS) -> GuidedReport:
    """Measure everything in one run: medians of ``draws`` pieces from a bundled drawing."""
    with resources.as_file(resources.files("mididraw") / "examples" / "cat.png") as picture:
        cold, peaks = [], []
        for _ in range(draws):
            seconds, peak = _cold(str(picture), bars)
            cold.append(seconds)
            peaks.append(peak)
        command = [
            sys.executable,
            "-m",
            "mididraw.evaluation.benches.guided",
            str(picture),
            str(bars),
            str(draws),
        ]
        warm = subprocess.run(command, check=True, capture_output=True)
    return GuidedReport(
        **json.loads(warm.stdout.splitlines()[-1]), cold=median(cold), memory=max(peaks)
    )


def _cold(picture: str, bars: int) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "mididraw", "draw", picture, "-o", out]
        measured = subprocess.run(
            [sys.executable, "-c", _COLD, *command, "--bars", str(bars), "--seed", "0"],
            check=True,
            stdout=subprocess.PIPE,
        )
    seconds, peak = json.loads(measured.stdout)
    return seconds, peak


class _TimedNetwork:
    """A network that counts its steps and the seconds that they take."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.steps, self.seconds = 0, 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)

    def step(self, tokens: Ints, lengths: Ints, longest: int) -> Floats:
        start = time.perf_counter()
        logits = self._network.step(tokens, lengths, longest)
        self.seconds += time.perf_counter() - start
        self.steps += 1
        return logits


def _measure_warm(picture: str, bars: int, draws: int) -> dict[str, Any]:
    """All but the cold figures, in a process that has drawn before."""
    draw([picture], DrawOptions(bars=1, seed=0))
    decoder = generator_for(POCKET, DrawOptions().candidates)[0].decoder
    kind = type(decoder.network).__name__
    decoder.network = timed = _TimedNetwork(decoder.network)
    spent: dict[int, list[float]] = defaultdict(list)
    parts: dict[str, list[float]] = defaultdict(list)
    steps = []
    for length in (bars, 4 * bars):
        for seed in range(draws):
            timed.steps, timed.seconds = 0, 0.0
            start = time.perf_counter()
            drawing = draw([picture], DrawOptions(bars=length, seed=seed))
            spent[length].append(time.perf_counter() - start)
            if length == bars:
                steps.append(1000 * timed.seconds / timed.steps)
                for name, seconds in _parts(drawing.seconds, timed.seconds).items():
                    parts[name].append(seconds)
    return {
        "processor": processor(),
        "cores": cores(),
        "network": kind,
        "warm": median(spent[bars]),
        "long": median(spent[4 * bars]),
        "parts": {name: median(seconds) for name, seconds in parts.items()},
        "step": median(steps),
    }


def _parts(stages: dict[Stage, float], network: float) -> dict[str, float]:
    return {
        "picture": stages[Stage.PICTURE],
        "network": network,
        "guidance": stages[Stage.ENGINE] - network,
        "sound": stages[Stage.SOUND],
        "MP3": stages[Stage.MP3],
        "picture of the roll": stages[Stage.ROLL],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure_warm(sys.argv[1], *map(int, sys.argv[2:]))))

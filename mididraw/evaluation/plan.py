"""What is compared, and the scores of it."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from mididraw.canvas import Canvas
from mididraw.draw import commission, write_score
from mididraw.errors import PictureError
from mididraw.options import DrawOptions, Engine
from mididraw.quickdraw import Stroke, paint, read_quickdraw
from mididraw.score import Score

STRENGTHS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the comparison: its name, and what is asked for besides the seed."""

    name: str
    options: DrawOptions

    @classmethod
    def of(cls, name: str, **options: object) -> "Setting":
        """Name options."""
        return cls(name, DrawOptions.of(**options))


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A score, the canvas that it plays and the seconds that reading and writing took."""

    canvas: Canvas
    score: Score
    seconds: float


def settings() -> list[Setting]:
    """The engines, and the strength slider of those that have one."""
    rows = [Setting.of("naive", engine=Engine.NAIVE), Setting.of("chords", engine=Engine.CHORDS)]
    rows += [
        Setting.of(f"{engine} {strength}", engine=engine, strength=strength)
        for engine in (Engine.POINTER, Engine.GUIDED)
        for strength in STRENGTHS
        if engine is Engine.GUIDED or strength in (50, 100)
    ]
    rows.append(Setting.of("guided 50, accompanied", accompaniment=True))
    return rows


def ablations() -> list[Setting]:
    """What the default is worth: fewer and more candidates."""
    return [Setting.of(f"guided 50, {count} candidates", candidates=count) for count in (1, 4, 16)]


def drawings(path: Path, count: int) -> list[list[Stroke]]:
    """The first drawings of a QuickDraw file, of different categories.

    Raises:
        OptionError: the file cannot be read.
    """
    return list(islice(read_quickdraw(path), count))


def play(
    setting: Setting,
    strokes: Sequence[list[Stroke]],
    told: Callable[[int], None],
    processes: int | None = None,
) -> list[Piece]:
    """Let an engine play every drawing; seeds are 1, 2, … Drawings that are refused are left out.

    Args:
        setting: what is asked for.
        strokes: the drawings.
        told: of how many are done.
        processes: at work side by side, each on one core; None for one a core.
    """
    pieces = []
    # A fresh interpreter: PyTorch's threads do not survive a fork.
    with ProcessPoolExecutor(
        processes or os.cpu_count(), get_context("spawn"), initializer=_one_core
    ) as pool:
        work = partial(_play_one, setting.options)
        for done, piece in enumerate(pool.map(work, range(1, len(strokes) + 1), strokes), 1):
            if piece is not None:
                pieces.append(piece)
            told(done)
    return pieces


def _one_core() -> None:
    import torch

    torch.set_num_threads(1)


def _play_one(options: DrawOptions, seed: int, strokes: list[Stroke]) -> Piece | None:
    start = perf_counter()
    try:
        work = commission([paint(strokes)], options.model_copy(update={"seed": seed}))
    except PictureError:
        return None
    score = write_score(work)
    return Piece(work.canvas, score, perf_counter() - start)

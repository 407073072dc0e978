"""What is compared, and the scores of it."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from mididraw.canvas import Canvas
from mididraw.corpora.quickdraw import Stroke, paint, read_quickdraw
from mididraw.draw import prepare_request, write_score
from mididraw.engines import ScoreRequest
from mididraw.errors import PictureError
from mididraw.harmony import PITCH_CLASSES, Key, Mode, Style
from mididraw.models.prompts import PROMPTS
from mididraw.models.source import Source
from mididraw.options import Arrangement, DrawOptions, Engine
from mididraw.score import Score

STRENGTHS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the comparison.

    Attributes:
        name: what the row is called.
        options: what is asked for besides the seed.
        resample: whether the better of the guided engine's candidates replace the others.
    """

    name: str
    options: DrawOptions
    resample: bool = True

    @classmethod
    def of(cls, name: str, **options: object) -> "Setting":
        """Name options; nobody plays around the drawing if they do not say who."""
        return cls(name, DrawOptions.of(**{"arrangement": Arrangement.SOLO, **options}))


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPiece:
    """A score, the canvas that it plays and the seconds that reading and writing took."""

    canvas: Canvas
    score: Score
    seconds: float


def settings() -> list[Setting]:
    """The engines, and the strength slider of those that have one."""
    rows = [Setting.of("naive", engine=Engine.NAIVE), Setting.of("chords", engine=Engine.CHORDS)]
    rows += [
        Setting.of(f"{engine} {strength}", engine=engine, strength=strength)
        for engine in (
            *(Engine.POINTER, Engine.GAN, Engine.DIFFUSION, Engine.VAE, Engine.COLUMNS),
            *(Engine.MOSAIC, Engine.GUIDED),
        )
        for strength in STRENGTHS
        if engine is not Engine.POINTER or strength in (50, 100)
    ]
    rows.append(Setting.of("guided 50, accompanied", accompaniment=True))
    rows += [
        Setting.of(f"guided 50, {one}", arrangement=one)
        for one in Arrangement
        if one is not Arrangement.SOLO
    ]
    rows.append(Setting.of("guided 50, game", style=Style.GAME, arrangement=Arrangement.AUTO))
    return rows


def ablations() -> list[Setting]:
    """What the default is worth: fewer and more candidates, and that they compete by the bar."""
    counts = [1, 4, 16]
    rows = [Setting.of(f"guided 50, {count} candidates", candidates=count) for count in counts]
    alone = Setting.of("guided 50, not resampled")
    return [*rows, replace(alone, resample=False)]


def free_music(count: int, bars: int) -> list[Score]:
    """What the model writes that no picture guides, performed like everything else.

    Raises:
        ModelError: the model's weights cannot be read.
    """
    from mididraw.models.catalogue import load_model
    from mididraw.models.compose import ComposeOptions, compose

    default = DrawOptions()
    pop = PROMPTS[Source.POP]
    silent = replace(pop, tracks=tuple(replace(part, notes=()) for part in pop.tracks), chords=())
    keys = [Key(tonic, mode) for mode in Mode for tonic in range(PITCH_CLASSES)]
    pieces: list[Score] = []
    while len(pieces) < count:
        seed = len(pieces) + 1
        asked = [replace(silent, key=key) for key in keys[: count - len(pieces)]]
        options = ComposeOptions(bars, seed, default.temperature, default.top_p)
        pieces += compose(load_model(), [(one, Source.POP) for one in asked], options)
    return [replace(piece, performed=True) for piece in pieces]


def drawings(path: Path, count: int) -> list[list[Stroke]]:
    """The first drawings of a QuickDraw file, of different categories.

    Raises:
        OptionError: the file cannot be read.
    """
    return list(islice(read_quickdraw(path), count))


def play(
    setting: Setting,
    strokes: Sequence[list[Stroke]],
    progress: Callable[[int], None],
    processes: int | None = None,
) -> list[DrawnPiece]:
    """Let an engine play every drawing; seeds are 1, 2, … Drawings that are refused are left out.

    Args:
        setting: what is asked for.
        strokes: the drawings.
        progress: is called with how many are done.
        processes: at work side by side, each on one core; None for one a core.
    """
    pieces = []
    # A fresh interpreter: PyTorch's threads do not survive a fork.
    with ProcessPoolExecutor(
        processes or os.cpu_count(), get_context("spawn"), initializer=_one_core
    ) as pool:
        work = partial(_play_one, setting)
        for done, piece in enumerate(pool.map(work, range(1, len(strokes) + 1), strokes), 1):
            if piece is not None:
                pieces.append(piece)
            progress(done)
    return pieces


def _one_core() -> None:
    # PyTorch reads it where it is imported, which most engines do without.
    os.environ["OMP_NUM_THREADS"] = "1"


def _play_one(setting: Setting, seed: int, strokes: list[Stroke]) -> DrawnPiece | None:
    start = perf_counter()
    try:
        asked = setting.options.model_copy(update={"seed": seed})
        request = prepare_request([paint(strokes)], asked)
    except PictureError:
        return None
    score = write_score(request) if setting.resample else _without_resampling(request)
    return DrawnPiece(request.canvas, score, perf_counter() - start)


def _without_resampling(request: ScoreRequest) -> Score:
    from mididraw.engines.guided import guided

    return guided(request, resample=False)

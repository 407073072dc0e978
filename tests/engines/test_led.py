"""What the engines that ink leads have in common: strength, seeds, notes apart."""

import numpy as np
import pytest
from PIL import Image

from mididraw.canvas import Canvas
from mididraw.draw import prepare_request, write_score
from mididraw.match import match
from mididraw.options import DrawOptions
from mididraw.score import Score, roll


def play(
    engine: str, picture: Image.Image, seed: int = 1, **options: object
) -> tuple[Canvas, Score]:
    asked = DrawOptions.of(engine=engine, arrangement="solo", seed=seed, **options)
    request = prepare_request([picture], asked)
    return request.canvas, write_score(request)


@pytest.mark.parametrize(
    ("engine", "count", "bars", "free", "led"),
    [
        ("columns", 6, None, 0.4, 0.9),
        ("diffusion", 2, 6, 0.4, 0.86),
        ("gan", 4, None, 0.45, 0.86),
        ("vae", 6, None, 0.4, 0.86),
    ],
)
def test_strength_goes_from_free_music_to_the_outline(
    engine: str, count: int, bars: int | None, free: float, led: float, quickdraw: list[Image.Image]
) -> None:
    f1 = [
        np.mean(
            [
                match(*play(engine, picture, strength=strength, bars=bars)).f1
                for picture in quickdraw[:count]
            ]
        )
        for strength in (0, 50, 100)
    ]
    assert f1[0] < free
    assert led < f1[1] < f1[2]


@pytest.mark.parametrize(
    ("engine", "bars"), [("columns", None), ("diffusion", 3), ("gan", None), ("vae", None)]
)
def test_the_same_seed_gives_the_same_piece_and_another_another(
    engine: str, bars: int | None, quickdraw: list[Image.Image]
) -> None:
    canvas, score = play(engine, quickdraw[0], bars=bars)
    assert bars is None or canvas.bars == bars, "shorter than the network's window"
    again, another = (play(engine, quickdraw[0], seed, bars=bars)[1] for seed in (1, 2))
    assert score == again != another
    sounding = roll(score.drawing.notes, canvas.steps) > 0
    assert sounding.sum() == sum(note.duration for note in score.drawing.notes)
    assert not (sounding[1:] & sounding[:-1]).any(), "semitones sound together"

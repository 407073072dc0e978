"""Music column by column by a small recurrent model."""

import numpy as np
import pytest
from PIL import Image

from mididraw.canvas import Canvas
from mididraw.draw import prepare_request
from mididraw.engines.columns import columns
from mididraw.harmony import Chord, Key
from mididraw.measure import match
from mididraw.models.columns.features import FEATURES, KEYS, harmony, seen
from mididraw.models.columns.model import WEIGHTS, Columns
from mididraw.options import DrawOptions
from mididraw.score import Score, roll
from mididraw.training.bar_networks import read_into
from mididraw.training.columns import ColumnsNetwork


def play(picture: Image.Image, seed: int = 1, **options: object) -> tuple[Canvas, Score]:
    asked = DrawOptions.of(engine="columns", arrangement="solo", seed=seed, **options)
    work = prepare_request([picture], asked)
    return work.canvas, columns(work)


def test_strength_goes_from_free_music_to_the_outline(quickdraw: list[Image.Image]) -> None:
    f1 = [
        np.mean([match(*play(picture, strength=strength)).f1 for picture in quickdraw[:6]])
        for strength in (0, 50, 100)
    ]
    assert f1[0] < 0.4
    assert 0.9 < f1[1] < f1[2]


def test_the_same_seed_gives_the_same_piece_and_another_another(
    quickdraw: list[Image.Image],
) -> None:
    canvas, score = play(quickdraw[0])
    assert score == play(quickdraw[0])[1] != play(quickdraw[0], 2)[1]
    sounding = roll(score.drawing.notes, canvas.steps) > 0
    assert sounding.sum() == sum(note.duration for note in score.drawing.notes)
    assert not (sounding[1:] & sounding[:-1]).any(), "semitones sound together"


def test_the_model_is_the_network_that_was_trained() -> None:
    import torch

    assert WEIGHTS.stat().st_size < 5e6
    network = ColumnsNetwork()
    read_into(network, WEIGHTS)
    played = np.random.default_rng(1).integers(0, 3, (20, KEYS)).astype(np.uint8)
    features = seen(played, np.stack([harmony(Chord(7), Key(0))] * 20))
    assert features.shape == (20, KEYS, FEATURES)
    with torch.no_grad():
        wanted = network(torch.from_numpy(features)[None])[0].log_softmax(-1).numpy()
    model = Columns()
    for row, expected in zip(features, wanted, strict=True):
        assert model.step(row) == pytest.approx(expected, abs=1e-3)

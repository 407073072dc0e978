"""Music by a diffusion model that sees the drawing as a sketch."""

import numpy as np
import pytest
from PIL import Image

from mididraw.draw import prepare_request
from mididraw.engines.diffusion import View, roll_noise
from mididraw.engines.plan import plan_piece
from mididraw.harmony import Chord, Key
from mididraw.models.condition import harmonies
from mididraw.models.diffusion.model import (
    STEPS,
    WEIGHTS,
    as_roll,
    conditioning,
    denoise,
    embed,
    roll_of,
    signal,
)
from mididraw.options import DrawOptions
from mididraw.score import STEPS_PER_BAR


@pytest.mark.parametrize(("bars", "windows"), [(2, 1), (4, 1), (5, 2), (8, 3), (9, 4)])
def test_windows_cover_the_piece_and_agree_where_they_overlap(
    quickdraw: list[Image.Image], bars: int, windows: int
) -> None:
    asked = DrawOptions.of(engine="diffusion", bars=bars, seed=1)
    canvas = prepare_request([quickdraw[0]], asked).canvas
    view = View(canvas, plan_piece(canvas, asked, 1))
    steps = view.bars * STEPS_PER_BAR
    place = np.broadcast_to(np.arange(steps, dtype=np.float32), (2, 88, steps))

    def model(rolls: np.ndarray, ink: np.ndarray, harmony: np.ndarray) -> np.ndarray:
        assert rolls.shape == (windows, 2, 88, STEPS)
        assert harmony.shape == (windows, 5, 88, STEPS)
        assert ink.shape == (windows, 88, STEPS)
        return np.repeat(rolls[:, :1], 3, axis=1)

    assert (view.over_windows(np.asarray(place), model) == np.arange(steps)).all()


def test_noise_returns_every_four_bars_and_is_as_large_as_it_should_be() -> None:
    noise = roll_noise(8, np.random.default_rng(1)).reshape(2, 88, 8, 16)
    assert noise.std() == pytest.approx(1, abs=0.02)
    alike = np.corrcoef(noise[:, :, 0].ravel(), noise[:, :, 4].ravel())[0, 1]
    other = np.corrcoef(noise[:, :, 0].ravel(), noise[:, :, 1].ravel())[0, 1]
    assert alike == pytest.approx(0.8, abs=0.05)
    assert abs(other) < 0.1


def test_a_roll_of_certain_chances_is_that_of_the_notes() -> None:
    states = np.random.default_rng(1).integers(0, 3, (2, 88, 16)).astype(np.uint8)
    chances = np.stack([states == state for state in range(3)], axis=1).astype(np.float32)
    assert (as_roll(chances) == roll_of(states)).all()
    assert signal(0) == (1, 0)
    assert signal(1) == pytest.approx((0, 1))


def test_the_model_is_the_network_that_was_trained() -> None:
    import torch

    from mididraw.training.bar_networks import read_into
    from mididraw.training.diffusion import Denoiser

    assert WEIGHTS.stat().st_size < 5e6
    network = Denoiser()
    read_into(network, WEIGHTS)
    random = np.random.default_rng(1)
    noisy = random.standard_normal((2, 2, 88, STEPS), np.float32)
    level = np.array([0.3, 0.8], np.float32)
    harmony = np.stack([harmonies([Chord(r)] * 4, Key(0)) for r in (0, 7)])
    ink = (random.random((2, 88, STEPS)) < 0.1).astype(np.float32)
    around = conditioning(harmony, ink, np.array([1, 0], np.float32))
    with torch.no_grad():
        given = (torch.from_numpy(one) for one in (noisy, embed(level), *around))
        wanted = network(*given).log_softmax(1).numpy()
    assert denoise(noisy, level, *around) == pytest.approx(wanted, abs=2e-3)

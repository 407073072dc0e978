"""Music in one step by a generator that two judges taught."""

import numpy as np
import pytest
import torch

from mididraw.engines.diffusion import denoiser
from mididraw.harmony import Chord, Key
from mididraw.models.condition import harmonies
from mididraw.models.diffusion.model import ROLL, STEPS, conditioning, embed
from mididraw.models.gan.model import NOISE_ALONE, WEIGHTS
from mididraw.models.layers import read_weights
from mididraw.training.bar_networks import read_into
from mididraw.training.diffusion import Denoiser
from mididraw.training.gan import Picture


def test_the_generator_is_the_network_that_was_trained() -> None:
    assert WEIGHTS.stat().st_size < 5e6
    network = Denoiser()
    read_into(network, WEIGHTS)
    random = np.random.default_rng(1)
    noise = random.standard_normal((2, ROLL, 88, STEPS), np.float32)
    harmony = np.stack([harmonies([Chord(r)] * 4, Key(0)) for r in (0, 7)])
    ink = (random.random((2, 88, STEPS)) < 0.1).astype(np.float32)
    level = torch.from_numpy(embed(np.full(2, NOISE_ALONE, np.float32)))
    around = (torch.from_numpy(one) for one in conditioning(harmony, ink, np.ones(2, np.float32)))
    with torch.no_grad():
        wanted = network(torch.from_numpy(noise), level, *around).softmax(1).numpy()
    found = denoiser(NOISE_ALONE, 1.0, read_weights(WEIGHTS))(noise, ink, harmony)
    assert found == pytest.approx(wanted, abs=2e-3)


def test_the_second_judge_sees_the_ink() -> None:
    torch.manual_seed(1)
    judge = Picture()
    music = (torch.rand(2, ROLL, 88, STEPS) < 0.05).float()
    harmony = torch.zeros(2, 5, 88, STEPS)
    ink = (torch.rand(2, 1, 88, STEPS) < 0.05).float()
    judged = judge(music, ink, harmony)
    assert judged.shape == (2,)
    assert (judged != judge(music, torch.zeros_like(ink), harmony)).all()

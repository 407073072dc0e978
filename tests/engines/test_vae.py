"""Music from latents of bars, and morphs between two drawings."""

import numpy as np
import pytest
from PIL import Image

from mididraw.canvas import Canvas, morph_shares
from mididraw.draw import prepare_request
from mididraw.engines.led import on_keys
from mididraw.engines.vae import slerp, vae
from mididraw.errors import OptionError
from mididraw.harmony import Chord, Key
from mididraw.match import match
from mididraw.models.condition import harmonies
from mididraw.models.vae.model import SEEN, WEIGHTS, decode, encode
from mididraw.options import DrawOptions, Engine
from mididraw.score import Score, roll


def play(pictures: list[Image.Image], seed: int = 1, **options: object) -> tuple[Canvas, Score]:
    asked = DrawOptions.of(arrangement="solo", seed=seed, **{"engine": "vae", **options})
    work = prepare_request(pictures, asked)
    return work.canvas, vae(work)


def test_a_morph_begins_as_the_first_drawing_and_ends_as_the_second(
    quickdraw: list[Image.Image],
) -> None:
    canvas, score = play(quickdraw[:2], morph=True)
    assert canvas.bars == max(play([one])[0].bars for one in quickdraw[:2])
    third = canvas.steps // 4
    first, second = canvas.layers
    assert (canvas.ink[:, :third] == first[:, :third]).all()
    assert (canvas.ink[:, -third:] == second[:, -third:]).all()
    assert match(canvas, score).f1 > 0.86
    notes = np.repeat(roll(score.drawing.notes, canvas.steps)[None] > 0, 2, axis=0)
    assert notes.any()
    # Which drawing comes first matters.
    assert score != play(quickdraw[1::-1], morph=True)[1]


def test_what_is_left_of_a_morphs_drawings_is_what_is_shown_of_them(
    quickdraw: list[Image.Image],
) -> None:
    canvas, _ = play(quickdraw[:2], morph=True)
    whole = [play([one], bars=canvas.bars)[0] for one in quickdraw[:2]]
    for place, own in zip(canvas.placements, whole, strict=True):
        assert 0 < place.area.sum() < own.placements[0].area.sum()
    assert all(canvas.ink[part[:, 0], part[:, 1]].all() for part in canvas.parts)
    middle = np.s_[:, canvas.steps // 2]
    assert canvas.weight[middle].max(initial=0) <= max(
        own.weight[middle].max(initial=0) for own in whole
    )
    assert on_keys(canvas, canvas.ink).sum() == canvas.ink.sum()


def test_a_morph_needs_two_pictures_and_the_engine_that_can(quickdraw: list[Image.Image]) -> None:
    assert DrawOptions.of(morph=True).engine is Engine.VAE
    assert DrawOptions.of(morph=True).morph
    with pytest.raises(OptionError, match="guided engine cannot morph: use the vae engine"):
        DrawOptions.of(morph=True, engine="guided")
    for count in (1, 3):
        with pytest.raises(OptionError, match=f"give two, not {count}"):
            prepare_request(quickdraw[:count], DrawOptions.of(morph=True))


def test_a_morphs_shares_go_from_nothing_to_all() -> None:
    shares = morph_shares(64)
    assert (shares[0], shares[-1]) == (0, 1)
    assert (np.diff(shares) >= 0).all()
    one, other = np.random.default_rng(1).normal(size=(2, 3, 48)).astype(np.float32)
    assert slerp(one, other, np.zeros(3, np.float32)) == pytest.approx(one, abs=1e-4)
    assert slerp(one, other, np.ones(3, np.float32)) == pytest.approx(other, abs=1e-4)


def test_the_model_is_the_network_that_was_trained() -> None:
    import torch

    from mididraw.models.layers import read_weights
    from mididraw.training.bar_networks import read_into
    from mididraw.training.vae import Vae

    assert WEIGHTS.stat().st_size < 5e6
    network, weights = Vae(), read_weights(WEIGHTS)
    read_into(network, WEIGHTS)
    random = np.random.default_rng(1)
    seen = (random.random((3, SEEN, 88, 16)) < 0.1).astype(np.float32)
    harmony = np.stack([harmonies([Chord(root)], Key(0)) for root in (0, 5, 7)])
    with torch.no_grad():
        mean, log_variance = network.encode(torch.from_numpy(seen), torch.from_numpy(harmony))
        logits = network.decode(mean, torch.from_numpy(harmony)).log_softmax(1)
    found, spread = encode(seen, harmony, weights)
    assert found == pytest.approx(mean.numpy(), abs=1e-3)
    assert spread == pytest.approx((0.5 * log_variance).exp().numpy(), abs=1e-3)
    assert decode(found, harmony) == pytest.approx(logits.numpy(), abs=2e-2)

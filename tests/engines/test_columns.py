"""Music column by column by a small recurrent model."""

import numpy as np
import pytest

from mididraw.harmony import Chord, Key
from mididraw.models.columns.features import FEATURES, KEYS, harmony, seen
from mididraw.models.columns.model import WEIGHTS, Columns
from mididraw.training.bar_networks import read_into
from mididraw.training.columns import ColumnsNetwork


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

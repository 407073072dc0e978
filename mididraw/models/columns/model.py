"""The model itself, in NumPy: a gated recurrent unit for every key, all with the same weights."""

from pathlib import Path

import numpy as np

from mididraw.arrays import Floats
from mididraw.models.columns.features import KEYS
from mididraw.models.layers import linear, log_softmax, read_weights

WEIGHTS = Path(__file__).with_name("weights.safetensors")
WIDTH = 40


class Columns:
    """One piece while it is written."""

    def __init__(self) -> None:
        self._w = read_weights(WEIGHTS)
        self._hidden = np.zeros((KEYS, WIDTH), np.float32)

    def step(self, features: Floats) -> Floats:
        """Logarithms of the chances of each key to be silent, held or struck, ``[88, 3]``.

        Args:
            features: see :func:`mididraw.models.columns.features.seen`, ``float32[88, FEATURES]``.
        """
        w, hidden = self._w, self._hidden
        into = np.maximum(linear(features, w, "into"), 0)
        own = into @ w["cell.weight_ih_l0"].T + w["cell.bias_ih_l0"]
        last = hidden @ w["cell.weight_hh_l0"].T + w["cell.bias_hh_l0"]
        reset, keep = (
            1 / (1 + np.exp(-(own[:, part] + last[:, part])))
            for part in (np.s_[:WIDTH], np.s_[WIDTH : 2 * WIDTH])
        )
        new = np.tanh(own[:, 2 * WIDTH :] + reset * last[:, 2 * WIDTH :])
        self._hidden = (1 - keep) * new + keep * hidden
        return log_softmax(linear(self._hidden, w, "out"), axis=1)

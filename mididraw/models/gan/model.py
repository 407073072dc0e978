"""The generator as it is used: the denoiser's network, in one step from nothing but noise."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mididraw.models.diffusion.model import denoise, told
from mididraw.models.layers import Weights, read_weights

WEIGHTS = Path(__file__).with_name("weights.safetensors")
NOISE_ALONE = 1.0
"""The level that the network is told."""

Floats = NDArray[np.float32]


def generate(noise: Floats, ink: Floats, harmony: Floats, w: Weights | None = None) -> Floats:
    """Logarithms of the chances of each key to be silent, held or struck.

    Args:
        noise: ``float32[n, 2, 88, 64]``, of deviation 1.
        ink: ``float32[n, 88, 64]``.
        harmony: ``float32[n, 5, 88, 64]``.
        w: the weights; those that are shipped if not given.

    Returns:
        ``float32[n, 3, 88, 64]``.
    """
    n = len(noise)
    sketch, around = told(harmony, ink, np.ones(n, np.float32))
    level = np.full(n, NOISE_ALONE, np.float32)
    return denoise(noise, level, sketch, around, read_weights(WEIGHTS) if w is None else w)

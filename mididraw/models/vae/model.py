"""The autoencoder as it is used, in NumPy; :mod:`mididraw.training.vae` has it for training."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Floats
from mididraw.models.columns.features import KEYS
from mididraw.models.condition import places
from mididraw.models.layers import (
    Weights,
    convolve,
    group_norm,
    linear,
    log_softmax,
    pixel_shuffle,
    read_weights,
    shrink,
    silu,
)
from mididraw.score import STEPS_PER_BAR

WEIGHTS = Path(__file__).with_name("weights.safetensors")
LATENT = 48
"""Numbers that a bar becomes."""
SEEN = 3
"""Planes of what is encoded: where notes are struck, where they are held, where there is ink."""
ENCODER, DECODER = (24, 48, 64), (64, 48, 32, 24, 32)
"""Channels after each convolution."""
GROUPS = 4
COARSE = (KEYS // 8, STEPS_PER_BAR // 8)


def encode_ink(ink: NDArray[np.bool_], harmony: Floats) -> tuple[Floats, Floats]:
    """Mean and spread of the latents that bars of ink may stand for.

    Args:
        ink: ``bool[bars, 88, 16]``.
        harmony: ``float32[bars, 5, 88, 16]``.

    Returns:
        ``float32[bars, 48]`` twice.
    """
    seen = np.zeros((len(ink), SEEN, KEYS, STEPS_PER_BAR), np.float32)
    seen[:, 2] = ink
    return encode(seen, harmony, read_weights(WEIGHTS))


def encode(seen: Floats, harmony: Floats, w: Weights) -> tuple[Floats, Floats]:
    """Mean and spread of latents, ``float32[bars, 48]`` each, of planes and harmony."""
    x = np.concatenate([seen, harmony], axis=1)
    for place in range(len(ENCODER)):
        x = convolve(x, w, f"encoder.{place}", stride=2)
        x = silu(group_norm(x, w, f"encoder_norm.{place}", GROUPS))
    mean, log_variance = np.split(linear(x.reshape(len(x), -1), w, "latent"), 2, axis=1)
    return mean, np.exp(0.5 * log_variance)


def decode(latent: Floats, harmony: Floats, w: Weights | None = None) -> Floats:
    """Logarithms of the chances of each key to be silent, held or struck.

    Args:
        latent: ``float32[bars, 48]``.
        harmony: ``float32[bars, 5, 88, 16]``.
        w: the weights; those that are shipped if not given.

    Returns:
        ``float32[bars, 3, 88, 16]``.
    """
    w = read_weights(WEIGHTS) if w is None else w
    x = silu(linear(latent, w, "coarse")).reshape(len(latent), DECODER[0], *COARSE)
    for place, times in enumerate((8, 4, 2)):
        x = np.concatenate([x, shrink(harmony, times)], axis=1)
        x = pixel_shuffle(convolve(x, w, f"decoder.{place}"))
        x = silu(group_norm(x, w, f"decoder_norm.{place}", GROUPS))
    where = places(STEPS_PER_BAR)[None].repeat(len(x), axis=0)
    x = np.concatenate([x, harmony, where], axis=1)
    x = silu(group_norm(convolve(x, w, "decoder.3"), w, "decoder_norm.3", GROUPS))
    return log_softmax(convolve(x, w, "out"), axis=1)

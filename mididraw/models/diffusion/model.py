"""The denoiser as it is used, in NumPy; :mod:`mididraw.training.diffusion` has it for training."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Floats
from mididraw.models.columns.features import HELD, KEYS, SILENT, STRUCK
from mididraw.models.layers import (
    Weights,
    convolve,
    enlarge,
    group_norm,
    linear,
    log_softmax,
    pixel_shuffle,
    pixel_unshuffle,
    read_weights,
    silu,
)
from mididraw.score import STEPS_PER_BAR, STEPS_PER_BEAT

WEIGHTS = Path(__file__).with_name("weights.safetensors")
BARS = 4
"""Length of a window."""
STEPS = BARS * STEPS_PER_BAR
PATCH = (2, STEPS_PER_BEAT)
"""Two keys over a beat are one place of the network's."""
CHANNELS = (48, 96, 128)
"""At full, half and a quarter of the places either way."""
LEVELS, EMBEDDED, GROUPS = 32, 96, 8
ROLL = 2
"""Planes of a roll: where notes are struck and where they sound, 1 or -1."""
INPUT = (ROLL + 1) * PATCH[0] * PATCH[1] + 5 * PATCH[0] + 4 + 1


def signal(level: float) -> tuple[float, float]:
    """How much of the roll and of noise there is at a level from 0 to 1 (Nichol, Dhariwal 2021)."""
    angle = 0.5 * np.pi * level
    return float(np.cos(angle)), float(np.sin(angle))


def embed(level: Floats) -> Floats:
    """Levels as waves, ``float32[n, 32]`` of ``float32[n]``."""
    waves = np.exp(np.linspace(0, np.log(200), LEVELS // 2)).astype(np.float32)
    angles = level[:, None] * waves
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


def as_roll(chances: Floats) -> Floats:
    """The roll that is expected of chances ``float32[n, 3, 88, steps]``, ``[n, 2, 88, steps]``."""
    return np.asarray(2 * np.stack([chances[:, STRUCK], 1 - chances[:, SILENT]], axis=1) - 1)


def roll_of(states: NDArray[np.uint8]) -> Floats:
    """The roll of what each key does, ``uint8[n, 88, steps]`` → ``float32[n, 2, 88, steps]``."""
    planes = np.stack([states == STRUCK, states >= HELD], axis=1)
    return np.asarray(2 * planes.astype(np.float32) - 1)


def conditioning(harmony: Floats, sketch: Floats, drawn: Floats) -> tuple[Floats, Floats]:
    """What the denoiser is told at every level: the sketch, and the rest as places.

    Args:
        harmony: ``float32[n, 5, 88, steps]``.
        sketch: ink, ``float32[n, 88, steps]``.
        drawn: 1 where there is a sketch, 0 where it is kept back, ``float32[n]``.

    Returns:
        the sketch, ``float32[n, 1, 88, steps]``, and ``float32[n, 15, 44, steps / 4]``.
    """
    n, _, _, steps = harmony.shape
    by_beat = pixel_unshuffle(harmony[:, :, :, :: PATCH[1]], PATCH[0], 1)
    rows, beats = KEYS // PATCH[0], steps // PATCH[1]
    beat = np.eye(4, dtype=np.float32)[np.arange(beats) % 4].T
    planes = [
        by_beat,
        np.broadcast_to(beat[None, :, None], (n, 4, rows, beats)),
        np.broadcast_to(drawn[:, None, None, None], (n, 1, rows, beats)),
    ]
    shown = sketch * drawn[:, None, None]
    return shown[:, None], np.concatenate(planes, axis=1).astype(np.float32)


def denoise(
    roll: Floats, level: Floats, sketch: Floats, around: Floats, w: Weights | None = None
) -> Floats:
    """Logarithms of the chances of each key to be silent, held or struck, under the noise.

    Args:
        roll: with noise, ``float32[n, 2, 88, steps]``.
        level: of the noise, ``float32[n]`` from 0 to 1.
        sketch: see :func:`conditioning`.
        around: the same.
        w: the weights; those that are shipped if not given.

    Returns:
        ``float32[n, 3, 88, steps]``.
    """
    w = read_weights(WEIGHTS) if w is None else w
    e = silu(linear(embed(level), w, "level"))
    seen = pixel_unshuffle(np.concatenate([roll, sketch], axis=1), *PATCH)
    x = convolve(np.concatenate([seen, around], axis=1), w, "into")
    whole = _block(x, e, w, "down.0")
    half = _block(convolve(whole, w, "shrink.0", stride=2), e, w, "down.1")
    x = _block(convolve(half, w, "shrink.1", stride=2), e, w, "middle")
    x = convolve(enlarge(x), w, "grow.1")
    x = _block(np.concatenate([x, half], axis=1), e, w, "up.1")
    x = convolve(enlarge(x), w, "grow.0")
    x = _block(np.concatenate([x, whole], axis=1), e, w, "up.0")
    x = convolve(silu(group_norm(x, w, "norm", GROUPS)), w, "out")
    return log_softmax(pixel_shuffle(x, *PATCH), axis=1)


def _block(x: Floats, e: Floats, w: Weights, name: str) -> Floats:
    """Two convolutions beside a way past them (He et al. 2016), told the level in between."""
    y = convolve(silu(group_norm(x, w, f"{name}.before", GROUPS)), w, f"{name}.one")
    scale, shift = np.split(linear(e, w, f"{name}.level")[:, :, None, None], 2, axis=1)
    y = silu(group_norm(y, w, f"{name}.between", GROUPS) * (1 + scale) + shift)
    y = convolve(np.asarray(y), w, f"{name}.two")
    past = convolve(x, w, f"{name}.past") if f"{name}.past.weight" in w else x
    return np.asarray(past + y)

"""Layers of small convolutional networks in NumPy, so that drawing needs no PyTorch.

Arrays are ``float32[n, channels, keys, steps]``; each function gives what PyTorch's of the same
name gives.
"""

from functools import cache
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from mididraw.arrays import Floats
from mididraw.errors import unread

Weights = dict[str, Floats]


@cache
def read_weights(path: Path) -> Weights:
    """Read a file of weights in half precision.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        return {name: value.astype(np.float32) for name, value in load_file(path).items()}
    except (OSError, SafetensorError) as error:
        raise unread(path) from error


def convolve(x: Floats, w: Weights, name: str, stride: int = 1) -> Floats:
    """Convolve with the layer of that name, padded so that a stride of 1 keeps the size."""
    weight = w[f"{name}.weight"]
    out, _, high, wide = weight.shape
    n, channels, rows, steps = x.shape
    # A row more below, so that a shifted window never ends outside.
    edges = [(0, 0), (0, 0), (high // 2, high // 2 + 1), (wide // 2, wide // 2)]
    padded = np.pad(x, edges)
    across = padded.shape[3]
    if stride == 1:
        # What a cell of the kernel sees is the flat array moved on: no copy is made.
        flat = padded.reshape(n, channels, -1)
        cells = rows * across
        found = np.zeros((n, out, cells), np.float32)
        for row in range(high):
            for step in range(wide):
                start = row * across + step
                found += weight[:, :, row, step] @ flat[:, :, start : start + cells]
        found = found.reshape(n, out, rows, across)[:, :, :, :steps]
        return np.asarray(found + w[f"{name}.bias"][:, None, None])
    down, right = -(-rows // stride), -(-steps // stride)
    seen = np.empty((n, channels, high, wide, down, right), np.float32)
    for row in range(high):
        for step in range(wide):
            window = padded[:, :, row : row + rows : stride, step : step + steps : stride]
            seen[:, :, row, step] = window
    columns = seen.reshape(n, channels * high * wide, down * right)
    found = weight.reshape(out, -1) @ columns + w[f"{name}.bias"][:, None]
    return np.asarray(found.reshape(n, out, down, right))


def linear(x: Floats, w: Weights, name: str) -> Floats:
    """The layer of that name on ``float32[n, features]``."""
    return np.asarray(x @ w[f"{name}.weight"].T + w[f"{name}.bias"])


def silu(x: Floats) -> Floats:
    """The sigmoid linear unit (Elfwing et al. 2018)."""
    return np.asarray(x / (1 + np.exp(-x)))


def pixel_shuffle(x: Floats, high: int = 2, wide: int = 2) -> Floats:
    """So many channels become one of that many times the size (Shi et al. 2016)."""
    n, channels, rows, steps = x.shape
    own = channels // (high * wide)
    parts = x.reshape(n, own, high, wide, rows, steps).transpose(0, 1, 4, 2, 5, 3)
    return parts.reshape(n, own, high * rows, wide * steps)


def pixel_unshuffle(x: Floats, high: int = 2, wide: int = 2) -> Floats:
    """What :func:`pixel_shuffle` undoes."""
    n, channels, rows, steps = x.shape
    parts = x.reshape(n, channels, rows // high, high, steps // wide, wide)
    return parts.transpose(0, 1, 3, 5, 2, 4).reshape(n, -1, rows // high, steps // wide)


def enlarge(x: Floats) -> Floats:
    """Every cell becomes four."""
    return x.repeat(2, axis=2).repeat(2, axis=3)


def shrink(x: Floats, times: int) -> Floats:
    """Means of squares of so many cells."""
    n, channels, rows, steps = x.shape
    parts = x.reshape(n, channels, rows // times, times, steps // times, times)
    return np.asarray(parts.mean(axis=(3, 5)))


def group_norm(x: Floats, w: Weights, name: str, groups: int) -> Floats:
    """Each group of channels with mean 0 and deviation 1 (Wu and He 2018), then as learned."""
    n, channels, rows, steps = x.shape
    parts = x.reshape(n, groups, -1)
    parts = parts - parts.mean(axis=2, keepdims=True)
    parts /= np.sqrt((parts**2).mean(axis=2, keepdims=True) + 1e-5)
    weight, bias = w[f"{name}.weight"], w[f"{name}.bias"]
    whole = parts.reshape(n, channels, rows, steps)
    return np.asarray(whole * weight[:, None, None] + bias[:, None, None])


def log_softmax(x: Floats, axis: int) -> Floats:
    """Logarithms of chances that add up to 1 along an axis."""
    top = x - x.max(axis=axis, keepdims=True)
    return np.asarray(top - np.log(np.exp(top).sum(axis=axis, keepdims=True)))

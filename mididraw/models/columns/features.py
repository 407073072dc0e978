"""What the model of columns sees of each key before it writes a column."""

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Floats
from mididraw.harmony import PITCH_CLASSES, Chord, Key
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR

KEYS = HIGHEST_KEY - LOWEST_KEY + 1
AROUND = 12
"""Semitones up and down of a key at which the last column is seen."""
FEATURES = 2 * (2 * AROUND + 1) + 5 + STEPS_PER_BAR
SILENT, HELD, STRUCK = range(3)
"""What a key does in a column."""


def harmony(chord: Chord | None, key: Key) -> Floats:
    """Whether each key is a chord tone, its root, in the scale; and its height, ``[88, 5]``."""
    pitches = np.arange(LOWEST_KEY, HIGHEST_KEY + 1)
    classes = pitches % PITCH_CLASSES
    tones = sorted(chord.tones) if chord else []
    root = chord.root if chord else -1
    height = (pitches - 64) / 24
    columns = [
        np.isin(classes, tones),
        classes == root,
        np.isin(classes, sorted(key.scale)),
        height,
        height**2,
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def seen(columns: NDArray[np.uint8], harmonies: Floats) -> Floats:
    """What is seen before each column: the last one around each key, harmony, place in the bar.

    Args:
        columns: what each key does in the columns before, ``uint8[..., steps, 88]``; the first of
            them is that before the bar begins.
        harmonies: of each column, ``float32[..., steps, 88, 5]``.

    Returns:
        ``float32[..., steps, 88, FEATURES]``.
    """
    both = np.stack([columns == STRUCK, columns == HELD], axis=-1).astype(np.float32)
    edge = [(0, 0)] * (both.ndim - 2) + [(AROUND, AROUND), (0, 0)]
    window = np.lib.stride_tricks.sliding_window_view(np.pad(both, edge), 2 * AROUND + 1, axis=-2)
    around = window.reshape(*columns.shape, -1)
    steps = columns.shape[-2]
    place = np.eye(STEPS_PER_BAR, dtype=np.float32)[np.arange(steps) % STEPS_PER_BAR]
    places = np.broadcast_to(place[:, None], (*columns.shape, STEPS_PER_BAR))
    return np.concatenate([around, harmonies, places], axis=-1)

"""What networks of bars are told beside the notes: harmony and place, as planes."""

from collections.abc import Sequence

import numpy as np

from mididraw.arrays import Floats
from mididraw.harmony import Chord, Key
from mididraw.models.columns.features import KEYS, harmony
from mididraw.score import STEPS_PER_BAR, STEPS_PER_BEAT

HARMONY = 5
"""Planes of harmony: chord tone, root, scale, height and its square."""
PLACES = 8
"""Planes of place: of the step within its beat, and of the beat within its bar."""


def harmonies(chords: Sequence[Chord | None], key: Key, steps: int = STEPS_PER_BAR) -> Floats:
    """Planes of harmony of chords that last so many steps each, ``float32[5, 88, steps]``."""
    found = [harmony(chord, key).T for chord in chords]
    return np.stack(found, axis=2).repeat(steps, axis=2)


def places(steps: int) -> Floats:
    """Planes of place, ``float32[8, 88, steps]``."""
    step = np.arange(steps)
    one_hot = np.eye(4, dtype=np.float32)
    beat = one_hot[step // STEPS_PER_BEAT % 4]
    found = np.concatenate([one_hot[step % STEPS_PER_BEAT], beat], axis=1)
    return np.broadcast_to(found.T[:, None], (PLACES, KEYS, steps))

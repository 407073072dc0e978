"""What may sound together: not too much, and no semitones at once."""

import numpy as np

from mididraw.arrays import Bools, Floats, Ints
from mididraw.engines.guidance.coverage import KEYS
from mididraw.engines.guidance.notes import NoteReader
from mididraw.models.decoder import LogitsProcessor

MOST_AT_ONCE = 6
NEVER = 1e4
"""Nats that no picture outweighs; not infinite, since where nothing else is left the piece must
still go on."""
_CLASHES = {0: 4.0, 1: NEVER, 2: 4.0, 6: 1.0, 11: 3.0, 13: 3.0}
"""Nats against a note so many semitones from one that sounds; none is its own key. In real pop one
semitone is hardly ever heard at once, and two are in 2 % of the pairs that sound together."""


class Consonance(LogitsProcessor):
    """Follows until when the keys of each sequence sound; they lie from the highest down.

    A model's own inherits from it and takes the costs off the logits of its tokens.
    """

    def __init__(self, reader: NoteReader, slots: int) -> None:
        """Make room for so many sequences, whose notes the reader tells."""
        self._reader = reader
        self._until = np.zeros((slots, KEYS), np.int64)
        keys = np.arange(KEYS)
        apart = abs(keys[:, None] - keys)
        costs = np.zeros(KEYS, np.float32)
        for interval, cost in _CLASHES.items():
            costs[interval] = cost
        self._costs = costs[apart]

    def begin(self, slots: Ints) -> None:
        """Begin slots in which no note sounds yet."""
        self._until[slots] = 0

    def observe(self, slots: Ints, tokens: Ints) -> None:  # noqa: ARG002 -- the reader's
        """Let the notes sound that are complete."""
        notes = self._reader.completed
        if notes is not None:
            end = np.maximum(self._until[notes.slots, notes.key], notes.step + notes.duration)
            self._until[notes.slots, notes.key] = end

    def cost(self, slots: Ints, step: Ints) -> Floats:
        """Tell what a note on each key costs at ``step``, in nats, ``float32[n, 88]``."""
        sounds = self._until[slots] > step[:, None]
        full = sounds.sum(axis=1, keepdims=True) >= MOST_AT_ONCE
        cost: Floats = sounds.astype(np.float32) @ self._costs
        cost += np.float32(NEVER) * full
        return cost

    def has_room(self, slots: Ints, steps: Ints) -> Bools:
        """Tell at which of ``int64[n, steps]`` a further note may sound, ``bool[n, steps]``."""
        sounding = (self._until[slots][:, None] > steps[:, :, None]).sum(axis=2)
        room: Bools = sounding < MOST_AT_ONCE
        return room

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy what sounds from some slots to others."""
        self._until[target] = self._until[source]

"""What may sound together: not too much, and no semitones at once."""

import torch
from torch import Tensor

from mididraw.engines.guidance.easel import KEYS

MOST_AT_ONCE = 6
NEVER = 1e4
"""Nats that no picture outweighs; not infinite, since where nothing else is left the piece must
still go on."""
_CLASHES = {0: 4.0, 1: NEVER, 2: 4.0, 6: 1.0, 11: 3.0, 13: 3.0}
"""Nats against a note so many semitones from one that sounds; none is its own key. In real pop one
semitone is hardly ever heard at once, and two are in 2 % of the pairs that sound together."""


class Consonance:
    """Until when the keys of each sequence sound; keys lie from the highest down, as tokens do."""

    def __init__(self, batch: int, device: torch.device) -> None:
        self._until = torch.zeros(batch, KEYS, dtype=torch.int64, device=device)
        keys = torch.arange(KEYS)
        apart = (keys[:, None] - keys).abs()
        costs = torch.zeros(KEYS)
        for interval, cost in _CLASHES.items():
            costs[interval] = cost
        self._costs = costs[apart].to(device)

    def clear(self, places: Tensor) -> None:
        """Nothing sounds any more."""
        self._until[places] = 0

    def play(self, places: Tensor, key: Tensor, end: Tensor) -> None:
        """Take note of notes that end at ``end``; all ``int64[n]``."""
        self._until[places, key] = torch.maximum(self._until[places, key], end)

    def penalty(self, places: Tensor, step: Tensor) -> Tensor:
        """Nats to take off the keys at ``step``, ``int64[n]`` → ``float32[n, 88]``."""
        sounds = self._until[places] > step[:, None]
        full = sounds.sum(dim=1, keepdim=True) >= MOST_AT_ONCE
        return sounds.float() @ self._costs + NEVER * full

    def room(self, places: Tensor, steps: Tensor) -> Tensor:
        """Whether a further note may sound, at each of ``int64[n, steps]`` → ``bool[n, steps]``."""
        return (self._until[places][:, None] > steps[:, :, None]).sum(dim=2) < MOST_AT_ONCE

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put the sequences at ``source`` also at ``target``, both ``int64[n]``."""
        self._until[target] = self._until[source]

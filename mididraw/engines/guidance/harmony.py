"""What may sound together: the key's scale, and no semitones at once."""

import torch
from torch import Tensor

from mididraw.harmony import PITCH_CLASSES, Key
from mididraw.models.pocket import vocabulary as v

MOST_AT_ONCE = 6
_NEVER = 1e4
"""Nats that no picture outweighs; not infinite, since where nothing else is left the piece must
still go on."""
_CLASHES = {0: 4.0, 1: _NEVER, 2: 4.0, 6: 1.0, 11: 3.0, 13: 3.0}
"""Nats against a note so many semitones from one that sounds; none is its own key. In real pop one
semitone is hardly ever heard at once, and two are in 2 % of the pairs that sound together."""


def in_scale(key: Key) -> Tensor:
    """Which tokens keep to the key, ``bool[SIZE]``: its chords and pitches, and all others."""
    allowed = torch.ones(v.SIZE, dtype=torch.bool)
    for place, chord in enumerate(v.CHORDS):
        allowed[v.CHORD.first + place] = chord is None or chord.tones <= key.scale
    for token in range(v.PITCH.first, v.PITCH.stop):
        allowed[token] = v.read_pitch(token)[0] % PITCH_CLASSES in key.scale
    return allowed


class Consonance:
    """Until when the keys of each sequence sound; keys lie from the highest down, as tokens do."""

    def __init__(self, batch: int, device: torch.device) -> None:
        self._until = torch.zeros(batch, v.PITCHES, dtype=torch.int64, device=device)
        keys = torch.arange(v.PITCHES)
        apart = (keys[:, None] - keys).abs()
        costs = torch.zeros(v.PITCHES)
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
        return sounds.float() @ self._costs + _NEVER * full

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put the sequences at ``source`` also at ``target``, both ``int64[n]``."""
        self._until[target] = self._until[source]

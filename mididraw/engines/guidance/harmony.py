"""What may sound together: the key's scale, and no semitones at once."""

import torch
from torch import Tensor

from mididraw.harmony import PITCH_CLASSES, Key
from mididraw.models.pocket import vocabulary as v
from mididraw.options import HIGHEST_KEY, LOWEST_KEY

MOST_AT_ONCE = 6
_CLASH = 6.0
"""Nats against a note a semitone from one that sounds, or one too many; not forbidden, since where
nothing else is left the piece must still go on."""


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

    def play(self, places: Tensor, pitch: Tensor, end: Tensor) -> None:
        """Take note of notes that end at ``end``; all ``int64[n]``."""
        key = (HIGHEST_KEY - pitch).clamp(0, HIGHEST_KEY - LOWEST_KEY)
        self._until[places, key] = torch.maximum(self._until[places, key], end)

    def penalty(self, places: Tensor, step: Tensor) -> Tensor:
        """Nats to take off the keys at ``step``, ``int64[n]`` → ``float32[n, 88]``."""
        sounds = self._until[places] > step[:, None]
        beside = torch.zeros_like(sounds)
        beside[:, 1:] |= sounds[:, :-1]
        beside[:, :-1] |= sounds[:, 1:]
        full = sounds.sum(dim=1, keepdim=True) >= MOST_AT_ONCE
        return _CLASH * (beside | full).float()

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put the sequences at ``source`` also at ``target``, both ``int64[n]``."""
        self._until[target] = self._until[source]

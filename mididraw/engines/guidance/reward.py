"""What the target adds to the model: nats for the ink that is played, less for what lies off it."""

import numpy as np

from mididraw.arrays import Floats, Ints
from mididraw.canvas import Canvas
from mididraw.engines.guidance.coverage import InkCoverage
from mididraw.engines.guidance.notes import NoteReader, Notes
from mididraw.models.decoder import LogitsProcessor

EAGER = 0.15
"""How much of the gain of ink counts as soon as a token leads to it; the rest counts when it would
be missed. Without it the model puts strokes off; with all of it, it plays every cell at once."""
HELD = 0.4
"""How much of it counts when a note's duration is chosen, so that notes are held along the ink."""
ASIDE = 0.7
"""Nats that a note of the accompaniment costs, so that it leaves the drawing room."""
_WEAK = 0.1
"""Nats a cell below which an accompaniment costs less and less."""


class PictureReward(LogitsProcessor):
    """Follows how far sequences have played their pictures.

    A model's own reward inherits from it and tells what its tokens gain.
    """

    def __init__(self, reader: NoteReader, slots: int) -> None:
        """Make room for so many sequences, whose notes the reader tells."""
        self.coverage = InkCoverage(slots)
        self.strength = np.zeros(slots, np.float32)
        """Nats a cell."""
        self.accompanied = np.zeros(slots, np.bool_)
        """Whether notes of the backing count only where they lie wholly at ink."""
        self._reader = reader

    def begin(
        self, slots: Ints, canvas: Canvas, strength: float, *, accompany: bool = False
    ) -> None:
        """Give sequences a picture of which nothing is played."""
        self.coverage.lay(slots, canvas)
        self.strength[slots], self.accompanied[slots] = strength, accompany

    def value(self, slots: Ints) -> Floats:
        """Tell the reward of what was drawn, in nats, ``float32[n]``."""
        return self.strength[slots] * self.coverage.match(slots)

    def observe(self, slots: Ints, tokens: Ints) -> None:  # noqa: ARG002 -- the reader's
        """Play the notes that are complete."""
        if self._reader.completed is not None:
            self._play(self._reader.completed)

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the state of some slots to others."""
        self.coverage.fork(source, target)
        for part in (self.strength, self.accompanied):
            part[target] = part[source]

    def release(self, slots: Ints) -> None:
        """Forget the pictures of sequences that have left."""
        self.coverage.release(slots)

    def _play(self, notes: Notes) -> None:
        free = self.accompanied[notes.slots] & notes.backing
        if free.any():
            at_ink = self.coverage.is_key_at_ink(notes.slots, notes.key, notes.step)
            notes = notes.of(~free | at_ink[np.arange(len(at_ink)), notes.duration - 1])
        if len(notes.slots):
            self.coverage.play(notes.slots, notes.key, notes.step, notes.duration)

    def _gains(self, slots: Ints, step: Ints, durations: Ints) -> tuple[Floats, Floats]:
        """Tell what notes on every key from ``step`` on gain, ``float32[n, lengths, keys]``.

        Returns:
            cells of the drawing's notes and of the accompaniment's, which cost :data:`ASIDE`
            beside the ink.
        """
        played, cost = self.coverage.gain_and_cost(slots, step, durations)
        lead = EAGER * played - cost
        accompanied = self.accompanied[slots]
        if not accompanied.any():
            return lead, lead
        at_ink = self.coverage.is_at_ink(slots, step, durations)
        free = np.where(at_ink, np.maximum(lead, 0), np.float32(0))
        aside = ASIDE / self.strength[slots].clip(min=_WEAK)
        free -= aside[:, None, None] * (free == 0)
        return lead, np.where(accompanied[:, None, None], free, lead)

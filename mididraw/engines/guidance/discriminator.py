"""What the discriminator says of the bars that sequences have written, as nats of the target."""

import numpy as np
import torch

from mididraw.arrays import Floats, Ints
from mididraw.canvas import Canvas
from mididraw.engines.guidance.coverage import KEYS
from mididraw.engines.guidance.pocket_grammar import PocketPictureGrammar
from mididraw.models.decoder import LogitsProcessor
from mididraw.models.discriminator import STEPS, Discriminator
from mididraw.score import STEPS_PER_BAR

_BEFORE = STEPS - STEPS_PER_BAR
"""Silent steps before the picture."""
_MOST = 4.0
"""No bar counts for more, so that what is odd in one does not outweigh all others."""


class DiscriminatorReward(LogitsProcessor):
    """Follows the notes of sequences, and judges every bar once it is full."""

    def __init__(
        self,
        grammar: PocketPictureGrammar,
        slots: int,
        model: Discriminator,
        weight: float,
    ) -> None:
        """Make room for so many sequences that the grammar follows; a logit counts ``weight``."""
        self._grammar, self._model, self._weight = grammar, model, weight
        self._rolls = np.zeros((slots, 2, KEYS, _BEFORE), np.float32)
        self._judged = np.zeros(slots, np.int64)
        self._total = np.zeros(slots, np.float32)

    def begin(self, slots: Ints, canvas: Canvas) -> None:
        """Take note of sequences that have no note yet."""
        more = _BEFORE + canvas.steps - self._rolls.shape[3]
        if more > 0:
            self._rolls = np.pad(self._rolls, ((0, 0), (0, 0), (0, 0), (0, more)))
        self._rolls[slots], self._judged[slots], self._total[slots] = 0.0, 0, 0.0

    def apply(self, logits: Floats, slots: Ints) -> Floats:  # noqa: ARG002 -- the interface
        """Leave the logits as they are: it compares sequences, not tokens."""
        return logits

    def observe(self, slots: Ints, tokens: Ints) -> None:  # noqa: ARG002 -- the grammar's
        """Take note of the notes that are complete."""
        notes = self._grammar.completed
        if notes is None:
            return
        self._rolls[notes.slots, 0, notes.key, _BEFORE + notes.step] = 1.0
        place = np.arange(self._rolls.shape[3]) - _BEFORE
        end = notes.step + notes.duration
        sounds = (place >= notes.step[:, None]) & (place < end[:, None])
        own = self._rolls[notes.slots, 1, notes.key]
        self._rolls[notes.slots, 1, notes.key] = np.maximum(own, sounds)

    def value(self, slots: Ints) -> Floats:
        """Tell what the bars that are full are worth, in nats, ``float32[n]``."""
        full = np.array(self._grammar.bars_begun(slots)) - 1
        while (behind := self._judged[slots] < full).any():
            some = slots[behind]
            first = self._judged[some] * STEPS_PER_BAR
            columns = first[:, None] + np.arange(STEPS)
            rolls = np.take_along_axis(self._rolls[some], columns[:, None, None], axis=3)
            with torch.inference_mode():
                logits = self._model(torch.from_numpy(rolls)).numpy()
            self._total[some] += logits.clip(-_MOST, _MOST)
            self._judged[some] += 1
        return self._weight * self._total[slots]

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the state of some slots to others."""
        for part in (self._rolls, self._judged, self._total):
            part[target] = part[source]

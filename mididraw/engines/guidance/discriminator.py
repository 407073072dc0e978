"""What the discriminator says of the bars that sequences have written, as nats of the target."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

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
        device: torch.device,
        model: Discriminator,
        weight: float,
    ) -> None:
        """Make room for so many sequences that the grammar follows; a logit counts ``weight``."""
        self._grammar, self._model, self._weight = grammar, model.to(device), weight
        self._rolls = torch.zeros(slots, 2, KEYS, _BEFORE, device=device)
        self._judged = torch.zeros(slots, dtype=torch.int64, device=device)
        self._total = torch.zeros(slots, device=device)

    def begin(self, slots: Tensor, canvas: Canvas) -> None:
        """Take note of sequences that have no note yet."""
        more = _BEFORE + canvas.steps - self._rolls.shape[3]
        if more > 0:
            self._rolls = F.pad(self._rolls, (0, more))
        self._rolls[slots], self._judged[slots], self._total[slots] = 0.0, 0, 0.0

    def apply(self, logits: Tensor, slots: Tensor) -> Tensor:  # noqa: ARG002 -- the interface
        """Leave the logits as they are: it compares sequences, not tokens."""
        return logits

    def observe(self, slots: Tensor, tokens: Tensor) -> None:  # noqa: ARG002 -- the grammar's
        """Take note of the notes that are complete."""
        notes = self._grammar.completed
        if notes is None:
            return
        self._rolls[notes.slots, 0, notes.key, _BEFORE + notes.step] = 1.0
        place = torch.arange(self._rolls.shape[3], device=notes.slots.device) - _BEFORE
        end = notes.step + notes.duration
        sounds = (place >= notes.step[:, None]) & (place < end[:, None])
        own = self._rolls[notes.slots, 1, notes.key]
        self._rolls[notes.slots, 1, notes.key] = torch.maximum(own, sounds.to(own.dtype))

    def value(self, slots: Tensor) -> Tensor:
        """Tell what the bars that are full are worth, in nats, ``float32[n]``."""
        full = torch.tensor(self._grammar.bars_begun(slots), device=slots.device) - 1
        while bool((behind := self._judged[slots] < full).any()):
            some = slots[behind]
            first = self._judged[some] * STEPS_PER_BAR
            columns = first[:, None] + torch.arange(STEPS, device=slots.device)
            index = columns[:, None, None].expand(-1, 2, KEYS, -1)
            with torch.inference_mode():
                logits = self._model(self._rolls[some].gather(3, index))
            self._total[some] += logits.clamp(-_MOST, _MOST)
            self._judged[some] += 1
        return self._weight * self._total[slots]

    def fork(self, source: Tensor, target: Tensor) -> None:
        """Copy the state of some slots to others."""
        for part in (self._rolls, self._judged, self._total):
            part[target] = part[source]

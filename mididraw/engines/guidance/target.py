"""What is drawn from: p(music) · exp(strength · match), for a batch of sequences."""

import torch
from torch import Tensor

from mididraw.canvas import Canvas
from mididraw.engines.guidance.easel import Easel
from mididraw.engines.guidance.harmony import Consonance

EAGER = 0.15
"""How much of the worth of ink counts as soon as a token leads to it; the rest counts when it would
be missed. Without it the model puts strokes off; with all of it, it plays every cell at once."""
ASIDE = 0.7
"""Nats that a note of the accompaniment costs, so that it leaves the drawing room."""
_WEAK = 0.1
"""Nats a cell below which an accompaniment costs less and less."""


class Target:
    """Pictures, consonance and weights of sequences, each at a place of its own.

    A guide inherits from it and adds the tokens of its model.
    """

    def __init__(self, batch: int, vocabulary: int, device: torch.device) -> None:
        """Make ``batch`` places, all free, for a model of so many tokens."""
        self.device = device
        self._free = list(range(batch))
        self._easel = Easel(batch, device)
        self._consonance = Consonance(batch, device)
        reals = torch.zeros(batch, device=device)
        self._strength, self._settled = reals.clone(), reals.clone()
        self._accompany = torch.zeros(batch, dtype=torch.bool, device=device)
        self.log_model = reals.clone()
        """Log probability of what each sequence drew, under the model."""
        self.log_drawn = reals.clone()
        """The same under the distribution that it was drawn from."""
        self._model, self._drawn = torch.zeros(2, batch, vocabulary, device=device)

    def leave(self, places: Tensor) -> None:
        """Give places back."""
        self._free += places.tolist()

    def score(self, places: Tensor) -> Tensor:
        """Log of the target up to a constant: p(music) · exp(strength · match)."""
        match = self._easel.match()[places]
        return self.log_model[places] + self._strength[places] * match

    def shares(self, places: Tensor) -> Tensor:
        """The weights since they last settled: what was drawn, over what it was drawn from."""
        level = self.score(places) - self.log_drawn[places] - self._settled[places]
        return torch.softmax(level.double(), dim=0)

    def settle(self, places: Tensor) -> None:
        """Count the weights from here on."""
        self._settled[places] = self.score(places) - self.log_drawn[places]

    def _join(self, canvas: Canvas, strength: float, count: int, *, accompany: bool) -> Tensor:
        if count > len(self._free):
            raise ValueError("all places are taken")
        places = torch.tensor([self._free.pop(0) for _ in range(count)], device=self.device)
        self._easel.lay(places, canvas)
        self._consonance.clear(places)
        self._strength[places], self._accompany[places] = strength, accompany
        for part in (self._settled, self.log_model, self.log_drawn):
            part[places] = 0
        return places

    def _weighed(self, logits: Tensor, guided: Tensor, places: Tensor) -> Tensor:
        """Remember the distributions of the model and of what is drawn from."""
        self._model[places] = logits.log_softmax(dim=-1)
        self._drawn[places] = guided.log_softmax(dim=-1)
        return guided

    def _count(self, places: Tensor, tokens: Tensor) -> None:
        """Add up the probabilities of what was drawn."""
        self.log_model[places] += self._model[places, tokens]
        self.log_drawn[places] += self._drawn[places, tokens]

    def _copy(self, source: Tensor, target: Tensor) -> None:
        self._easel.copy(source, target)
        self._consonance.copy(source, target)
        for part in (self.log_model, self.log_drawn):
            part[target] = part[source]

    def _play(
        self, places: Tensor, key: Tensor, step: Tensor, duration: Tensor, backing: Tensor
    ) -> None:
        """Take note of notes; ``backing`` says which ones are the accompaniment's."""
        self._consonance.play(places, key, step + duration)
        free = self._accompany[places] & backing
        if bool(free.any()):
            clear = self._easel.clear_of(places, key, step)
            draws = ~free | clear.gather(1, duration[:, None] - 1)[:, 0]
            places, key, step, duration = (part[draws] for part in (places, key, step, duration))
        if len(places):
            self._easel.play(places, key, step, duration)

    def _worth(self, places: Tensor, step: Tensor, durations: Tensor) -> tuple[Tensor, Tensor]:
        """Cells that notes on every key from ``step`` on are worth, ``float32[n, lengths, keys]``.

        Returns:
            of the drawing's notes and of the accompaniment's, which cost :data:`ASIDE` beside the
            ink.
        """
        played, price = self._easel.worth(places, step, durations)
        lead = EAGER * played - price
        accompany = self._accompany[places]
        if not bool(accompany.any()):
            return lead, lead
        clear = self._easel.clear(places, step, durations)
        free = lead.where(clear, 0.0).clamp(min=0)
        aside = ASIDE / self._strength[places].clamp(min=_WEAK)
        free = free - aside[:, None, None] * (free == 0)
        return lead, torch.where(accompany[:, None, None], free, lead)

"""Importance weights: what sequences stand for, over what they were drawn from."""

from collections.abc import Callable

import torch
from torch import Tensor

from mididraw.models.decoder import LogitsProcessor

Reward = Callable[[Tensor], Tensor]
"""Slots, ``int64[n]`` → nats that the target adds to the model's log probability."""


class LogProbability(LogitsProcessor):
    """Adds up the log probability of what is drawn, under the logits as it is given them.

    Attributes:
        total: ``float32[slots]``, since the sequences began.
    """

    def __init__(self, slots: int, vocabulary: int, device: torch.device) -> None:
        """Make room for so many sequences."""
        self.total = torch.zeros(slots, device=device)
        self._next = torch.zeros(slots, vocabulary, device=device)

    def begin(self, slots: Tensor) -> None:
        """Count sequences from here on."""
        self.total[slots] = 0.0

    def apply(self, logits: Tensor, slots: Tensor) -> Tensor:
        """Remember the distribution that the logits stand for, and leave them as they are."""
        self._next[slots] = logits.log_softmax(dim=-1)
        return logits

    def observe(self, slots: Tensor, tokens: Tensor) -> None:
        """Add what the tokens' probability was."""
        self.total[slots] += self._next[slots, tokens]

    def fork(self, source: Tensor, target: Tensor) -> None:
        """Copy the totals of some slots to others."""
        self.total[target] = self.total[source]


class ImportanceWeights:
    """Weights of sequences that are drawn from a proposal and stand for p(music) · exp(reward).

    Both distributions are those of the logits at a place in the list of a sequence's processors:
    ``model`` stands where they are the model's, ``proposal`` at the end. A weight is the quotient
    of what the target and the proposal have gained since the weights were last reset.
    """

    def __init__(self, slots: int, vocabulary: int, device: torch.device, reward: Reward) -> None:
        """Make room for so many sequences."""
        self.model = LogProbability(slots, vocabulary, device)
        self.proposal = LogProbability(slots, vocabulary, device)
        self._reward = reward
        self._at_reset = torch.zeros(slots, device=device)

    def begin(self, slots: Tensor) -> None:
        """Count sequences that have drawn nothing."""
        self.model.begin(slots)
        self.proposal.begin(slots)
        self._at_reset[slots] = 0.0

    def log_target(self, slots: Tensor) -> Tensor:
        """Tell the log of the target up to a constant, ``float32[n]``."""
        return self.model.total[slots] + self._reward(slots)

    def normalised(self, slots: Tensor) -> Tensor:
        """Tell the weights of sequences as shares of their sum, ``float64[n]``."""
        level = self.log_target(slots) - self.proposal.total[slots] - self._at_reset[slots]
        return torch.softmax(level.double(), dim=0)

    def reset(self, slots: Tensor) -> None:
        """Weigh sequences alike, whatever they have drawn so far."""
        self._at_reset[slots] = self.log_target(slots) - self.proposal.total[slots]

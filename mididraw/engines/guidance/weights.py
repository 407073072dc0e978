"""Importance weights: what sequences stand for, over what they were drawn from."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Floats, Ints
from mididraw.models.decoder import LogitsProcessor, log_softmax

Reward = Callable[[Ints], Floats]
"""Slots, ``int64[n]`` → nats that the target adds to the model's log probability."""


class LogProbability(LogitsProcessor):
    """Adds up the log probability of what is drawn, under the logits as it is given them.

    Attributes:
        total: ``float32[slots]``, since the sequences began.
    """

    def __init__(self, slots: int, vocabulary: int) -> None:
        """Make room for so many sequences."""
        self.total = np.zeros(slots, np.float32)
        self._next = np.zeros((slots, vocabulary), np.float32)

    def begin(self, slots: Ints) -> None:
        """Count sequences from here on."""
        self.total[slots] = 0.0

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Remember the distribution that the logits stand for, and leave them as they are."""
        self._next[slots] = log_softmax(logits)
        return logits

    def observe(self, slots: Ints, tokens: Ints) -> None:
        """Add what the tokens' probability was."""
        self.total[slots] += self._next[slots, tokens]

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the totals of some slots to others."""
        self.total[target] = self.total[source]


class ImportanceWeights:
    """Weights of sequences that are drawn from a proposal and stand for p(music) · exp(reward).

    Both distributions are those of the logits at a place in the list of a sequence's processors:
    ``model`` stands where they are the model's, ``proposal`` at the end. A weight is the quotient
    of what the target and the proposal have gained since the weights were last reset.
    """

    def __init__(self, slots: int, vocabulary: int, reward: Reward) -> None:
        """Make room for so many sequences."""
        self.model = LogProbability(slots, vocabulary)
        self.proposal = LogProbability(slots, vocabulary)
        self._reward = reward
        self._at_reset = np.zeros(slots, np.float32)

    def begin(self, slots: Ints) -> None:
        """Count sequences that have drawn nothing."""
        self.model.begin(slots)
        self.proposal.begin(slots)
        self._at_reset[slots] = 0.0

    def log_target(self, slots: Ints) -> Floats:
        """Tell the log of the target up to a constant, ``float32[n]``."""
        return self.model.total[slots] + self._reward(slots)

    def normalised(self, slots: Ints) -> NDArray[np.float64]:
        """Tell the weights of sequences as shares of their sum, ``float64[n]``."""
        level = self.log_target(slots) - self.proposal.total[slots] - self._at_reset[slots]
        shares: NDArray[np.float64] = np.exp(level.astype(np.float64) - level.max())
        shares /= shares.sum()
        return shares

    def reset(self, slots: Ints) -> None:
        """Weigh sequences alike, whatever they have drawn so far."""
        self._at_reset[slots] = self.log_target(slots) - self.proposal.total[slots]

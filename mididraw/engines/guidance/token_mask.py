"""Tokens that are never to follow in a piece."""

import numpy as np

from mididraw.arrays import Bools, Floats, Ints
from mididraw.models.decoder import LogitsProcessor
from mididraw.models.interface import forbid


class TokenMask(LogitsProcessor):
    """Forbids what a piece does without from beginning to end, such as what lies off its key."""

    def __init__(self, slots: int, vocabulary: int) -> None:
        """Make room for so many sequences, to which all is allowed."""
        self._allowed = np.ones((slots, vocabulary), np.bool_)

    def begin(self, slots: Ints, allowed: Bools) -> None:
        """Allow sequences no more than some tokens, ``bool[vocabulary]``."""
        self._allowed[slots] = allowed

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Set the logits of all other tokens to minus infinity."""
        return forbid(logits, self._allowed[slots])

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy what is allowed from some slots to others."""
        self._allowed[target] = self._allowed[source]

"""Tokens that are never to follow in a piece."""

import torch
from torch import Tensor

from mididraw.models.decoder import LogitsProcessor
from mididraw.models.interface import forbid


class TokenMask(LogitsProcessor):
    """Forbids what a piece does without from beginning to end, such as what lies off its key."""

    def __init__(self, slots: int, vocabulary: int, device: torch.device) -> None:
        """Make room for so many sequences, to which all is allowed."""
        self._allowed = torch.ones(slots, vocabulary, dtype=torch.bool, device=device)

    def begin(self, slots: Tensor, allowed: Tensor) -> None:
        """Allow sequences no more than some tokens, ``bool[vocabulary]``."""
        self._allowed[slots] = allowed.to(self._allowed.device)

    def apply(self, logits: Tensor, slots: Tensor) -> Tensor:
        """Set the logits of all other tokens to minus infinity."""
        return forbid(logits, self._allowed[slots])

    def fork(self, source: Tensor, target: Tensor) -> None:
        """Copy what is allowed from some slots to others."""
        self._allowed[target] = self._allowed[source]

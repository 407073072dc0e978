"""What every music model offers, whatever its tokens: prompt in, rules to follow, score out."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from mididraw.models.decoder import LogitsHook
from mididraw.models.pocket.vocabulary import Source
from mididraw.models.transformer import Transformer
from mididraw.score import Score


class MusicModel(Protocol):
    """A transformer and the tokens that it writes music in."""

    @property
    def transformer(self) -> Transformer:
        """The network: tokens → logits of the next one."""

    @property
    def end(self) -> int:
        """The token that ends a piece."""

    def opening(self, prompt: Score, source: Source) -> list[int]:
        """Write the tokens that a piece in the manner of ``prompt`` goes on from."""

    def rules(self, openings: Sequence[Sequence[int]], bars: Sequence[int]) -> LogitsHook:
        """Make the hook that lets only tokens follow that keep to the model's grammar.

        It must be used with a fresh decoder whose sequences are the openings, in order.

        Args:
            openings: the prompts' tokens.
            bars: the length of each piece, opening included.
        """

    def room(self, bars: int) -> int:
        """More tokens than a piece of so many bars can take."""

    def read(self, tokens: Sequence[int]) -> Score:
        """Read the music from an opening and what followed it."""


def forbid(logits: Tensor, allowed: Tensor) -> Tensor:
    """Make tokens impossible, in place; both ``[rows, vocabulary]``."""
    return logits.masked_fill_(~allowed, -float("inf"))

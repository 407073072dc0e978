"""What every music model offers, whatever its tokens: opening in, rules to follow, score out."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from mididraw.arrays import Bools, Floats, Ints
from mididraw.harmony.plan import Plan
from mididraw.models.decoder import LogitsProcessor, Precision
from mididraw.models.source import Source
from mididraw.models.transformer_weights import AnyTransformer
from mididraw.score import Score


@dataclass(frozen=True, slots=True)
class Opening:
    """What a piece goes on from.

    Attributes:
        tokens: in the model's own vocabulary.
        bars: how many bars of music they hold.
        tempo: in beats a minute.
    """

    tokens: tuple[int, ...]
    bars: int
    tempo: float


class Rules(LogitsProcessor):
    """What every piece of a model keeps to."""

    @abstractmethod
    def begin(self, slots: Ints, opening: Opening, bars: int) -> None:
        """Take note of sequences that go on from an opening.

        Args:
            slots: of the sequences, ``int64[n]``.
            opening: what they go on from.
            bars: the length that they come to, the opening's included.
        """


class ModelKind(StrEnum):
    """The kinds of model: those of one kind write the same tokens."""

    POCKET = "pocket"
    GIANT = "giant"


class MusicModel(Protocol):
    """A transformer and the tokens that it writes music in."""

    @property
    def kind(self) -> ModelKind:
        """What kind of tokens it writes."""

    @property
    def transformer(self) -> AnyTransformer:
        """The network: tokens → logits of the next one."""

    @property
    def precision(self) -> Precision:
        """What ``mididraw bench decode`` found fastest on CPUs, as good as single precision."""

    @property
    def end(self) -> int:
        """The token that ends a piece."""

    def opening(self, prompt: Score, source: Source, plan: Plan | None = None) -> Opening:
        """Write a prompt as tokens; one without notes gives no more than how to begin.

        Of the plan of what follows a model is told as much as its tokens can say.
        """

    def rules(self, slots: int) -> Rules:
        """Make the processor for a decoder of so many slots that keeps to the model's grammar."""

    def room(self, bars: int) -> int:
        """More tokens than a piece of so many bars should take."""

    def read(self, opening: Opening, tokens: Sequence[int], bars: int) -> Score:
        """Read the music from an opening and what followed it, ``bars`` bars in all."""


def forbid(logits: Floats, allowed: Bools) -> Floats:
    """Make tokens impossible, in place; both ``[rows, vocabulary]``."""
    np.copyto(logits, -np.inf, where=~allowed)
    return logits


def sounds(prompt: Score) -> bool:
    """Whether a prompt has notes."""
    return any(track.notes for track in prompt.tracks)

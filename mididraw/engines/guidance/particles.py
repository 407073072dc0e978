"""Sequential Monte Carlo: sequences are drawn side by side, and the better ones go on.

Every sequence, or particle, is drawn token by token from a proposal: the model's distribution as
the logits processors change it. At every bar line all wait for the last; those that the target
likes less than what they were drawn from are replaced by copies of those that it likes more (Gordon
et al. 1993; for language models Lew et al. 2023).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Floats, Ints
from mididraw.engines.guidance.weights import ImportanceWeights
from mididraw.models.decoder import Decoder, LogitsProcessor, Sampling


def effective_sample_size(weights: NDArray[np.float64]) -> float:
    """Tell how many sequences of equal weight are worth as much (Kong et al. 1994).

    Args:
        weights: ``float64[n]``, of sum 1.
    """
    return float(1 / np.square(weights).sum())


def systematic_resampling(weights: NDArray[np.float64]) -> list[int]:
    """Choose sequences so that each is there as often as its weight says, rounded up or down.

    The marks that the weights are compared with are not moved by chance, so that the same weights
    always choose the same (Kitagawa 1996).

    Args:
        weights: ``float64[n]``, of sum 1.

    Returns:
        ``n`` indices in ascending order.
    """
    count = len(weights)
    marks = (np.arange(count) + 0.5) / count
    chosen: list[int] = np.searchsorted(weights.cumsum(), marks).clip(max=count - 1).tolist()
    return chosen


class Selection(Protocol):
    """What decides which particles go on at a bar line, and which one is the best at the end."""

    def survivors(self, slots: Ints) -> Sequence[int] | None:
        """Choose who goes on.

        Returns:
            indices into ``slots`` in ascending order, as many as there are; None for all as they
            are.
        """

    def restart(self, slots: Ints) -> None:
        """Take note that the survivors are copied."""

    def scores(self, slots: Ints) -> Floats:
        """Tell what the best is chosen by, ``float32[n]``."""


class ParticleFilter:
    """Goes by importance weights once they have drifted apart, and by the target in the end."""

    def __init__(self, weights: ImportanceWeights) -> None:
        """Make a filter that goes by these weights."""
        self._weights = weights

    def survivors(self, slots: Ints) -> list[int] | None:
        """Choose by the weights once they are worth no more than half of the sequences."""
        weights = self._weights.normalised(slots)
        if effective_sample_size(weights) > len(slots) / 2:
            return None
        return systematic_resampling(weights)

    def restart(self, slots: Ints) -> None:
        """Weigh the survivors alike."""
        self._weights.reset(slots)

    def scores(self, slots: Ints) -> Floats:
        """Tell the log of the target up to a constant."""
        return self._weights.log_target(slots)


class ParticleGuidance(Protocol):
    """What leads a model's sequences through a piece."""

    @property
    def processors(self) -> Sequence[LogitsProcessor]:
        """What the logits go through, in order."""

    @property
    def selection(self) -> Selection:
        """What decides who goes on."""

    def bars_begun(self, slots: Ints) -> list[int]:
        """Tell how many bars each has begun since the opening; one more once it has ended."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The tokens of the best particle, and how every one came out.

    Attributes:
        tokens: what follows the opening.
        scores: what the best was chosen by, one a particle.
        resampled: how many particles were replaced by another.
    """

    tokens: list[int]
    scores: list[float]
    resampled: int


def run(particles: "ParticleSet", progress: Callable[[int], None] | None = None) -> Drawn:
    """Let one set draw all its bars alone; it leaves the decoder, whatever happens.

    Args:
        particles: the set.
        progress: told after every step how many bars are finished; what it raises ends the run.
    """
    try:
        while not particles.done:
            step(particles.decoder, [particles])
            if progress:
                progress(particles.finished)
        return particles.best()
    finally:
        particles.leave()


def step(decoder: Decoder, sets: Sequence["ParticleSet"]) -> None:
    """Draw one token for every particle that does not wait; sets may come and go between steps.

    What a set draws does not depend on the others.
    """
    drawn = decoder.step([slot for particles in sets for slot in particles.active])
    for particles in sets:
        particles.advance(drawn)


class ParticleSet:
    """The sequences that draw one piece side by side; a decoder has room for several sets."""

    def __init__(
        self,
        decoder: Decoder,
        guidance: ParticleGuidance,
        opening: Sequence[int],
        bars: int,
        sampling: Sampling,
        count: int,
        *,
        resample: bool = True,
    ) -> None:
        """Let sequences join a decoder, of whose slots the guidance has still to be told.

        Args:
            decoder: draws.
            guidance: leads the sequences.
            opening: tokens that each goes on from.
            bars: how many bars follow them.
            sampling: temperature and nucleus; the seed decides all.
            count: how many sequences.
            resample: whether the better ones replace the others.

        Raises:
            ValueError: the decoder has not so many free slots.
        """
        self.decoder = decoder
        self.finished = 0
        """Bars that all are through with."""
        self.slots: list[int] = []
        self._guidance, self._bars, self._resample = guidance, bars, resample
        self._sampling = sampling
        self._waiting: set[int] = set()
        """Slots of those that are through with the bar and wait for the last."""
        self._begun = self._resampled = 0
        self._drawn: Drawn | None = None
        try:
            for _ in range(count):
                sampling = self._next_sampling()
                self.slots.append(decoder.join(opening, sampling, guidance.processors))
        except BaseException:
            self.leave()
            raise
        self.slot_array = np.array(self.slots)
        """The slots as ``int64[n]``."""

    @property
    def done(self) -> bool:
        """Whether all bars are drawn."""
        return self.finished == self._bars

    @property
    def active(self) -> list[int]:
        """The slots of those that take part in the next step."""
        return [slot for slot in self.slots if slot not in self._waiting]

    def leave(self) -> None:
        """Give the slots back."""
        while self.slots:
            self.decoder.leave(self.slots.pop())

    def advance(self, drawn: Mapping[int, int]) -> None:
        """Take note of a step that drew tokens for these slots; others' may be among them."""
        begun = self._guidance.bars_begun(self.slot_array)
        for slot, bars in zip(self.slots, begun, strict=True):
            if slot in drawn and bars > self.finished + 1:
                self._waiting.add(slot)
        if len(self._waiting) == len(self.slots):
            self._waiting.clear()
            self.finished += 1
            if self.done:
                self._finish()
            elif self._resample:
                self._select()

    def best(self) -> Drawn:
        """Tell what was drawn, once all is done; also after the set has left."""
        if self._drawn is None:
            raise ValueError("the piece is not done")
        return self._drawn

    def _finish(self) -> None:
        scores = self._guidance.selection.scores(self.slot_array).tolist()
        best = max(range(len(scores)), key=lambda index: (scores[index], -index))
        self._drawn = Drawn(self.decoder.drawn(self.slots[best]), scores, self._resampled)

    def _select(self) -> None:
        """Replace those that do not survive by copies of those that do."""
        survivors = self._guidance.selection.survivors(self.slot_array)
        if survivors is None:
            return
        parents = [self.slots[one] for before, one in pairwise(survivors) if before == one]
        losers = [slot for index, slot in enumerate(self.slots) if index not in survivors]
        self.decoder.fork(parents, losers, [self._next_sampling() for _ in losers])
        self._resampled += len(losers)
        self._guidance.selection.restart(self.slot_array)

    def _next_sampling(self) -> Sampling:
        self._begun += 1
        return replace(self._sampling, seed=self._sampling.seed * 1_000_003 + self._begun)

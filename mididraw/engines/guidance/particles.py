"""Sequential Monte Carlo: a batch of sequences, of which the better ones go on.

Every sequence is drawn token by token from the model's distribution, weighed by a guide. At every
bar line all wait for the last; those that the target likes less than what they were drawn from
give their place to copies of those that it likes more (Gordon et al. 1993; for language models
Lew et al. 2023).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from mididraw.models.decoder import Decoder, Rows, Sampling


class Guide(Protocol):
    """What weighs the tokens of a batch of sequences, each at its place in the batch."""

    @property
    def score(self) -> Tensor:
        """What the best is chosen by at the end, ``float32[batch]``."""

    def shares(self) -> Tensor:
        """What share of those that go on each sequence should have, ``float64[batch]``."""

    def settle(self) -> None:
        """Count the shares from here on."""

    def __call__(self, logits: Tensor, places: Tensor) -> Tensor:
        """Weigh what may follow; ``float32[n, vocabulary]``."""

    def take(self, places: Tensor, tokens: Tensor) -> None:
        """Follow what was drawn."""

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put sequences at other places as well."""

    def bars_begun(self, place: int) -> int:
        """How many bars a sequence has begun."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The tokens of the best sequence, and how every one came out.

    Attributes:
        tokens: what follows the opening.
        scores: log of the target, one a sequence.
        resampled: how many sequences gave their place to another.
    """

    tokens: list[int]
    scores: list[float]
    resampled: int


def run(flock: "Flock", progress: Callable[[int], None] | None = None) -> Drawn:
    """Let one flock draw all its bars alone; it leaves the decoder, whatever happens.

    Args:
        flock: the sequences.
        progress: told after every step how many bars are finished; what it raises ends the run.
    """
    try:
        while not flock.done:
            step(flock.decoder, [flock])
            if progress:
                progress(flock.finished)
        return flock.best()
    finally:
        flock.leave()


def step(decoder: Decoder, flocks: Sequence["Flock"]) -> None:
    """Draw one token for every sequence that does not wait; flocks may come and go between steps.

    What a flock draws does not depend on the others.
    """
    waiting: set[int] = set()
    for flock in flocks:
        waiting |= flock.waiting

    def weigh(logits: Tensor, rows: Rows) -> Tensor:
        row = {name: at for at, name in enumerate(rows.names)}
        for flock in flocks:
            own = torch.tensor([row[name] for name in flock.names], device=logits.device)
            logits[own] = flock.weigh(logits[own])
        return logits

    drawn = decoder.step(weigh, waiting)
    for flock in flocks:
        flock.take(drawn)


class Flock:
    """The sequences that draw one piece; a decoder has room for several flocks."""

    def __init__(
        self,
        decoder: Decoder,
        guide: Guide,
        opening: Sequence[int],
        bars: int,
        sampling: Sampling,
        count: int,
        *,
        resample: bool = True,
    ) -> None:
        """Take ``count`` slots.

        Args:
            decoder: has at least so many free slots.
            guide: weighs; of a batch of ``count``.
            opening: what every sequence goes on from.
            bars: how many bars follow it.
            sampling: temperature and nucleus; the seed decides all.
            count: sequences.
            resample: whether the better ones replace the others.
        """
        self.decoder, self.guide = decoder, guide
        self.finished = 0
        """Bars that all sequences are through with."""
        self.names: list[int] = []
        self.waiting: set[int] = set()
        """Those that are through with the bar and wait for the last."""
        self._bars, self._sampling, self._resample = bars, sampling, resample
        self._tokens: list[list[int]] = [[] for _ in range(count)]
        self._born = self._resampled = 0
        self._places = torch.arange(count, device=guide.score.device)
        for _ in range(count):
            self.names.append(decoder.join(opening, self._next_sampling()))

    @property
    def done(self) -> bool:
        """Whether all bars are drawn."""
        return self.finished == self._bars

    def leave(self) -> None:
        """Give the slots back."""
        for name in self.names:
            self.decoder.leave(name)
        self.names.clear()

    def weigh(self, logits: Tensor) -> Tensor:
        """Let the guide weigh what may follow, ``float32[sequences, vocabulary]``."""
        return self.guide(logits, self._places)

    def take(self, drawn: Mapping[int, int]) -> None:
        """Follow what was drawn, by name; others' tokens may be among it."""
        places = [place for place, name in enumerate(self.names) if name in drawn]
        tokens = [drawn[self.names[place]] for place in places]
        device = self._places.device
        self.guide.take(torch.tensor(places, device=device), torch.tensor(tokens, device=device))
        for place, token in zip(places, tokens, strict=True):
            self._tokens[place].append(token)
            if self.guide.bars_begun(place) > self.finished + 1:
                self.waiting.add(self.names[place])
        if len(self.waiting) == len(self.names):
            self.waiting.clear()
            self.finished += 1
            if self._resample and not self.done:
                self._resampled += self._select()

    def best(self) -> Drawn:
        """What was drawn, once all is done."""
        scores = self.guide.score.tolist()
        best = max(range(len(scores)), key=lambda place: (scores[place], -place))
        return Drawn(self._tokens[best], scores, self._resampled)

    def _select(self) -> int:
        """Replace the worst by copies of the best where the weights have drifted apart."""
        shares = self.guide.shares()
        count = len(self.names)
        if float(1 / shares.square().sum()) > count / 2:
            return 0
        # Systematic: every share is served by its whole multiples of 1 / count.
        marks = (torch.arange(count, dtype=torch.float64) + 0.5) / count
        kept = torch.searchsorted(shares.cumsum(0).cpu(), marks).clamp(max=count - 1).tolist()
        parents = [place for at, place in enumerate(kept) if at and kept[at - 1] == place]
        losers = [place for place in range(count) if place not in kept]
        for parent, loser in zip(parents, losers, strict=True):
            self.decoder.leave(self.names[loser])
            self.names[loser] = self.decoder.fork(self.names[parent], self._next_sampling())
            self._tokens[loser] = list(self._tokens[parent])
        if losers:
            device = self._places.device
            self.guide.copy(
                torch.tensor(parents, device=device), torch.tensor(losers, device=device)
            )
        self.guide.settle()
        return len(losers)

    def _next_sampling(self) -> Sampling:
        self._born += 1
        seed = self._sampling.seed * 1_000_003 + self._born
        return Sampling(self._sampling.temperature, self._sampling.top_p, seed)

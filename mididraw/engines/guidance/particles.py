"""Sequential Monte Carlo: a batch of sequences, of which the better ones go on.

Every sequence is drawn token by token from the model's distribution, weighed by a guide. At every
bar line all wait for the last; those that the target likes less than what they were drawn from
give their place to copies of those that it likes more (Gordon et al. 1993; for language models
Lew et al. 2023).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from mididraw.models.decoder import Decoder, Rows, Sampling


class Guide(Protocol):
    """What weighs the tokens of a batch of sequences, each at its place in the batch."""

    log_model: Tensor
    log_drawn: Tensor

    @property
    def score(self) -> Tensor:
        """Log of the target up to a constant, ``float32[batch]``."""

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


def run(
    decoder: Decoder,
    guide: Guide,
    opening: Sequence[int],
    bars: int,
    sampling: Sampling,
    count: int,
    *,
    resample: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Drawn:
    """Draw ``count`` sequences of ``bars`` bars side by side; the best by the target wins.

    Args:
        decoder: has at least so many free slots.
        guide: weighs; of a batch of ``count``.
        opening: what every sequence goes on from.
        bars: how many bars follow it.
        sampling: temperature and nucleus; the seed decides all.
        count: sequences.
        resample: whether the better ones replace the others.
        progress: told of every bar that is finished; what it raises ends the run.
    """
    flock = _Flock(decoder, guide, sampling)
    try:
        flock.join(opening, count)
        resampled = 0
        for bar in range(1, bars + 1):
            flock.finish(bar)
            if progress:
                progress(bar)
            if resample and bar < bars:
                resampled += flock.resample()
        scores = guide.score.tolist()
        best = max(range(count), key=lambda place: (scores[place], -place))
        return Drawn(flock.tokens[best], scores, resampled)
    finally:
        flock.leave()


class _Flock:
    def __init__(self, decoder: Decoder, guide: Guide, sampling: Sampling) -> None:
        self.decoder, self.guide, self.sampling = decoder, guide, sampling
        self.names: list[int] = []
        self.tokens: list[list[int]] = []
        self.weights = torch.zeros(0)
        self._born = 0

    def join(self, opening: Sequence[int], count: int) -> None:
        for _ in range(count):
            self.names.append(self.decoder.join(opening, self._next_sampling()))
            self.tokens.append([])
        self.weights = torch.zeros_like(self.guide.log_model)

    def leave(self) -> None:
        for name in self.names:
            self.decoder.leave(name)

    def finish(self, bar: int) -> None:
        """Go on until every sequence is through with ``bar``."""
        done: set[int] = set()
        while len(done) < len(self.names):
            drawn = self.decoder.step(self._hook, done)
            places = [self.names.index(name) for name in drawn]
            device = self.guide.log_model.device
            self.guide.take(
                torch.tensor(places, device=device),
                torch.tensor(list(drawn.values()), device=device),
            )
            for place, (name, token) in zip(places, drawn.items(), strict=True):
                self.tokens[place].append(token)
                if self.guide.bars_begun(place) > bar:
                    done.add(name)

    def resample(self) -> int:
        """Replace the worst by copies of the best where the weights have drifted apart."""
        level = self.guide.score - self.guide.log_drawn
        shares = torch.softmax((level - self.weights).double(), dim=0)
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
            self.tokens[loser] = list(self.tokens[parent])
        if losers:
            device = level.device
            self.guide.copy(
                torch.tensor(parents, device=device), torch.tensor(losers, device=device)
            )
        self.weights = self.guide.score - self.guide.log_drawn
        return len(losers)

    def _hook(self, logits: Tensor, rows: Rows) -> Tensor:
        places = torch.tensor([self.names.index(name) for name in rows.names])
        return self.guide(logits, places.to(logits.device))

    def _next_sampling(self) -> Sampling:
        self._born += 1
        seed = self.sampling.seed * 1_000_003 + self._born
        return Sampling(self.sampling.temperature, self.sampling.top_p, seed)

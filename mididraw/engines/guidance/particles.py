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
    """What weighs the tokens of many sequences, each at a place of its own."""

    device: torch.device
    backing: str
    """Name of the track that accompanies, in the scores that the model reads."""

    def score(self, places: Tensor) -> Tensor:
        """What the best is chosen by at the end, ``float32[n]``."""

    def shares(self, places: Tensor) -> Tensor:
        """What share of those that go on each sequence should have, ``float64[n]``."""

    def settle(self, places: Tensor) -> None:
        """Count the shares from here on."""

    def __call__(self, logits: Tensor, places: Tensor) -> Tensor:
        """Weigh what may follow; ``float32[n, vocabulary]``."""

    def take(self, places: Tensor, tokens: Tensor) -> None:
        """Follow what was drawn."""

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put sequences at other places as well."""

    def bars_begun(self, places: Tensor) -> list[int]:
        """How many bars each sequence has begun."""

    def leave(self, places: Tensor) -> None:
        """Give places back."""


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

    What a flock draws does not depend on the others. All that have the same guide are weighed at
    once.
    """
    waiting = set().union(*(flock.waiting for flock in flocks))
    by_guide: dict[int, list[Flock]] = {}
    for flock in flocks:
        by_guide.setdefault(id(flock.guide), []).append(flock)
    groups = list(by_guide.values())

    def weigh(logits: Tensor, rows: Rows) -> Tensor:
        row = {name: at for at, name in enumerate(rows.names)}
        for group in groups:
            awake = [
                (row[name], place)
                for flock in group
                for name, place in zip(flock.names, flock.places, strict=True)
                if name not in waiting
            ]
            if awake:
                own, places = torch.tensor(awake, device=logits.device).T
                logits[own] = group[0].guide(logits[own], places)
        return logits

    drawn = decoder.step(weigh, waiting)
    for group in groups:
        followed = [
            (place, drawn[name])
            for flock in group
            for name, place in zip(flock.names, flock.places, strict=True)
            if name in drawn
        ]
        if followed:
            guide = group[0].guide
            places, tokens = torch.tensor(followed, device=guide.device).T
            guide.take(places, tokens)
    for flock in flocks:
        flock.take(drawn)


class Flock:
    """The sequences that draw one piece; a decoder and a guide have room for several flocks."""

    def __init__(
        self,
        decoder: Decoder,
        guide: Guide,
        places: Tensor,
        opening: Sequence[int],
        bars: int,
        sampling: Sampling,
        *,
        resample: bool = True,
    ) -> None:
        """Take a slot for each place.

        Args:
            decoder: has at least so many free slots.
            guide: weighs.
            places: the guide's, ``int64[sequences]``, which joined it with the same opening.
            opening: what every sequence goes on from.
            bars: how many bars follow it.
            sampling: temperature and nucleus; the seed decides all.
            resample: whether the better ones replace the others.
        """
        self.decoder, self.guide = decoder, guide
        self.finished = 0
        """Bars that all sequences are through with."""
        self.names: list[int] = []
        self.places: list[int] = places.tolist()
        self.waiting: set[int] = set()
        """Those that are through with the bar and wait for the last."""
        self._bars, self._sampling, self._resample = bars, sampling, resample
        self._all = places
        self._tokens: list[list[int]] = [[] for _ in self.places]
        self._born = self._resampled = 0
        self._drawn: Drawn | None = None
        try:
            for _ in self.places:
                self.names.append(decoder.join(opening, self._next_sampling()))
        except BaseException:
            self.leave()
            raise

    @property
    def done(self) -> bool:
        """Whether all bars are drawn."""
        return self.finished == self._bars

    def leave(self) -> None:
        """Give slots and places back."""
        for name in self.names:
            self.decoder.leave(name)
        self.guide.leave(self._all[: len(self.places)])
        self.names.clear()
        self.places.clear()

    def take(self, drawn: Mapping[int, int]) -> None:
        """Note what was drawn, by name, once the guide follows it; others' may be among it."""
        begun = self.guide.bars_begun(self._all)
        for place, name in enumerate(self.names):
            if name in drawn:
                self._tokens[place].append(drawn[name])
                if begun[place] > self.finished + 1:
                    self.waiting.add(name)
        if len(self.waiting) == len(self.names):
            self.waiting.clear()
            self.finished += 1
            if self.done:
                scores = self.guide.score(self._all).tolist()
                best = max(range(len(scores)), key=lambda place: (scores[place], -place))
                self._drawn = Drawn(self._tokens[best], scores, self._resampled)
            elif self._resample:
                self._resampled += self._select()

    def best(self) -> Drawn:
        """What was drawn, once all is done; also after the flock has left."""
        if self._drawn is None:
            raise ValueError("the flock is not done")
        return self._drawn

    def _select(self) -> int:
        """Replace the worst by copies of the best where the weights have drifted apart."""
        shares = self.guide.shares(self._all)
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
            self.guide.copy(self._all[parents], self._all[losers])
        self.guide.settle(self._all)
        return len(losers)

    def _next_sampling(self) -> Sampling:
        self._born += 1
        seed = self._sampling.seed * 1_000_003 + self._born
        return Sampling(self._sampling.temperature, self._sampling.top_p, seed)

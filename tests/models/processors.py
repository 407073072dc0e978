"""Logits processors that show what a decoder does with them."""

from collections.abc import Sequence

import numpy as np

from mididraw.arrays import Floats, Ints
from mididraw.models.decoder import LogitsProcessor


class Follow(LogitsProcessor):
    """Notes the logits of a decoder's only sequence and forces the next of some tokens."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self.tokens, self.seen = tokens, list[Floats]()

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        assert slots.tolist() == [0]
        forced = np.full_like(logits, -np.inf)
        forced[:, self.tokens[len(self.seen)]] = 0
        self.seen.append(logits[0].copy())
        return forced


class Trace(LogitsProcessor):
    """Adds a number to the logits, and keeps by slot what it is told of."""

    def __init__(self, slots: int, raised: float = 0.0, log: list[float] | None = None) -> None:
        self.raised = raised
        self.log = [] if log is None else log
        self.applied = list[list[int]]()
        self.tokens: dict[int, list[int]] = {slot: [] for slot in range(slots)}

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        self.log.append(self.raised)
        self.applied.append(slots.tolist())
        return logits + np.float32(self.raised)

    def observe(self, slots: Ints, tokens: Ints) -> None:
        for slot, token in zip(slots.tolist(), tokens.tolist(), strict=True):
            self.tokens[slot].append(token)

    def fork(self, source: Ints, target: Ints) -> None:
        for one, other in zip(source.tolist(), target.tolist(), strict=True):
            self.tokens[other] = list(self.tokens[one])

    def release(self, slots: Ints) -> None:
        for slot in slots.tolist():
            self.tokens[slot] = []

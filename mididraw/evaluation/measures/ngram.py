"""A Kneser–Ney 5-gram over tokens: the yardstick that a trained model has to beat."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

_DISCOUNT = 0.75


class NGram:
    """Interpolated Kneser–Ney smoothing (Kneser and Ney 1995; Chen and Goodman 1999)."""

    def __init__(self, order: int, vocabulary: int) -> None:
        self.order = order
        self.vocabulary = vocabulary
        # By length of context: how often each token follows it; below the longest, how many
        # different tokens stand before context and token.
        self.counts: list[dict[tuple[int, ...], dict[int, int]]] = [
            defaultdict(lambda: defaultdict(int)) for _ in range(order)
        ]
        self._seen: set[tuple[int, ...]] = set()

    def learn(self, sequences: Iterable[Sequence[int]]) -> None:
        """Count whole sequences."""
        longest = self.order - 1
        for sequence in sequences:
            tokens = tuple(int(token) for token in sequence)
            for place, token in enumerate(tokens):
                if place >= longest:
                    self.counts[longest][tokens[place - longest : place]][token] += 1
                for length in range(min(longest, place), 0, -1):
                    gram = tokens[place - length : place + 1]
                    if gram in self._seen:
                        break  # and so were its shorter ends
                    self._seen.add(gram)
                    self.counts[length - 1][gram[1:-1]][token] += 1

    def bits(self, sequence: Sequence[int], first: int) -> float:
        """Bits that the tokens from ``first`` on take, given those before."""
        tokens = tuple(int(token) for token in sequence)
        return sum(
            -math.log2(self._chance(tokens[max(place - self.order + 1, 0) : place], tokens[place]))
            for place in range(first, len(tokens))
        )

    def _chance(self, context: tuple[int, ...], token: int) -> float:
        chance = 1.0 / self.vocabulary
        for length in range(len(context) + 1):
            followers = self.counts[length].get(context[len(context) - length :])
            if not followers:
                continue
            total = sum(followers.values())
            kept = max(followers.get(token, 0) - _DISCOUNT, 0.0) / total
            chance = kept + _DISCOUNT * len(followers) / total * chance
        return chance

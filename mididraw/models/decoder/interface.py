"""What the decoder asks of a network, whichever library computes it."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from mididraw.arrays import Floats, Ints
from mididraw.models.transformer_weights import TransformerConfig

_TRIED_POSITIONS = 24


class Network(Protocol):
    """A transformer with a KV cache of ``rows`` sequences of up to ``context`` positions.

    Row ``r`` holds its sequence's positions from 0 on; what lies beyond its length is not read.
    """

    shape: TransformerConfig
    rows: int
    context: int
    sizes: tuple[int, ...]
    """How many rows a step may compute: counts that make no difference to any row's bits, in
    ascending order; the last one is ``rows``."""
    bytes_per_step: int
    """Bytes of weights that a step reads."""

    @property
    def bytes_per_position(self) -> int:
        """Bytes of cache that a step reads for each position of a row."""

    def prefill(self, row: int, tokens: Ints) -> None:
        """Write the keys and values of ``int64[time]`` into ``row``, from position 0 on."""

    def step(self, tokens: Ints, lengths: Ints, longest: int) -> Floats:
        """Take one token a row and tell what may follow.

        Args:
            tokens: ``int64[n]``, the next token of the first ``n`` rows.
            lengths: ``int64[n]``, the positions that these rows hold already.
            longest: the largest of them; what other rows hold beyond it is lost.

        Returns:
            ``float32[n, vocabulary]``, logits; the memory may be used again by the next step.
        """

    def move(self, source: int, target: int, length: int) -> None:
        """Copy the first ``length`` positions of row ``source`` to row ``target``."""


def equal_counts(network: Network, counts: Iterable[int]) -> tuple[int, ...]:
    """Find which ``counts`` of rows give the same bits as all rows of an empty network.

    How a product of matrices is summed may depend on how many rows it has, and how it does is
    the processor's and its library's affair; so it is tried.
    """
    counts = [count for count in counts if count < network.rows]
    if not counts:
        return (network.rows,)
    chance = np.random.default_rng(0)
    most = min(_TRIED_POSITIONS, network.context - 1)
    tokens = chance.integers(network.shape.vocabulary, size=(network.rows, most + 1))
    lengths = chance.integers(most, size=network.rows)
    for row, length in enumerate(lengths.tolist()):
        network.prefill(row, tokens[row, :length])
    last = tokens[:, -1]
    every = network.step(last, lengths, most).copy()
    equal = [
        count
        for count in counts
        if np.array_equal(network.step(last[:count], lengths[:count], most), every[:count])
    ]
    return (*equal, network.rows)

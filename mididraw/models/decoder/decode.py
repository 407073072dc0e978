"""Decoding many sequences at once: they join, take steps together, and leave when they like."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mididraw.arrays import Floats, Ints
from mididraw.models.decoder.interface import Network
from mididraw.models.decoder.kernel import Kernel, make_network
from mididraw.models.decoder.precision import Precision
from mididraw.models.decoder.processor import LogitsProcessor
from mididraw.models.decoder.sampling import Sampling, choose
from mididraw.models.transformer_weights import AnyTransformer

Processors = tuple[LogitsProcessor, ...]


@dataclass(slots=True, eq=False)
class _Sequence:
    """A sequence and how it goes on.

    Attributes:
        slot: its number, which stays the same until it leaves.
        sampling: how its tokens are chosen.
        processors: what its logits go through, in order.
        tokens: the prompt and what was drawn.
        prompt: how many of them are the prompt's.
        start: the first one that the cache holds.
    """

    slot: int
    sampling: Sampling
    processors: Processors
    tokens: list[int]
    prompt: int
    start: int = 0

    @property
    def drawn(self) -> int:
        """How many tokens were drawn."""
        return len(self.tokens) - self.prompt

    @property
    def held(self) -> int:
        """How many positions the cache holds: all but the last token, which the next step takes."""
        return len(self.tokens) - 1 - self.start


@dataclass(slots=True)
class Decoder:
    """A batch of sequences over one network.

    A sequence has a slot, a number below :attr:`slots` that stays the same until it leaves; all
    that is known of a sequence elsewhere is kept by its slot. Its logits go through its processors
    before each draw, and these follow what is drawn and every copy that is made.

    The same sequence, seed and processors give the same tokens whatever shares the batch. Int8 on a
    CPU promises that for any number of slots; the other precisions for decoders with as many slots,
    since there the sums of matrix products may be grouped by how many rows take part. They compute
    as many rows as were found to make no difference (:attr:`Network.sizes`), or all.

    Beyond the context a sequence goes on from the newer half of what it had, read in again, so
    that no token is ever continued from a cache whose beginning is gone.
    """

    network: Network
    _rows: list[_Sequence] = field(default_factory=list)
    """The sequences in the order of the network's rows."""

    @classmethod
    def of(
        cls,
        model: AnyTransformer,
        *,
        slots: int = 1,
        precision: Precision = Precision.FP32,
        context: int | None = None,
        threads: int | None = None,
        kernel: Kernel | None = None,
    ) -> "Decoder":
        """Pack a model.

        Args:
            model: the model, which is not needed any more afterwards.
            slots: how many sequences may share the batch.
            precision: in what the weights are kept.
            context: the longest past that is kept, which takes memory; None for the model's own.
            threads: how many compute a step; None for what :func:`make_network` takes.
            kernel: what computes it; None for what is faster on this machine.

        Raises:
            ModelError: there is no room in memory.
        """
        kept = min(context or model.shape.context, model.shape.context)
        return cls(make_network(model, precision, slots, kept, threads=threads, kernel=kernel))

    @property
    def slots(self) -> int:
        """How many sequences there is room for."""
        return self.network.rows

    @property
    def free(self) -> int:
        """How many sequences may still join."""
        return self.slots - len(self._rows)

    def join(
        self,
        prompt: Sequence[int],
        sampling: Sampling,
        processors: Sequence[LogitsProcessor] = (),
    ) -> int:
        """Take in a sequence that continues a prompt.

        Args:
            prompt: tokens, of which the end counts where they are more than the context.
            sampling: how the sequence goes on.
            processors: what its logits go through, in order. They are told of what is drawn and
                copied; whatever they have to know of the prompt, the caller tells them.

        Returns:
            its slot.

        Raises:
            ValueError: all slots are taken, the prompt is empty, or it holds no such token.
        """
        if not self.free:
            raise ValueError("all slots are taken")
        if not prompt or min(prompt) < 0 or max(prompt) >= self.network.shape.vocabulary:
            raise ValueError("a prompt is one or more tokens of the vocabulary")
        taken = {sequence.slot for sequence in self._rows}
        slot = next(slot for slot in range(self.slots) if slot not in taken)
        tokens = list(prompt[-self.network.context :])
        row = len(self._rows)
        same = next((i for i, other in enumerate(self._rows) if other.tokens == tokens), None)
        self._rows.append(_Sequence(slot, sampling, tuple(processors), tokens, len(tokens)))
        if same is None:
            self._read(row)
        else:
            # Candidates of a piece begin alike, and reading takes longer than copying.
            self.network.move(same, row, self._rows[row].held)
        return slot

    def fork(
        self, sources: Sequence[int], targets: Sequence[int], samplings: Sequence[Sampling]
    ) -> None:
        """Replace sequences by copies of others, which go on from where these are.

        Args:
            sources: slots of the sequences to copy.
            targets: slots of the sequences that give way, one for each source.
            samplings: how the copies go on; with another seed, otherwise.

        Raises:
            ValueError: a sequence should be both copied and replaced, or one of other processors
                replaced.
        """
        if set(sources) & set(targets):
            raise ValueError("a sequence that gives way cannot be copied")
        pairs = [(self._row(one), self._row(other)) for one, other in _pairs(sources, targets)]
        if any(self._rows[one].processors != self._rows[other].processors for one, other in pairs):
            raise ValueError("a copy needs the processors of what it replaces")
        for (one, other), sampling in zip(pairs, samplings, strict=True):
            parent, slot = self._rows[one], self._rows[other].slot
            self.network.move(one, other, parent.held)
            self._rows[other] = replace(
                parent, slot=slot, sampling=sampling, tokens=list(parent.tokens)
            )
        copies = [self._rows[other] for _, other in pairs]
        for processors, own in _by_processors(copies).items():
            source, target = (_integers([side[i] for i in own]) for side in (sources, targets))
            for processor in processors:
                processor.fork(source, target)

    def leave(self, slot: int) -> None:
        """Let a sequence go; its slot is free at once."""
        row = self._row(slot)
        gone, last = self._rows[row], self._rows.pop()
        if last is not gone:
            self.network.move(len(self._rows), row, last.held)
            self._rows[row] = last
        for processor in gone.processors:
            processor.release(_integers([slot]))

    def drawn(self, slot: int) -> list[int]:
        """What a sequence has drawn since its prompt."""
        sequence = self._rows[self._row(slot)]
        return sequence.tokens[sequence.prompt :]

    def step(self, slots: Collection[int] | None = None) -> dict[int, int]:
        """Draw one token for each sequence.

        Args:
            slots: of the sequences that take part; the others stay as they are. None for all.

        Returns:
            token of each sequence that takes part, by slot.
        """
        for row, sequence in enumerate(self._rows):
            if sequence.held == self.network.context:
                sequence.start = len(sequence.tokens) - max(sequence.held // 2, 1)
                self._read(row)
        rows = [row for row, s in enumerate(self._rows) if slots is None or s.slot in slots]
        if not rows:
            return {}
        sequences = [self._rows[row] for row in rows]
        logits = self._logits()[rows] if len(rows) < len(self._rows) else self._logits()
        groups = _by_processors(sequences)
        numbers = {
            processors: _integers([sequences[i].slot for i in own])
            for processors, own in groups.items()
        }
        for processors, own in groups.items():
            part = logits if len(groups) == 1 else logits[own]
            for processor in processors:
                part = processor.apply(part, numbers[processors])
            if len(groups) == 1:
                logits = part
            else:
                logits[own] = part
        chosen = choose(logits, [s.sampling for s in sequences], [s.drawn for s in sequences])
        for processors, own in groups.items():
            tokens = chosen if len(groups) == 1 else chosen[own]
            for processor in processors:
                processor.observe(numbers[processors], tokens)
        drawn = {}
        for sequence, token in zip(sequences, chosen.tolist(), strict=True):
            sequence.tokens.append(token)
            drawn[sequence.slot] = token
        return drawn

    def _row(self, slot: int) -> int:
        return next(i for i, sequence in enumerate(self._rows) if sequence.slot == slot)

    def _read(self, row: int) -> None:
        """Fill the cache with all tokens but the last, which the next step takes."""
        sequence = self._rows[row]
        self.network.prefill(row, _integers(sequence.tokens[sequence.start : -1]))

    def _logits(self) -> Floats:
        """The logits of the sequences that are here."""
        network, batch = self.network, self._rows
        rows = next(size for size in network.sizes if size >= len(batch))
        idle = rows - len(batch)
        held = [s.held for s in batch] + [0] * idle
        last = [s.tokens[-1] for s in batch] + [0] * idle
        return network.step(_integers(last), _integers(held), max(held))[: len(batch)]


def _integers(numbers: Sequence[int]) -> Ints:
    return np.array(numbers, np.int64)


def _pairs(sources: Sequence[int], targets: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(sources, targets, strict=True)


def _by_processors(sequences: Sequence[_Sequence]) -> dict[Processors, list[int]]:
    """Which of the sequences have the same processors, so that these see them all at once."""
    groups: dict[Processors, list[int]] = {}
    for place, sequence in enumerate(sequences):
        groups.setdefault(sequence.processors, []).append(place)
    return groups


def generate(
    decoder: Decoder,
    prompts: Sequence[Sequence[int]],
    samplings: Sequence[Sampling],
    tokens: int,
    *,
    processors: Sequence[LogitsProcessor] = (),
    begin: Callable[[int, int], None] | None = None,
    end: int | None = None,
) -> list[list[int]]:
    """Continue every prompt by up to ``tokens`` tokens, as many at a time as there are slots.

    Args:
        decoder: a decoder with free slots.
        prompts: what to continue.
        samplings: one for each prompt.
        tokens: how many tokens to draw at most.
        processors: what the logits go through before every draw, in order.
        begin: is given the slot and the index of each prompt as soon as it has joined, to tell the
            processors of it.
        end: the token that ends a sequence; it is left out of the result.

    Returns:
        the tokens that follow each prompt.
    """
    results: list[list[int]] = [[] for _ in prompts]
    waiting: Iterator[int] = iter(range(len(prompts)))
    running: dict[int, int] = {}

    def fill() -> None:
        while decoder.free and (index := next(waiting, None)) is not None:
            slot = decoder.join(prompts[index], samplings[index], processors)
            running[slot] = index
            if begin is not None:
                begin(slot, index)

    if tokens > 0:
        fill()
    while running:
        for slot, token in decoder.step().items():
            result = results[running[slot]]
            if token != end:
                result.append(token)
            if token == end or len(result) == tokens:
                decoder.leave(slot)
                del running[slot]
        fill()
    return results

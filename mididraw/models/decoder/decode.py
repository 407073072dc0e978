"""Decoding many sequences at once: they join, take steps together, and leave when they like."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from mididraw.models.decoder.linear import Precision
from mididraw.models.decoder.network import Network
from mididraw.models.decoder.sampling import Sampling, choose
from mididraw.models.decoder.weights import Weights
from mididraw.models.transformer import Transformer


@dataclass(frozen=True, slots=True)
class Rows:
    """What a logits hook is told about the rows of its batch.

    Attributes:
        names: each row's sequence, as :meth:`Decoder.join` named it.
        last: ``int64[rows]``, the token that each row follows.
        drawn: how many tokens each row has drawn since its prompt.
    """

    names: tuple[int, ...]
    last: Tensor
    drawn: tuple[int, ...]


LogitsHook = Callable[[Tensor, Rows], Tensor]
"""``float32[rows, vocabulary]`` and what the rows are → logits to draw from; may work in place."""


@dataclass(slots=True)
class _Sequence:
    name: int
    sampling: Sampling
    tokens: list[int]
    held: int = 0
    drawn: int = 0


@dataclass(slots=True)
class Decoder:
    """A batch of sequences over one network.

    The same sequence, seed and hook give the same tokens whatever shares the batch. Int8 on a CPU
    promises that for any number of slots; the other precisions for decoders with as many slots,
    since there the sums of matrix products may be grouped by how many rows take part. They compute
    as many rows as were found to make no difference (:attr:`Network.sizes`), or all.

    Beyond the context a sequence goes on from the newer half of what it had, read in again, so
    that no token is ever continued from a cache whose beginning is gone.
    """

    network: Network
    _sequences: list[_Sequence] = field(default_factory=list)
    _names: int = 0

    @classmethod
    def of(
        cls,
        model: Transformer,
        *,
        slots: int = 1,
        precision: Precision = Precision.FP32,
        context: int | None = None,
    ) -> "Decoder":
        """Pack a model.

        Args:
            model: the model, which is not needed any more afterwards.
            slots: how many sequences may share the batch.
            precision: in what the weights are kept.
            context: the longest past that is kept, which takes memory; None for the model's own.

        Raises:
            ModelError: there is no room in memory.
        """
        kept = min(context or model.shape.context, model.shape.context)
        return cls(Network(Weights.of(model, precision, slots), slots, kept))

    @property
    def free(self) -> int:
        """How many sequences may still join."""
        return self.network.rows - len(self._sequences)

    @torch.inference_mode()
    def join(self, prompt: Sequence[int], sampling: Sampling) -> int:
        """Take in a sequence that continues ``prompt``, of which the end counts.

        Returns:
            its name.

        Raises:
            ValueError: all slots are taken, the prompt is empty, or it holds no such token.
        """
        shape = self.network.weights.shape
        if not self.free:
            raise ValueError("all slots are taken")
        if not prompt or min(prompt) < 0 or max(prompt) >= shape.vocabulary:
            raise ValueError("a prompt is one or more tokens of the vocabulary")
        self._names += 1
        sequence = _Sequence(self._names, sampling, list(prompt[-self.network.context :]))
        self._sequences.append(sequence)
        self._read(len(self._sequences) - 1)
        return sequence.name

    def fork(self, name: int, sampling: Sampling) -> int:
        """Take in a copy of a sequence, that goes on from where it is.

        Args:
            name: the sequence to copy.
            sampling: how the copy goes on; with another seed, otherwise.

        Returns:
            the copy's name.

        Raises:
            ValueError: all slots are taken.
        """
        if not self.free:
            raise ValueError("all slots are taken")
        row = self._row(name)
        parent = self._sequences[row]
        self._names += 1
        copy = replace(parent, name=self._names, sampling=sampling, tokens=list(parent.tokens))
        self.network.move(row, len(self._sequences), parent.held)
        self._sequences.append(copy)
        return copy.name

    def leave(self, name: int) -> None:
        """Let a sequence go; its slot is free at once."""
        row = self._row(name)
        last = self._sequences.pop()
        if last.name != name:
            self.network.move(len(self._sequences), row, last.held)
            self._sequences[row] = last

    @torch.inference_mode()
    def step(self, hook: LogitsHook | None = None, waiting: Container[int] = ()) -> dict[int, int]:
        """Draw one token for each sequence.

        Args:
            hook: changes the logits of the whole batch before the draw.
            waiting: names of sequences that take no part and stay as they are; the hook is told of
                them all the same.

        Returns:
            token of each sequence by name, in the batch's order.
        """
        batch = self._sequences
        if not batch:
            return {}
        for row, sequence in enumerate(batch):
            if sequence.held == self.network.context:
                del sequence.tokens[: -max(sequence.held // 2, 1)]
                self._read(row)
        logits, last = self._logits()
        if hook is not None:
            names, drawn = tuple(s.name for s in batch), tuple(s.drawn for s in batch)
            logits = hook(logits, Rows(names, last, drawn))
        chosen = choose(logits, [s.sampling for s in batch], [s.drawn for s in batch]).tolist()
        drawn_now = {}
        for sequence, token in zip(batch, chosen, strict=True):
            if sequence.name not in waiting:
                sequence.tokens.append(token)
                sequence.held += 1
                sequence.drawn += 1
                drawn_now[sequence.name] = token
        return drawn_now

    def _row(self, name: int) -> int:
        return next(i for i, sequence in enumerate(self._sequences) if sequence.name == name)

    def _read(self, row: int) -> None:
        """Fill the cache with all tokens but the last, which the next step takes."""
        sequence, network = self._sequences[row], self.network
        network.prefill(row, torch.tensor(sequence.tokens[:-1], device=network.device))
        sequence.held = len(sequence.tokens) - 1

    def _logits(self) -> tuple[Tensor, Tensor]:
        """Logits and the tokens they follow, for the sequences that are here."""
        network, batch = self.network, self._sequences
        rows = next(size for size in network.sizes if size >= len(batch))
        idle = 0 if network.weights.precision.exact else rows - len(batch)
        tokens = [s.tokens[-1] for s in batch] + [0] * idle
        held = [s.held for s in batch] + [0] * idle
        last, lengths = torch.tensor([tokens, held], device=network.device)
        return network.step(last, lengths, max(held))[: len(batch)], last[: len(batch)]


def generate(
    decoder: Decoder,
    prompts: Sequence[Sequence[int]],
    samplings: Sequence[Sampling],
    tokens: int,
    *,
    hook: LogitsHook | None = None,
    end: int | None = None,
) -> list[list[int]]:
    """Continue every prompt by up to ``tokens`` tokens, as many at a time as there are slots.

    Args:
        decoder: a decoder with free slots.
        prompts: what to continue.
        samplings: one for each prompt.
        tokens: how many tokens to draw at most.
        hook: changes the logits before every draw.
        end: the token that ends a sequence; it is left out of the result.

    Returns:
        the tokens that follow each prompt.
    """
    results: list[list[int]] = [[] for _ in prompts]
    waiting: Iterator[int] = iter(range(len(prompts)))
    running: dict[int, int] = {}

    def fill() -> None:
        while decoder.free and (index := next(waiting, None)) is not None:
            running[decoder.join(prompts[index], samplings[index])] = index

    if tokens > 0:
        fill()
    while running:
        for name, token in decoder.step(hook).items():
            result = results[running[name]]
            if token != end:
                result.append(token)
            if token == end or len(result) == tokens:
                decoder.leave(name)
                del running[name]
        fill()
    return results

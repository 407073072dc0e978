"""Tokens per second of the models, beside x-transformers' own and beside the memory's limit."""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from rich.table import Table
from torch import nn

from mididraw.errors import OptionError
from mididraw.models.decoder import Decoder, Precision, Sampling, generate
from mididraw.models.giant.checkpoint import convert
from mididraw.models.giant.shapes import PUBLISHED
from mididraw.models.transformer import Shape, Transformer

BATCHES = (1, 8, 32)
PROMPT = 16
CONTEXT = 512
"""Positions that are kept: enough for the bench, and batches of giants fit in memory."""

_POCKET = Shape(1500, 1024, width=320, depth=8, heads=5, kv_heads=1, hidden=864)
SHAPES = {"pocket": _POCKET} | {name: published.shape for name, published in PUBLISHED.items()}
DEFAULT = ("pocket", "giant-medium")
_SECONDS = 1.0
"""Each timing runs about so long."""
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class DecodeFigures:
    """One model, precision and batch.

    Attributes:
        model: name of the shape; the weights are random.
        precision: in what the weights are kept.
        batch: sequences at a time.
        tokens_per_second: ours, of all sequences together.
        reference: x-transformers' in fp32, or None where it is not installed.
        limit: what reading weights and cache once a step would allow, at ``bandwidth``.
        bandwidth: bytes per second, read from as many bytes as a step reads.
    """

    model: str
    precision: str
    batch: int
    tokens_per_second: float
    reference: float | None
    limit: float
    bandwidth: float


@dataclass(frozen=True, slots=True)
class DecodeReport:
    """All that was measured, with the number of threads."""

    figures: tuple[DecodeFigures, ...]
    threads: int

    def as_json(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {"threads": self.threads, "decode": [asdict(one) for one in self.figures]}

    def tables(self) -> Iterator[Table]:
        """Everything, for people."""
        table = Table(title=f"Decoding, tokens per second, {self.threads} threads")
        columns = ("model", "precision", "batch", "ours", "x-transformers", "ratio", "of limit")
        for column in (*columns, "of batch 1", "GB/s"):
            table.add_column(column)
        single = {(one.model, one.precision): one for one in self.figures if one.batch == 1}
        for one in self.figures:
            alone = single[one.model, one.precision].tokens_per_second
            table.add_row(
                one.model,
                one.precision,
                str(one.batch),
                f"{one.tokens_per_second:.0f}",
                "–" if one.reference is None else f"{one.reference:.0f}",
                "–" if one.reference is None else f"{one.tokens_per_second / one.reference:.1f} ×",
                f"{one.tokens_per_second / one.limit:.0%}",
                f"{one.tokens_per_second / alone:.1f} ×",
                f"{one.bandwidth / 1e9:.1f}",
            )
        yield table


def run_decode_bench(
    names: Sequence[str] = (), *, batches: Sequence[int] = BATCHES, seconds: float = _SECONDS
) -> DecodeReport:
    """Measure decoding with random weights.

    Both sides continue the same prompts by as many tokens, drawn from all logits at temperature
    1; the rounds of ours and x-transformers' alternate, and the best of each counts.

    Args:
        names: of :data:`SHAPES`; empty for our own and the medium giant.
        batches: sequences at a time.
        seconds: about how long each timing runs.

    Raises:
        OptionError: there is no shape of a name.
    """
    for name in names:
        if name not in SHAPES:
            raise OptionError(f"There is no shape “{name}”: choose {', '.join(SHAPES)}.")
    figures = [
        one for name in names or DEFAULT for one in _measure(name, batches, seconds)
    ]
    return DecodeReport(tuple(figures), torch.get_num_threads())


def _measure(name: str, batches: Sequence[int], seconds: float) -> Iterator[DecodeFigures]:
    shape = replace(SHAPES[name], context=CONTEXT)
    reference = _reference(shape)
    if reference is None or shape.norm == "rms":
        # x-transformers has no model with just our own one's parts; its twin is of the same size.
        model = Transformer(shape).requires_grad_(requires_grad=False)
    else:
        model = convert(dict(reference.state_dict()), shape)
    for batch in batches:
        prompts = torch.randint(shape.vocabulary, (batch, PROMPT))
        prompts_list = prompts.tolist()
        samplings = [Sampling(seed=seed) for seed in range(batch)]

        def theirs(tokens: int, prompts: torch.Tensor = prompts) -> None:
            assert reference is not None
            reference.generate(prompts, tokens, filter_logits_fn=lambda logits: logits)

        for precision in Precision:
            decoder = Decoder.of(model, slots=batch, precision=precision)

            def ours(tokens: int) -> None:
                generate(decoder, prompts_list, samplings, tokens)

            tokens, rates = _tokens_for(ours, seconds), {ours: 0.0, theirs: 0.0}
            for _ in range(_ROUNDS):
                for side in rates if reference is not None else (ours,):
                    rates[side] = max(rates[side], _rate(side, tokens) * batch)
            weights = decoder.network.weights
            bandwidth = _bandwidth(weights.bytes_per_step)
            yield DecodeFigures(
                model=name,
                precision=precision.value,
                batch=batch,
                tokens_per_second=rates[ours],
                reference=rates[theirs] or None,
                limit=batch * bandwidth / _bytes(decoder, batch, PROMPT + tokens / 2),
                bandwidth=bandwidth,
            )

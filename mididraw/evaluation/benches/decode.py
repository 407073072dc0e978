"""Tokens per second of the models, beside x-transformers' own and beside the memory's limit."""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from rich.table import Table
from torch import Tensor

from mididraw.errors import OptionError
from mididraw.evaluation.references.xtransformers import reference
from mididraw.models.decoder import Decoder, Precision, Sampling, generate
from mididraw.models.giant.shapes import PUBLISHED
from mididraw.models.pocket.model import SHAPE as POCKET
from mididraw.models.transformer import Transformer

BATCHES = (1, 8, 32)
CONTEXT = 512
"""Positions that are kept: enough for the bench, and batches of giants fit in memory."""

SHAPES = {"pocket": POCKET} | {name: published.shape for name, published in PUBLISHED.items()}
DEFAULT = ("pocket", "giant-medium")
_SECONDS = 1.0
_ROUNDS = 3
_WARMUP = 16
"""Tokens of the first, uncounted round, and the fewest of a counted one."""
_COLUMNS = 4096
_READS = 10
_LARGE = 512 * 2**20

_Side = Callable[[int], object]
"""Continues all prompts by so many tokens."""


@dataclass(frozen=True, slots=True)
class DecodeFigures:
    """One model, precision and batch.

    Attributes:
        model: name of the shape; the weights are random.
        precision: in what the weights are kept.
        batch: sequences at a time.
        tokens_per_second: ours, of all sequences together.
        reference: x-transformers' in fp32 with a model of that shape, or None where it is not
            installed.
        limit: what reading weights and cache once a step would allow at the memory's bandwidth.
        cached_limit: the same at ``cached_bandwidth``.
        bandwidth: bytes per second, read from more bytes than the processor's caches hold.
        cached_bandwidth: bytes per second, read from as many bytes as the weights are: a small
            model's stay in the processor's cache.
    """

    model: str
    precision: str
    batch: int
    tokens_per_second: float
    reference: float | None
    limit: float
    cached_limit: float
    bandwidth: float
    cached_bandwidth: float


@dataclass(frozen=True, slots=True)
class DecodeReport:
    """All that was measured, with the number of threads."""

    figures: tuple[DecodeFigures, ...]
    threads: int

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return {"threads": self.threads, "decode": [asdict(one) for one in self.figures]}

    def tables(self) -> Iterator[Table]:
        """All figures as tables, for people."""
        table = Table(title=f"Decoding, tokens per second, {self.threads} threads")
        columns = ("model", "precision", "batch", "ours", "x-transformers", "ratio", "of batch 1")
        for column in (*columns, "of memory's limit", "GB/s", "of cache's limit", "GB/s"):
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
                f"{one.tokens_per_second / alone:.1f} ×",
                f"{one.tokens_per_second / one.limit:.0%}",
                f"{one.bandwidth / 1e9:.0f}",
                f"{one.tokens_per_second / one.cached_limit:.0%}",
                f"{one.cached_bandwidth / 1e9:.0f}",
            )
        yield table


def run_decode_bench(
    names: Sequence[str] = (), *, batches: Sequence[int] = BATCHES, seconds: float = _SECONDS
) -> DecodeReport:
    """Measure decoding with random weights.

    All sides continue the same prompts of one token by as many tokens, drawn from all logits at
    temperature 1. Their rounds alternate, and the fastest of each counts.

    Args:
        names: of :data:`SHAPES`; empty for our own and the medium giant.
        batches: sequences at a time.
        seconds: about how long the slowest side's rounds take.

    Raises:
        OptionError: there is no shape of a name.
    """
    for name in names:
        if name not in SHAPES:
            raise OptionError(
                "model-shape-unknown",
                "There is no shape “{name}”: choose {known}.",
                name=name,
                known=", ".join(SHAPES),
            )
    figures = [one for name in names or DEFAULT for one in _measure(name, batches, seconds)]
    return DecodeReport(tuple(figures), torch.get_num_threads())


def _measure(name: str, batches: Sequence[int], seconds: float) -> Iterator[DecodeFigures]:
    shape = replace(SHAPES[name], context=CONTEXT)
    model = Transformer(shape).requires_grad_(requires_grad=False)
    theirs = reference(shape)
    for batch in batches:
        prompts = torch.randint(shape.vocabulary, (batch, 1))
        decoders = {kept: Decoder.of(model, slots=batch, precision=kept) for kept in Precision}
        sides: dict[Precision | None, _Side] = {
            kept: _ours(decoder, prompts) for kept, decoder in decoders.items()
        }
        if theirs is not None:
            sides[None] = _theirs(theirs, prompts)
        slowest = max(_timed(side, _WARMUP) / _WARMUP for side in sides.values())
        tokens = max(_WARMUP, min(round(seconds / slowest), CONTEXT // 2))
        best = dict.fromkeys(sides, torch.inf)
        for _ in range(_ROUNDS):
            for key, side in sides.items():
                best[key] = min(best[key], _timed(side, tokens))
        memory = _bandwidth(_LARGE)
        for kept, decoder in decoders.items():
            weights = decoder.network.bytes_per_step
            cached = _bandwidth(weights)
            read = weights + batch * decoder.network.bytes_per_position * tokens / 2
            yield DecodeFigures(
                model=name,
                precision=kept.value,
                batch=batch,
                tokens_per_second=batch * tokens / best[kept],
                reference=None if theirs is None else batch * tokens / best[None],
                limit=batch * memory / read,
                cached_limit=batch * cached / read,
                bandwidth=memory,
                cached_bandwidth=cached,
            )


def _ours(decoder: Decoder, prompts: Tensor) -> _Side:
    samplings = [Sampling(seed=seed) for seed in range(len(prompts))]
    return lambda tokens: generate(decoder, prompts.tolist(), samplings, tokens)


def _theirs(model: Any, prompts: Tensor) -> _Side:
    def generate_all(tokens: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of functions that PyTorch will drop
            # Without a filter, both draw from all tokens.
            model.generate(prompts, tokens, filter_logits_fn=lambda logits: logits)

    return generate_all


def _timed(side: _Side, tokens: int) -> float:
    start = time.perf_counter()
    side(tokens)
    return time.perf_counter() - start


def _bandwidth(size: int) -> float:
    """Bytes per second of the fastest of several reads of ``size`` bytes."""
    matrix = torch.ones(max(size // (4 * _COLUMNS), 1), _COLUMNS)
    vector = torch.ones(_COLUMNS)
    seconds = min(_timed(lambda _: torch.mv(matrix, vector), 0) for _ in range(_READS))
    return matrix.nbytes / seconds

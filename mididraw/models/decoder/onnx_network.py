"""The transformer over a KV cache, run by ONNX Runtime: float32 on CPUs.

Its matrix products pack the weights once and are as fast on AMD's processors as on Intel's.
Attention reads all rows as far as the longest one reaches, and on to the end of a block. What lies
beyond a row's own end adds nothing, after all that counts, so that a row's bits depend on itself
alone.
"""

import os
from dataclasses import dataclass

import numpy as np

from mididraw.arrays import Floats, Ints
from mididraw.errors import ModelError
from mididraw.models.decoder.interface import equal_counts
from mididraw.models.decoder.onnx_graph import (
    LOGITS,
    MASK,
    PLACES,
    POSITIONS,
    TOKENS,
    cache_names,
    write_graph,
)
from mididraw.models.transformer_weights import AnyTransformer

# Its builds of 2026 keep a device's number in the cache folder and report to Microsoft, unless this
# is set when it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

_SPIN_MICROSECONDS = 50
"""How long an idle thread waits for the next product before it sleeps: longer than the pause
between two of them, and much shorter than the pause between two steps."""
_GROUP = 8
"""A step computes as many rows as hold a sequence, or whole groups of them where they are more."""
_BLOCK = 64
"""The caches have room for as many positions as are needed, in whole blocks."""
_CHUNK = 128
"""Tokens of a prompt that go through at once, which bounds the memory that attention takes."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """A call for a certain number of rows and tokens, with the memory that it reads and writes."""

    binding: onnxruntime.IOBinding
    tokens: Ints
    positions: Ints
    places: Ints
    mask: Floats
    logits: Floats

    def fill(self, tokens: Ints, positions: Ints) -> None:
        """Say what comes where, ``int64[rows, time]``; its queries see what lies before it."""
        self.tokens[:] = tokens
        self.positions[:] = positions
        self.places[:, :, 1] = positions
        queries = self.mask.shape[1] // positions.shape[1]
        last = positions.repeat(queries, axis=1)[:, :, None]
        self.mask[:] = 0.0
        np.copyto(self.mask, -np.inf, where=np.arange(self.mask.shape[2]) > last)


class OnnxNetwork:
    """Weights and a cache of ``rows`` sequences of up to ``context`` positions.

    Each layer's keys and values are ``float32[rows, span, head_width]``, owned here and changed in
    place by ONNX Runtime; the span is what the longest sequence needs.

    Raises:
        ModelError: there is no room in memory for the cache.
    """

    def __init__(self, model: AnyTransformer, rows: int, context: int, threads: int) -> None:
        """Pack a model whose shape the graph can be written for, on a CPU."""
        self.shape, self.rows, self.context = model.shape, rows, context
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry(
            "session.intra_op.spin_duration_us", str(_SPIN_MICROSECONDS)
        )
        # Its warnings speak of graphs in general, and standard error belongs to the caller.
        options.log_severity_level = 3
        weights = model.arrays()
        graph = write_graph(model.shape, weights, context)
        values = map(onnxruntime.OrtValue.ortvalue_from_numpy, graph.constants.values())
        options.add_external_initializers(list(graph.constants), list(values))
        self._session = onnxruntime.InferenceSession(
            graph.model, options, providers=["CPUExecutionProvider"]
        )
        self._span = 0
        self._caches: list[tuple[Floats, Floats]] = []
        self._bound: dict[int, _Bound] = {}
        self._make_room(1)
        read = [one.nbytes for name, one in weights.items() if name.startswith("blocks.")]
        self.bytes_per_step = sum(read) + weights["embedding.weight"].nbytes
        self.sizes: tuple[int, ...] = (rows,)
        self.sizes = equal_counts(self, (*range(1, _GROUP), *range(_GROUP, rows, _GROUP)))

    @property
    def bytes_per_position(self) -> int:
        """Bytes of cache that a step reads for each position of a row."""
        return sum(part[0, 0].nbytes for layer in self._caches for part in layer)

    def prefill(self, row: int, tokens: Ints) -> None:
        """Write the keys and values of ``int64[time]`` into ``row``, from position 0 on."""
        if len(tokens) > self._span:
            self._make_room(len(tokens))
        for start in range(0, len(tokens), _CHUNK):
            part = tokens[None, start : start + _CHUNK]
            stop = start + part.shape[1]
            call = self._bind(row, 1, part.shape[1], self._span_of(stop), self.shape.heads)
            call.fill(part, np.arange(start, stop)[None])
            self._session.run_with_iobinding(call.binding)

    def step(self, tokens: Ints, lengths: Ints, longest: int) -> Floats:
        """Take one token a row and tell what may follow.

        Args:
            tokens: ``int64[n]``, the next token of the first ``n`` rows.
            lengths: ``int64[n]``, the positions that these rows hold already.
            longest: the largest of them; what other rows hold beyond it is lost.

        Returns:
            ``float32[n, vocabulary]``, logits; the memory is used again by the next step.
        """
        rows = len(tokens)
        if self._span != self._span_of(longest + 1):
            self._make_room(longest + 1)
        if rows not in self._bound:
            self._bound[rows] = self._bind(0, rows, 1, self._span)
        call = self._bound[rows]
        call.fill(tokens[:, None], lengths[:, None])
        self._session.run_with_iobinding(call.binding)
        return call.logits[:, 0]

    def move(self, source: int, target: int, length: int) -> None:
        """Copy the first ``length`` positions of row ``source`` to row ``target``."""
        for layer in self._caches:
            for part in layer:
                part[target, :length] = part[source, :length]

    def _span_of(self, positions: int) -> int:
        return min(-(-positions // _BLOCK) * _BLOCK, self.context)

    def _make_room(self, positions: int) -> None:
        """Lay the caches anew for so many positions of each row, keeping what they hold of them."""
        span = self._span_of(positions)
        size = (self.rows, span, self.shape.head_width)
        try:
            laid = [(_zeros(size), _zeros(size)) for _ in range(self.shape.depth)]
        except MemoryError as error:
            raise ModelError(
                "memory-full-pieces",
                "There is no room in memory for {rows} pieces at a time: write fewer at once.",
                rows=self.rows,
            ) from error
        kept = min(self._span, span)
        for new, old in zip(laid, self._caches, strict=bool(self._caches)):
            for part, before in zip(new, old, strict=True):
                part[:, :kept] = before[:, :kept]
        self._caches, self._span = laid, span
        self._bound.clear()

    def _bind(self, row: int, rows: int, time: int, span: int, queries: int = 1) -> _Bound:
        """Prepare a call.

        Args:
            row: the first that takes part.
            rows: how many do; all of the cache's span is theirs, or part of it is a single one's.
            time: tokens of each.
            span: positions of the cache that are seen.
            queries: for so many of each token it is told what they must not see.
        """
        call = _Bound(
            binding=self._session.io_binding(),
            tokens=np.zeros((rows, time), np.int64),
            positions=np.zeros((rows, time), np.int64),
            places=np.zeros((rows, time, 2), np.int64),
            mask=_zeros((rows, time * queries, span)),
            logits=_zeros((rows, time, self.shape.vocabulary)),
        )
        call.places[:, :, 0] = np.arange(rows)[:, None]
        inputs: dict[str, Ints | Floats] = {
            TOKENS: call.tokens,
            POSITIONS: call.positions,
            PLACES: call.places,
            MASK: call.mask,
        }
        outputs = {LOGITS: call.logits}
        for layer, caches in enumerate(self._caches):
            before, after = cache_names(layer)
            own = [cache[row : row + rows, :span] for cache in caches]
            inputs |= dict(zip(before, own, strict=True))
            outputs |= dict(zip(after, own, strict=True))
        for name, array in inputs.items():
            call.binding.bind_input(*_memory(name, array))
        for name, array in outputs.items():
            call.binding.bind_output(*_memory(name, array))
        return call


def _zeros(size: tuple[int, ...]) -> Floats:
    return np.zeros(size, np.float32)


def _memory(name: str, array: Ints | Floats) -> tuple[str, str, int, type, tuple[int, ...], int]:
    return (name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)

"""The transformer over a KV cache, run by ONNX Runtime: float32 on CPUs.

Its matrix products pack the weights once and are as fast on AMD's processors as on Intel's, and
attention reads what a row holds and no more, so that a row's bits depend on itself alone.
"""

import os
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mididraw.errors import ModelError
from mididraw.models.decoder.interface import equal_counts
from mididraw.models.decoder.onnx_graph import (
    LENGTHS,
    LOGITS,
    TOKENS,
    TOTAL,
    cache_names,
    write_graph,
)
from mididraw.models.transformer import Transformer

# Its builds of 2026 keep a device's number in the cache folder and report to Microsoft, unless this
# is set when it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

_SPIN_MICROSECONDS = 50
"""How long an idle thread waits for the next product before it sleeps: longer than the pause
between two of them, and much shorter than the pause between two steps."""
_GROUP = 8
"""A step computes as many rows as hold a sequence, or whole groups of them where they are more."""
_TYPES = {torch.int64: np.int64, torch.int32: np.int32, torch.float32: np.float32}


@dataclass(frozen=True, slots=True)
class _Bound:
    """A call for a certain number of rows and tokens, with the memory that it reads and writes."""

    binding: onnxruntime.IOBinding
    tokens: Tensor
    lengths: Tensor
    total: Tensor
    logits: Tensor


class OnnxNetwork:
    """Weights and a preallocated cache of ``rows`` sequences of up to ``context`` positions.

    Each layer's keys and values are ``float32[rows, kv_heads, context, head_width]``, owned here
    and changed in place by ONNX Runtime.

    Raises:
        ModelError: there is no room in memory for the cache.
    """

    def __init__(self, model: Transformer, rows: int, context: int, threads: int) -> None:
        """Pack a model whose shape the graph can be written for, on a CPU."""
        self.shape, self.rows, self.context = model.shape, rows, context
        self.device = torch.device("cpu")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry(
            "session.intra_op.spin_duration_us", str(_SPIN_MICROSECONDS)
        )
        # Its warnings speak of graphs in general, and standard error belongs to the caller.
        options.log_severity_level = 3
        graph = write_graph(model, context)
        values = map(onnxruntime.OrtValue.ortvalue_from_numpy, graph.constants.values())
        options.add_external_initializers(list(graph.constants), list(values))
        self._session = onnxruntime.InferenceSession(
            graph.model, options, providers=["CPUExecutionProvider"]
        )
        shape = model.shape
        size = (rows, shape.kv_heads, context, shape.head_width)
        try:
            self._caches = [(torch.zeros(size), torch.zeros(size)) for _ in range(shape.depth)]
        except (MemoryError, RuntimeError) as error:  # the latter is PyTorch's way to say so
            raise ModelError(
                "memory-full-pieces",
                "There is no room in memory for {rows} pieces at a time: write fewer at once.",
                rows=rows,
            ) from error
        self._bound: dict[int, _Bound] = {}
        read = sum(part.numel() for part in model.blocks.parameters())
        self.bytes_per_step = 4 * (read + model.embedding.weight.numel())
        self.sizes: tuple[int, ...] = (rows,)
        self.sizes = equal_counts(self, (*range(1, _GROUP), *range(_GROUP, rows, _GROUP)))

    @property
    def bytes_per_position(self) -> int:
        """Bytes of cache that a step reads for each position of a row."""
        return sum(part[0, :, 0].nbytes for layer in self._caches for part in layer)

    def prefill(self, row: int, tokens: Tensor) -> None:
        """Write the keys and values of ``int64[time]`` into ``row``, from position 0 on."""
        if len(tokens):
            call = self._bind(row, 1, len(tokens))
            call.tokens.copy_(tokens[None])
            call.lengths.fill_(len(tokens) - 1)
            call.total.fill_(len(tokens))
            self._session.run_with_iobinding(call.binding)

    def step(self, tokens: Tensor, lengths: Tensor, longest: int) -> Tensor:
        """Take one token a row and tell what may follow.

        Args:
            tokens: ``int64[n]``, the next token of the first ``n`` rows.
            lengths: ``int64[n]``, the positions that these rows hold already.
            longest: the largest of them.

        Returns:
            ``float32[n, vocabulary]``, logits; the memory is used again by the next step.
        """
        rows = len(tokens)
        if rows not in self._bound:
            self._bound[rows] = self._bind(0, rows, 1)
        call = self._bound[rows]
        call.tokens.copy_(tokens[:, None])
        call.lengths.copy_(lengths)
        call.total.fill_(longest + 1)
        self._session.run_with_iobinding(call.binding)
        return call.logits[:, 0]

    def move(self, source: int, target: int, length: int) -> None:
        """Copy the first ``length`` positions of row ``source`` to row ``target``."""
        for layer in self._caches:
            for part in layer:
                part[target, :, :length] = part[source, :, :length]

    @torch.inference_mode(mode=False)  # what is made in it can be written in it alone
    def _bind(self, row: int, rows: int, time: int) -> _Bound:
        """Prepare a call for ``rows`` rows from ``row`` on with ``time`` tokens each."""
        call = _Bound(
            binding=self._session.io_binding(),
            tokens=torch.zeros(rows, time, dtype=torch.int64),
            lengths=torch.zeros(rows, dtype=torch.int32),
            total=torch.zeros(1, dtype=torch.int32),
            logits=torch.zeros(rows, time, self.shape.vocabulary),
        )
        inputs = {TOKENS: call.tokens, LENGTHS: call.lengths, TOTAL: call.total}
        outputs = {LOGITS: call.logits}
        for layer, caches in enumerate(self._caches):
            before, after = cache_names(layer)
            own = [cache[row : row + rows] for cache in caches]
            inputs |= dict(zip(before, own, strict=True))
            outputs |= dict(zip(after, own, strict=True))
        for name, tensor in inputs.items():
            call.binding.bind_input(*_memory(name, tensor))
        for name, tensor in outputs.items():
            call.binding.bind_output(*_memory(name, tensor))
        return call


def _memory(name: str, tensor: Tensor) -> tuple[str, str, int, type, tuple[int, ...], int]:
    return (name, "cpu", 0, _TYPES[tensor.dtype], tuple(tensor.shape), tensor.data_ptr())

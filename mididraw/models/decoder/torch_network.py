"""The transformer over a KV cache, run by PyTorch: any shape, precision and device."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.arrays import Floats, Ints
from mididraw.errors import ModelError
from mididraw.models.decoder.interface import equal_counts
from mididraw.models.decoder.precision import Precision
from mididraw.models.decoder.record import Step, record
from mididraw.models.decoder.weights import LayerWeights, Weights

_SHORT = 128
_BLOCK = 256
"""Attention reads so much of the cache, or whole blocks.

Products of matrices on CPUs are summed in such blocks. Where every read ends on one, a row's sums
are grouped by its own positions alone, and the longer rows beside it change no bit of it.
"""

_GROUP = 8
"""A step computes whole groups of rows, as each count of rows is recorded on its own."""

CHUNK = 512
"""Tokens of a prompt that go through at once, which bounds the memory that attention takes."""


class TorchNetwork:
    """Weights and a preallocated cache of ``rows`` sequences of up to ``context`` positions.

    Each layer's cache is ``[2 * kv_heads, rows, context, head_width]``, keys before values. Row
    ``r`` holds its sequence's positions from 0 on; what lies beyond its length is masked.

    Raises:
        ModelError: there is no room in memory for the cache.
    """

    def __init__(self, weights: Weights, rows: int, context: int) -> None:
        shape = weights.shape
        self.weights, self.rows, self.context = weights, rows, context
        self.shape, self.bytes_per_step = shape, weights.bytes_per_step
        self.device = weights.embedding.device
        half = weights.precision is Precision.BF16 or self.device.type == "cuda"
        self.dtype = torch.bfloat16 if half else torch.float32
        size = (2 * shape.kv_heads, rows, context, shape.head_width)
        try:
            self.caches = [
                torch.zeros(size, dtype=self.dtype, device=self.device) for _ in weights.layers
            ]
        except (MemoryError, RuntimeError) as error:  # the latter is PyTorch's way to say so
            raise ModelError(
                "memory-full-pieces",
                "There is no room in memory for {rows} pieces at a time: write fewer at once.",
                rows=rows,
            ) from error
        self.starts = torch.arange(rows, device=self.device) * context
        self.columns = torch.arange(context, device=self.device)
        self._recorded: dict[tuple[int, int], Step] = {}
        self.sizes: tuple[int, ...] = (rows,)
        self.sizes = self._counts()

    @property
    def bytes_per_position(self) -> int:
        """Bytes of cache that a step reads for each position of a row."""
        return sum(cache[:, 0, 0].nbytes for cache in self.caches)

    @torch.inference_mode()
    def prefill(self, row: int, tokens: Ints) -> None:
        """Write the keys and values of ``int64[time]`` into ``row``, from position 0 on."""
        for start in range(0, len(tokens), CHUNK):
            self._chunk(row, self._tensor(tokens[start : start + CHUNK]), start)

    def _chunk(self, row: int, tokens: Tensor, start: int) -> None:
        shape = self.weights.shape
        stop = start + len(tokens)
        positions = self.columns[start:stop]
        x, turn = self._embed(tokens, positions)
        past = self.columns[:stop] <= positions[:, None]
        for layer, cache in zip(self.weights.layers, self.caches, strict=True):
            heads = self._heads(layer, x, turn)
            q, kv = heads[:, : shape.heads], heads[:, shape.heads :]
            cache[:, row, start:stop] = kv.transpose(0, 1)
            k, v = (
                cache[None, : shape.kv_heads, row, :stop],
                cache[None, shape.kv_heads :, row, :stop],
            )
            mixed = F.scaled_dot_product_attention(
                q.transpose(0, 1)[None].to(self.dtype),
                k,
                v,
                attn_mask=past,
                scale=1.0,
                enable_gqa=shape.heads != shape.kv_heads,
            )
            x = self._rest(layer, x, mixed[0].transpose(0, 1).flatten(1))

    @torch.inference_mode()
    def step(self, tokens: Ints, lengths: Ints, longest: int) -> Floats:
        """Take one token a row and tell what may follow.

        Args:
            tokens: ``int64[n]``, the next token of the first ``n`` rows.
            lengths: ``int64[n]``, the positions that these rows hold already.
            longest: the largest of them.

        Returns:
            ``float32[n, vocabulary]``, logits.
        """
        span = min(_span(longest + 1), self.context)
        # Packed weights are of a kind that PyTorch cannot record; they belong to large models,
        # where recording gains nothing.
        given = self._tensor(tokens), self._tensor(lengths)
        recordable = self.weights.precision is Precision.FP32 or self.device.type == "cuda"
        if not recordable or len(tokens) not in self.sizes:
            return _array(self._step(span, *given, *self.caches))
        kind = (len(tokens), span)
        if kind not in self._recorded:
            self._recorded[kind] = record(
                lambda *inputs: self._step(span, *inputs), *given, *self.caches
            )
        return _array(self._recorded[kind](*given))

    def _counts(self) -> tuple[int, ...]:
        if self.weights.precision.exact:
            return tuple(range(1, self.rows + 1))
        if self.weights.precision is Precision.FP32 and self.device.type == "cpu":
            return equal_counts(self, range(_GROUP, self.rows, _GROUP))
        return (self.rows,)

    def _step(self, span: int, tokens: Tensor, lengths: Tensor, *caches: Tensor) -> Tensor:
        shape = self.weights.shape
        rows = len(tokens)
        x, turn = self._embed(tokens, lengths)
        here = self.starts[:rows] + lengths
        bias = torch.zeros(rows, span, dtype=self.dtype, device=self.device)
        bias.masked_fill_(self.columns[:span] > lengths[:, None], -torch.inf)
        bias = bias[:, None, None]
        for layer, cache in zip(self.weights.layers, caches, strict=True):
            heads = self._heads(layer, x, turn)
            q, kv = heads[:, : shape.heads], heads[:, shape.heads :]
            cache.flatten(1, 2).index_copy_(1, here, kv.transpose(0, 1).to(self.dtype))
            # The query heads of one key head stand as its queries, so its keys are read once.
            q = q.reshape(rows, shape.kv_heads, -1, shape.head_width).to(self.dtype)
            k, v = cache[:, :rows, :span].transpose(0, 1).chunk(2, dim=1)
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=1.0)
            x = self._rest(layer, x, mixed.reshape(rows, -1))
        return self.weights.output(self.weights.norm(x))

    @torch.inference_mode()
    def move(self, source: int, target: int, length: int) -> None:
        """Copy the first ``length`` positions of row ``source`` to row ``target``."""
        for cache in self.caches:
            cache[:, target, :length] = cache[:, source, :length]

    def _tensor(self, numbers: Ints) -> Tensor:
        return torch.from_numpy(numbers).to(self.device)

    def _embed(self, tokens: Tensor, positions: Tensor) -> tuple[Tensor, Tensor | None]:
        weights = self.weights
        x = F.embedding(tokens, weights.embedding).float()
        if weights.positions is not None:
            x = x + weights.positions[positions]
        if weights.turns is None:
            return x, None
        # Written out for every head, values too, which keep still: so it is one plain product.
        turning = self.weights.shape.heads + self.weights.shape.kv_heads
        turn = weights.turns[positions][:, None]
        still = torch.ones_like(turn).expand(-1, self.weights.shape.kv_heads, -1)
        return x, torch.cat([turn.expand(-1, turning, -1), still], dim=1)

    def _heads(self, layer: LayerWeights, x: Tensor, turn: Tensor | None) -> Tensor:
        """Queries, keys and values ``float32[n, heads + 2 * kv_heads, head_width]``, turned."""
        shape = self.weights.shape
        qkv = layer.qkv(layer.attention_norm(x))
        if turn is not None:
            torch.view_as_complex(qkv.view(len(x), -1, shape.head_width // 2, 2)).mul_(turn)
        return qkv.view(len(x), -1, shape.head_width)

    def _rest(self, layer: LayerWeights, x: Tensor, mixed: Tensor) -> Tensor:
        x = layer.out.onto(x, mixed.float())
        return layer.down.onto(x, layer.activation(layer.up(layer.feedforward_norm(x))))


def _array(logits: Tensor) -> Floats:
    array: Floats = logits.cpu().numpy()
    return array


def _span(length: int) -> int:
    """The least length to read that holds ``length`` positions."""
    return _SHORT if length <= _SHORT else -(-length // _BLOCK) * _BLOCK

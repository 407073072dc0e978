"""The decoder-only transformer that both kinds of model are shapes of."""

from collections.abc import Callable, Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it
from torch.overrides import TorchFunctionMode

from mididraw.arrays import Floats
from mididraw.models.transformer_weights import AnyTransformer, TransformerConfig

_PART = 256
"""Queries that attend at a time in training."""


class Attention(nn.Module):
    """Causal self-attention with shared key and value heads."""

    def __init__(self, shape: TransformerConfig) -> None:
        super().__init__()
        self.shape = shape
        count = shape.heads + 2 * shape.kv_heads
        self.qkv = nn.Linear(shape.width, count * shape.head_width, bias=False)
        self.out = nn.Linear(shape.heads * shape.head_width, shape.width, bias=False)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor] | None) -> Tensor:
        """Attend; ``x`` and result ``[batch, time, width]``; ``turn`` is for rotary positions."""
        q, k, v = self.split(self.qkv(x))
        if turn is not None:
            q, k = rotate(q, turn), rotate(k, turn)
        if self.training and x.device.type == "cpu":
            mixed = attend_in_parts(q, k, v)
        else:
            grouped = self.shape.kv_heads != self.shape.heads
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=grouped)
        result: Tensor = self.out(mixed.transpose(1, 2).flatten(2))
        return result

    def split(self, qkv: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Part ``[batch, time, …]`` into queries, keys and values ``[batch, heads, time, …]``."""
        shape = self.shape
        heads = qkv.view(*qkv.shape[:-1], -1, shape.head_width).transpose(1, 2)
        counts = [shape.heads, shape.kv_heads, shape.kv_heads]
        q, k, v = torch.split(heads, counts, dim=1)
        return q, k, v


class SwiGLU(nn.Module):
    """SwiGLU (Shazeer 2020)."""

    def __init__(self, shape: TransformerConfig) -> None:
        super().__init__()
        self.up = nn.Linear(shape.width, 2 * shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """``x`` and result ``[…, width]``."""
        gate, value = self.up(x).chunk(2, dim=-1)
        result: Tensor = self.down(F.silu(gate) * value)
        return result


class GELU(nn.Module):
    """Two layers with biases around a GELU (Hendrycks & Gimpel 2016)."""

    def __init__(self, shape: TransformerConfig) -> None:
        super().__init__()
        self.up = nn.Linear(shape.width, shape.hidden)
        self.down = nn.Linear(shape.hidden, shape.width)

    def forward(self, x: Tensor) -> Tensor:
        """``x`` and result ``[…, width]``."""
        result: Tensor = self.down(F.gelu(self.up(x)))
        return result


class Block(nn.Module):
    """Attention and feed-forward, each behind a norm and beside a residual (pre-norm)."""

    def __init__(self, shape: TransformerConfig) -> None:
        super().__init__()
        self.attention_norm = _norm(shape)
        self.attention = Attention(shape)
        self.feedforward_norm = _norm(shape)
        self.feedforward = SwiGLU(shape) if shape.feedforward == "swiglu" else GELU(shape)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor] | None) -> Tensor:
        """``x`` and result ``[batch, time, width]``."""
        x = x + self.attention(self.attention_norm(x), turn)
        result: Tensor = x + self.feedforward(self.feedforward_norm(x))
        return result


class _Undrawn(TorchFunctionMode):
    """Leaves weights as they are where they would be drawn at random.

    On the meta device alone, drawing them would load a second of libraries.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        given = kwargs or {}
        if getattr(func, "__module__", None) == nn.init.__name__:
            return args[0] if args else given["tensor"]
        return func(*args, **given)


class Transformer(nn.Module):
    """Tokens → logits of the next token."""

    def __init__(self, shape: TransformerConfig) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        if shape.positions == "learned":
            self.positions = nn.Embedding(shape.context, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.depth))
        self.norm = _norm(shape)
        if not shape.tied:
            self.output = nn.Linear(shape.width, shape.vocabulary)
        self.reset()

    @classmethod
    def blank(cls, shape: TransformerConfig) -> Self:
        """Make one that awaits its weights: no memory is taken and no random numbers are drawn."""
        with torch.device("meta"), _Undrawn():
            return cls(shape)

    @classmethod
    def of(cls, weights: AnyTransformer) -> Self:
        """Make one of weights, where possible without a copy; ready to write.

        Raises:
            RuntimeError: they do not fit their shape.
        """
        model = cls.blank(weights.shape)
        state = {name: torch.from_numpy(array) for name, array in weights.arrays().items()}
        model.load_state_dict(state, assign=True)
        return model.eval()

    def reset(self) -> None:
        """Start from small random weights; what ends on the residual stream from smaller ones."""
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                ends = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(weight, std=0.02 / (2 * self.shape.depth) ** 0.5 if ends else 0.02)

    def forward(self, tokens: Tensor) -> Tensor:
        """Whole sequences, for training and as the plain way that the decoder is tested against.

        Args:
            tokens: ``int64[batch, time]``, ``time`` up to the context.

        Returns:
            ``float[batch, time, vocabulary]``, the logits of the token that follows each.
        """
        x = self.embedding(tokens)
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        turn = None
        if self.shape.positions == "learned":
            x = x + self.positions(positions)
        else:
            turn = rotation(self.shape, positions)
        for block in self.blocks:
            x = block(x, turn)
        return F.linear(self.norm(x), *self.readout())

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.embedding.weight.device

    @property
    def on_gpu(self) -> bool:
        """Whether the weights are on a GPU."""
        return self.device.type == "cuda"

    def arrays(self) -> dict[str, Floats]:
        """The weights by their names."""
        state = self.state_dict().items()
        return {name: value.detach().float().cpu().numpy() for name, value in state}

    def readout(self) -> tuple[Tensor, Tensor | None]:
        """Weights ``[vocabulary, width]`` and bias ``[vocabulary]`` of the output."""
        if self.shape.tied:
            return self.embedding.weight, None
        return self.output.weight, self.output.bias


def as_module(model: AnyTransformer) -> Transformer:
    """The transformer itself where it is a module, or one that shares its weights' memory."""
    return model if isinstance(model, Transformer) else Transformer.of(model)


def attend_in_parts(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention as products of matrices, a part of the queries at a time.

    A CPU trains by it faster than by PyTorch's own, which spends more than half of a step on it.

    Args:
        q: queries, ``[batch, heads, time, head_width]``.
        k: keys, ``[batch, kv_heads, time, head_width]``; as many heads share each.
        v: values, shaped as the keys.
    """
    batch, heads, time, width = q.shape
    groups = k.shape[1]
    mixed = []
    for first in range(0, time, _PART):
        last = min(first + _PART, time)
        own = (q[:, :, first:last] * width**-0.5).reshape(batch, groups, -1, width)
        score = (own @ k[:, :, :last].transpose(2, 3)).view(batch, heads, last - first, last)
        places = torch.arange(last, device=q.device)
        score = score.float().masked_fill(places[first:, None] < places, -torch.inf)
        share = score.softmax(dim=-1).to(v.dtype).view(batch, groups, -1, last)
        mixed.append((share @ v[:, :, :last]).view(batch, heads, last - first, width))
    return torch.cat(mixed, dim=2)


def _norm(shape: TransformerConfig) -> nn.RMSNorm | nn.LayerNorm:
    return nn.RMSNorm(shape.width) if shape.norm == "rms" else nn.LayerNorm(shape.width)


def rotation(shape: TransformerConfig, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and sine ``float[…, turning / 2]`` of the rotary angles at ``positions``."""
    half = shape.turning // 2
    steps = torch.arange(half, device=positions.device, dtype=torch.float32) / half
    angles = positions[..., None].float() * shape.rotary_base**-steps
    return angles.cos(), angles.sin()


def rotate(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Turn the first channels of ``x`` ``[batch, heads, time, head_width]`` by the angles."""
    cosine, sine = (part.to(x.dtype) for part in turn)
    half = cosine.shape[-1]
    parts = [half, half, x.shape[-1] - 2 * half]
    first, second, still = torch.split(x, parts, dim=-1)
    return torch.cat(
        [first * cosine - second * sine, second * cosine + first * sine, still], dim=-1
    )

"""The decoder-only transformer that both kinds of model are shapes of."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a transformer.

    Attributes:
        vocabulary: number of tokens.
        context: longest sequence in tokens.
        width: channels of the residual stream.
        depth: number of blocks.
        heads: query heads.
        kv_heads: key and value heads; fewer than ``heads`` share them (Ainslie et al. 2023).
        hidden: channels inside the feed-forward layers.
        rotary_base: wavelength base of the rotary positions (Su et al. 2021).
    """

    vocabulary: int
    context: int
    width: int
    depth: int
    heads: int
    kv_heads: int
    hidden: int
    rotary_base: float = 10_000.0

    def __post_init__(self) -> None:
        if self.width % self.heads or self.heads % self.kv_heads:
            raise ValueError("width must divide by heads, and heads by kv_heads")

    @property
    def head_width(self) -> int:
        """Channels of one head."""
        return self.width // self.heads


class Attention(nn.Module):
    """Causal self-attention with rotary positions and shared key and value heads."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        kv_width = shape.kv_heads * shape.head_width
        self.qkv = nn.Linear(shape.width, shape.width + 2 * kv_width, bias=False)
        self.out = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        """``x`` and result ``[batch, time, width]``."""
        batch, time, width = x.shape
        q, k, v = self.split(self.qkv(x))
        q, k = rotate(q, rotation), rotate(k, rotation)
        grouped = self.shape.kv_heads != self.shape.heads
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=grouped)
        result: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, time, width))
        return result

    def split(self, qkv: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Part ``[batch, time, …]`` into queries, keys and values ``[batch, heads, time, …]``."""
        shape = self.shape
        counts = (shape.heads, shape.kv_heads, shape.kv_heads)
        parts = torch.split(qkv, [count * shape.head_width for count in counts], dim=-1)
        q, k, v = (
            part.unflatten(-1, (count, shape.head_width)).transpose(1, 2)
            for part, count in zip(parts, counts, strict=True)
        )
        return q, k, v


class FeedForward(nn.Module):
    """SwiGLU (Shazeer 2020)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.up = nn.Linear(shape.width, 2 * shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """``x`` and result ``[…, width]``."""
        gate, value = self.up(x).chunk(2, dim=-1)
        result: Tensor = self.down(F.silu(gate) * value)
        return result


class Block(nn.Module):
    """Attention and feed-forward, each before its norm's residual (pre-norm, RMSNorm)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(shape.width)
        self.attention = Attention(shape)
        self.feedforward_norm = nn.RMSNorm(shape.width)
        self.feedforward = FeedForward(shape)

    def forward(self, x: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        """``x`` and result ``[batch, time, width]``."""
        x = x + self.attention(self.attention_norm(x), rotation)
        result: Tensor = x + self.feedforward(self.feedforward_norm(x))
        return result


class Transformer(nn.Module):
    """Tokens → logits of the next token; embedding and output share their weights."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.depth))
        self.norm = nn.RMSNorm(shape.width)
        self.reset()

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
        turn = rotation(self.shape, positions)
        for block in self.blocks:
            x = block(x, turn)
        return F.linear(self.norm(x), self.embedding.weight)


def rotation(shape: Shape, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and sine ``float[…, head_width / 2]`` of the rotary angles at ``positions``."""
    half = shape.head_width // 2
    steps = torch.arange(half, device=positions.device, dtype=torch.float32) / half
    angles = positions[..., None].float() * shape.rotary_base**-steps
    return angles.cos(), angles.sin()


def rotate(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Turn ``x`` ``[batch, heads, time, head_width]`` by its positions' angles."""
    cosine, sine = (part.to(x.dtype) for part in turn)
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)

"""A transformer's weights as decoding wants them: packed, and with constants folded in."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.models.decoder.linear import Linear, linear
from mididraw.models.decoder.precision import Precision
from mididraw.models.transformer import Attention, Block, Transformer, rotation
from mididraw.models.transformer_weights import TransformerConfig

Elementwise = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """The weights of one block of the transformer.

    Attributes:
        attention_norm: norm before attention; its gain may live in ``qkv``.
        qkv: queries, scaled, then keys, then values; the channels that turn lie in pairs.
        out: attention's output.
        feedforward_norm: norm before the feed-forward; its gain may live in ``up``.
        up: into the feed-forward.
        activation: between its layers.
        down: out of it.
    """

    attention_norm: Elementwise
    qkv: Linear
    out: Linear
    feedforward_norm: Elementwise
    up: Linear
    activation: Elementwise
    down: Linear


@dataclass(frozen=True, slots=True)
class Weights:
    """A whole transformer.

    Attributes:
        shape: its shape.
        precision: in what the weights are kept.
        embedding: ``float[vocabulary, width]``.
        positions: learned positions ``float[context, width]``, or None.
        turns: rotary angles as ``complex64[context, head_width / 2]``, or None.
        layers: the blocks.
        norm: the last norm.
        output: residual stream to logits.
        bytes_per_step: bytes of weights that a step reads.
    """

    shape: TransformerConfig
    precision: Precision
    embedding: Tensor
    positions: Tensor | None
    turns: Tensor | None
    layers: tuple[LayerWeights, ...]
    norm: Elementwise
    output: Linear
    bytes_per_step: int

    @classmethod
    def of(cls, model: Transformer, precision: Precision, rows: int) -> "Weights":
        """Pack ``model`` for steps of at most ``rows`` sequences."""
        shape = model.shape
        norm, gain = _norm(model.norm)
        weight, bias = model.readout()
        learned = shape.positions == "learned"
        blocks = [block for block in model.blocks if isinstance(block, Block)]
        read = sum(part.numel() for block in blocks for part in block.parameters())
        with torch.no_grad():
            return cls(
                shape=shape,
                precision=precision,
                embedding=model.embedding.weight.detach(),
                positions=model.positions.weight.detach() if learned else None,
                turns=None if learned else _turns(shape, weight.device),
                layers=tuple(_layer(block, precision, rows) for block in blocks),
                norm=norm,
                output=linear(_gained(weight, gain), bias, precision, rows),
                bytes_per_step=(read + weight.numel()) * precision.weight_bytes,
            )


def _layer(block: Block, precision: Precision, rows: int) -> LayerWeights:
    attention_norm, attention_gain = _norm(block.attention_norm)
    feedforward_norm, feedforward_gain = _norm(block.feedforward_norm)
    up, down = block.feedforward.up, block.feedforward.down
    return LayerWeights(
        attention_norm=attention_norm,
        qkv=linear(_gained(_paired(block.attention), attention_gain), None, precision, rows),
        out=linear(block.attention.out.weight, None, precision, rows),
        feedforward_norm=feedforward_norm,
        up=linear(_gained(up.weight, feedforward_gain), up.bias, precision, rows),
        activation=_swiglu if block.attention.shape.feedforward == "swiglu" else F.gelu,
        down=linear(down.weight, down.bias, precision, rows),
    )


def _norm(module: nn.RMSNorm | nn.LayerNorm) -> tuple[Elementwise, Tensor | None]:
    """The norm, and the gain that the next layer's weights are to carry.

    PyTorch has no fused RMSNorm for processors: written with a vector norm it is three short
    operations, and its gain and the root of the width cost nothing inside the next layer.
    """
    if isinstance(module, nn.LayerNorm):
        shape, eps = module.normalized_shape, module.eps
        weight, bias = module.weight.detach(), module.bias.detach()
        return lambda x: F.layer_norm(x, shape, weight, bias, eps), None
    width = int(module.normalized_shape[0])
    eps = torch.finfo(torch.float32).eps if module.eps is None else module.eps
    floor = torch.tensor((width * eps) ** 0.5, device=module.weight.device)

    def rms(x: Tensor) -> Tensor:
        result: Tensor = x / torch.linalg.vector_norm(x, dim=-1, keepdim=True).hypot_(floor)
        return result

    gain: Tensor = module.weight.detach() * width**0.5
    return rms, gain


def _gained(weight: Tensor, gain: Tensor | None) -> Tensor:
    return weight if gain is None else weight * gain


def _swiglu(x: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    return F.silu(x[:, :half]).mul_(x[:, half:])


def _paired(attention: Attention) -> Tensor:
    """Weights of ``qkv`` with scaled queries and the two channels of each turn side by side.

    Queries and keys are reordered alike, which leaves their products as they were, and a turn
    becomes one complex multiplication.
    """
    shape = attention.shape
    heads = attention.qkv.weight.detach().clone().view(-1, shape.head_width, shape.width)
    heads[: shape.heads] *= shape.head_width**-0.5
    turning = shape.heads + shape.kv_heads
    if shape.positions == "rotary":
        half = shape.turning // 2
        order = torch.arange(shape.head_width)
        order[: 2 * half] = order[: 2 * half].view(2, half).t().flatten()
        heads[:turning] = heads[:turning, order]
    return heads.flatten(0, 1)


def _turns(shape: TransformerConfig, device: torch.device) -> Tensor:
    """Rotary angles of all positions; the channels that keep still turn by nothing."""
    cosine, sine = rotation(shape, torch.arange(shape.context, device=device))
    turns = torch.ones(shape.context, shape.head_width // 2, dtype=torch.complex64, device=device)
    turns[:, : shape.turning // 2] = torch.complex(cosine, sine)
    return turns

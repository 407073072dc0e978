"""Linear layers in the precisions that decoding runs in.

A step reads every weight once, so fewer bytes are fewer seconds; each layer here trades bytes
against kernels that PyTorch ships for the processor. All take and give fp32.
"""

from collections.abc import Callable
from enum import StrEnum

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

Linear = Callable[[Tensor], Tensor]
"""``float32[rows, in] → float32[rows, out]``."""

_LEVELS = 127.0
_FINE = 254.0
"""Fine levels in a coarse one, which is at most half a level off either way."""
_ZERO = 128


class Precision(StrEnum):
    """In what the weights are kept."""

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"

    @property
    def exact(self) -> bool:
        """Whether a row's result is the same to the bit however many rows there are."""
        return self is Precision.INT8

    @property
    def weight_bytes(self) -> int:
        """Bytes of one weight."""
        return {"fp32": 4, "bf16": 2, "int8": 1}[self.value]


def linear(weight: Tensor, bias: Tensor | None, precision: Precision, rows: int) -> Linear:
    """Make the layer ``x @ weight.T + bias``.

    Args:
        weight: ``float[out, in]``.
        bias: ``float[out]`` or None.
        precision: in what the weights are kept.
        rows: how many rows a step will have at most; the packing is chosen for it.
    """
    weight = weight.detach().float()
    bias = None if bias is None else bias.detach().float()
    if weight.is_cuda:
        return _half(weight, bias)
    if precision is Precision.INT8:
        return _eight(weight, bias)
    if precision is Precision.BF16:
        packed = _packed(weight.bfloat16(), None if bias is None else bias.bfloat16(), rows)
        return lambda x: packed(x.bfloat16()).float()
    if rows == 1:
        weight = weight.contiguous()
        return lambda x: F.linear(x, weight, bias)
    return _packed(weight, bias, rows)


def _half(weight: Tensor, bias: Tensor | None) -> Linear:
    """bf16 on a GPU."""
    weight = weight.bfloat16().contiguous()
    bias = None if bias is None else bias.bfloat16()
    return lambda x: F.linear(x.bfloat16(), weight, bias).float()


def _packed(weight: Tensor, bias: Tensor | None, rows: int) -> Linear:
    """The weights in oneDNN's blocks; plain ones it would reorder at every call for many rows."""
    packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), rows)

    def apply(x: Tensor) -> Tensor:
        result: Tensor = torch.ops.mkldnn._linear_pointwise(x, packed, bias, "none", [], "")
        return result

    return apply


def _eight(weight: Tensor, bias: Tensor | None) -> Linear:
    """Weights in a byte with a scale for each output; activations all but exact.

    A row of activations is written as two rows of bytes, coarse and fine, that together carry
    15 bits. The product of bytes is summed in integers, so that a row's result does not depend
    on the rows beside it, and reading the weights costs a quarter of fp32.
    """
    scales = (weight.abs().amax(1) / _LEVELS).clamp_min(1e-30)
    packed = torch.ops.onednn.qlinear_prepack(
        (weight / scales[:, None]).round_().to(torch.int8), None
    )
    zeros = torch.zeros(len(scales), dtype=torch.int64)

    def apply(x: Tensor) -> Tensor:
        rows, width = x.shape
        scale = torch.linalg.vector_norm(x, torch.inf, dim=-1, keepdim=True)
        scale = scale.div_(_LEVELS).clamp_min_(1e-30)
        fine = x / scale
        coarse = fine.round()
        both = torch.empty(2 * rows, width, dtype=torch.uint8)
        # Written as bytes around 128, since the kernel for signed bytes is slow without AMX; the
        # conversion cuts the fraction off, so that half a level added beforehand rounds.
        both[rows:] = fine.sub_(coarse).mul_(_FINE).add_(_ZERO + 0.5)
        both[:rows] = coarse.add_(_ZERO)
        product = torch.ops.onednn.qlinear_pointwise(
            *(both, 1.0, _ZERO, packed, scales, zeros, None),
            *(1.0, 0, torch.float32, "none", [], ""),
        )
        result: Tensor = torch.add(product[:rows], product[rows:], alpha=1 / _FINE).mul_(scale)
        return result if bias is None else result.add_(bias)

    return apply

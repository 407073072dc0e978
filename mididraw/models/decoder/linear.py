"""Linear layers in the precisions that decoding runs in.

A step reads every weight once, so fewer bytes are fewer seconds; each layer here trades bytes
against kernels that PyTorch ships for the processor. All take and give fp32.
"""

from typing import Protocol

import torch
from torch import Tensor

from mididraw.models.decoder.precision import Precision


class Linear(Protocol):
    """A layer of fixed weights."""

    def __call__(self, x: Tensor) -> Tensor:
        """``float32[rows, in] → float32[rows, out]``."""

    def onto(self, total: Tensor, x: Tensor) -> Tensor:
        """``total + self(x)``; ``total`` may be changed."""


_LEVELS = 127.0
"""Steps of an 8-bit weight to either side of zero."""


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
        return _Plain(weight.bfloat16().t(), None if bias is None else bias.bfloat16())
    if precision is Precision.INT8:
        return _Eight(weight, bias)
    if precision is Precision.BF16 and torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return _Packed(weight.bfloat16(), None if bias is None else bias.bfloat16(), rows)
    if precision is Precision.BF16:
        return _Plain(weight.bfloat16().t(), None if bias is None else bias.bfloat16())
    # One row is quickest with each output's weights side by side, more rows with each input's.
    return _Plain(weight.t() if rows == 1 else weight.t().contiguous(), bias)


class _Plain:
    """Weights as they are: fp32, or bf16 on a GPU."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        """``weight`` is ``float[in, out]``."""
        self._weight, self._bias, self._dtype = weight, bias, weight.dtype

    def __call__(self, x: Tensor) -> Tensor:
        x = x.to(self._dtype)
        if self._bias is None:
            return torch.mm(x, self._weight).float()
        return torch.addmm(self._bias, x, self._weight).float()

    def onto(self, total: Tensor, x: Tensor) -> Tensor:
        if self._bias is None and self._dtype is torch.float32:
            return torch.addmm(total, x, self._weight)
        return total.add_(self(x))


class _Packed:
    """bf16 weights in oneDNN's blocks; plain ones it would reorder at every call."""

    def __init__(self, weight: Tensor, bias: Tensor | None, rows: int) -> None:
        """``weight`` is ``bfloat16[out, in]``."""
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), rows)
        self._bias = bias

    def __call__(self, x: Tensor) -> Tensor:
        result: Tensor = torch.ops.mkldnn._linear_pointwise(
            x.bfloat16(), self._weight, self._bias, "none", [], ""
        )
        return result.float()

    def onto(self, total: Tensor, x: Tensor) -> Tensor:
        return total.add_(self(x))


class _Eight:
    """Weights in a byte with a scale for each output; activations all but exact.

    A row of activations is written as two rows of bytes, coarse and fine, that together carry
    15 bits. The product of bytes is summed in integers, so that a row's result does not depend
    on the rows beside it, and reading the weights costs a quarter of fp32.

    A processor without VNNI adds two products in 16 bits, which whole bytes would overflow: there
    a row of bytes has 7 bits, and both together carry 13.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        """``weight`` is ``float32[out, in]``."""
        self._scales = (weight.abs().amax(1) / _LEVELS).clamp_min(1e-30)
        self._weight = torch.ops.onednn.qlinear_prepack(
            (weight / self._scales[:, None]).round_().to(torch.int8), None
        )
        self._levels = 127 if torch.cpu._is_vnni_supported() else 63
        self._zeros = torch.zeros(len(weight), dtype=torch.int64)
        self._bias = bias

    def __call__(self, x: Tensor) -> Tensor:
        rows, width = x.shape
        scale = torch.linalg.vector_norm(x, torch.inf, dim=-1, keepdim=True)
        levels, zero = float(self._levels), self._levels + 1
        # Fine levels in a coarse one, which is at most half a level off either way.
        steps = 2 * levels
        scale = scale.div_(levels).clamp_min_(1e-30)
        fine = x / scale
        coarse = fine.round()
        both = torch.empty(2 * rows, width, dtype=torch.uint8)
        # Bytes around their middle, since the kernel for signed ones is slow without AMX; the
        # conversion cuts the fraction off, so that half a level added beforehand rounds.
        both[rows:] = fine.sub_(coarse).mul_(steps).add_(zero + 0.5)
        both[:rows] = coarse.add_(zero)
        product = torch.ops.onednn.qlinear_pointwise(
            *(both, 1.0, zero, self._weight, self._scales, self._zeros, None),
            *(1.0, 0, torch.float32, "none", [], ""),
        )
        result: Tensor = torch.add(product[:rows], product[rows:], alpha=1 / steps).mul_(scale)
        return result if self._bias is None else result.add_(self._bias)

    def onto(self, total: Tensor, x: Tensor) -> Tensor:
        return total.add_(self(x))

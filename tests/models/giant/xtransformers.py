"""The library that the giant was trained with, and checkpoints that it saves."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from mididraw.evaluation.references.xtransformers import reference
from mididraw.models.giant.shapes import PUBLISHED
from mididraw.models.transformer_weights import TransformerConfig

ROTARY = replace(
    PUBLISHED["giant-medium"].shape,
    vocabulary=300,
    context=1024,
    width=96,
    depth=3,
    heads=4,
    kv_heads=4,
    hidden=4 * 96,
)
LEARNED = replace(ROTARY, positions="learned", rotary_width=None)
WIDE_ROTARY = replace(PUBLISHED["giant-medium"].shape, depth=1)
"""As wide as the medium model, over all its tokens."""
WIDE_LEARNED = replace(PUBLISHED["giant-large"].shape, depth=2)


def random_reference(shape: TransformerConfig, *, sharpness: float = 6) -> Any:
    """A random model of x-transformers in ``shape``; norms and biases are random as well.

    Sharp attention keeps greedy text from falling into a rut at once.
    """
    torch.manual_seed(0)
    model = reference(shape)
    for name, weight in model.named_parameters():
        if weight.ndim == 1:
            torch.nn.init.normal_(weight, 0.0 if name.endswith("bias") else 1.0, 0.2)
        elif ".to_" in name and "logits" not in name:
            weight.data.mul_(sharpness)
    return model


def save(model: Any, path: Path) -> Path:
    torch.save(model.state_dict(), path)
    return path

"""Small random transformers of both kinds."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from mididraw.arrays import Floats, Ints
from mididraw.models.transformer import Transformer
from mididraw.models.transformer_weights import TransformerConfig

POCKET = TransformerConfig(
    vocabulary=97, context=64, width=48, depth=2, heads=4, kv_heads=2, hidden=72
)
ROTARY = TransformerConfig(
    vocabulary=97,
    context=64,
    width=32,
    depth=2,
    heads=3,
    kv_heads=3,
    hidden=64,
    rotary_width=8,
    head_channels=16,
    norm="layer",
    feedforward="gelu",
    tied=False,
)
LEARNED = replace(ROTARY, positions="learned", rotary_width=None)
SHAPES = {"pocket": POCKET, "giant, rotary": ROTARY, "giant, learned": LEARNED}


def random_model(shape: TransformerConfig, seed: int = 0) -> Transformer:
    """A transformer whose weights are large enough that every part tells in the logits."""
    torch.manual_seed(seed)
    model = Transformer(shape).eval()
    for weight in model.parameters():
        if weight.ndim == 1:
            nn.init.normal_(weight, 0.8, 0.3)
        else:
            weight.data.mul_(5)
    return model


def random_tokens(shape: TransformerConfig, count: int, seed: int = 1) -> Ints:
    return np.random.default_rng(seed).integers(shape.vocabulary, size=count)


def plain_logits(model: Transformer, tokens: Sequence[int] | Ints) -> Floats:
    """What the module says of a whole sequence, ``float32[time, vocabulary]``."""
    with torch.inference_mode():
        logits: Floats = model(torch.tensor(tokens)[None])[0].numpy()
    return logits

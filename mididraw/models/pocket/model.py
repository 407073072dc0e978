"""The pocket model's shape, and its weights as safetensors."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mididraw.errors import ModelError, unread
from mididraw.models.pocket import vocabulary as v
from mididraw.models.transformer_weights import (
    AnyTransformer,
    TransformerConfig,
    TransformerWeights,
    names_and_sizes,
)

WEIGHTS = Path(__file__).with_name("weights.safetensors")
"""The weights that we ship; how they came about is in ``MODEL_CARD.md`` beside them."""

SHAPE = TransformerConfig(
    vocabulary=v.SIZE, context=1024, width=320, depth=8, heads=5, kv_heads=1, hidden=864
)
"""9 million parameters."""

_KIND = "mididraw pocket 1"


def save(model: AnyTransformer, path: Path) -> None:
    """Write weights in half precision, with the shape that they belong to."""
    weights = {name: one.astype(np.float16) for name, one in model.arrays().items()}
    partial = path.with_suffix(".part")
    save_file(weights, partial, {"kind": _KIND, "shape": json.dumps(asdict(model.shape))})
    partial.replace(path)


def load(path: Path = WEIGHTS) -> TransformerWeights:
    """Read a pocket model, in single precision.

    Raises:
        ModelError: the file is missing, damaged, or holds another model.
    """
    try:
        with safe_open(path, framework="np") as file:
            about = file.metadata() or {}
            if about.get("kind") != _KIND:
                raise ModelError("model-other", "{path} holds no pocket model.", path=path)
            shape = TransformerConfig(**json.loads(about.get("shape", "{}")))
            weights = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise unread(path) from error
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ModelError(
            "model-other-shape", "{path} holds a model of a shape that is not known.", path=path
        ) from error
    if shape.vocabulary != v.SIZE:
        raise ModelError(
            "model-other-tokens",
            "{path} was trained on other tokens than this version writes.",
            path=path,
        )
    if {name: one.shape for name, one in weights.items()} != names_and_sizes(shape):
        raise ModelError(
            "model-weights-unfit", "{path} holds weights that do not fit their shape.", path=path
        )
    return TransformerWeights(shape, weights)

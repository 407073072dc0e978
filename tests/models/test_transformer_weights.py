"""Weights without PyTorch's module are those of the module."""

import numpy as np
import pytest

from mididraw.models.giant.shapes import PUBLISHED
from mididraw.models.pocket.model import SHAPE
from mididraw.models.transformer import Transformer, as_module
from mididraw.models.transformer_weights import (
    TransformerConfig,
    TransformerWeights,
    names_and_sizes,
)
from tests.models.shapes import SHAPES, plain_logits, random_model, random_tokens

PUBLISHED_SHAPES = {name: one.shape for name, one in PUBLISHED.items()} | {"ours": SHAPE}
ALL = SHAPES | PUBLISHED_SHAPES


@pytest.mark.parametrize("shape", ALL.values(), ids=ALL)
def test_names_and_sizes_are_the_modules(shape: TransformerConfig) -> None:
    state = Transformer.blank(shape).state_dict()
    assert names_and_sizes(shape) == {name: tuple(one.shape) for name, one in state.items()}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_module_made_of_a_modules_weights_says_the_same(shape: TransformerConfig) -> None:
    model, tokens = random_model(shape), random_tokens(shape, 20)
    weights = TransformerWeights(shape, model.arrays())
    assert np.array_equal(plain_logits(as_module(weights), tokens), plain_logits(model, tokens))
    assert not weights.on_gpu
    assert not model.on_gpu
    assert as_module(model) is model

"""Our decoder beside x-transformers 1.23.2 on checkpoints that it saved."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mididraw.models.decoder import Decoder, Precision, Sampling, generate, log_softmax
from mididraw.models.giant.checkpoint import load_checkpoint
from mididraw.models.transformer_weights import TransformerConfig
from tests.models.giant.xtransformers import (
    LEARNED,
    ROTARY,
    WIDE_LEARNED,
    WIDE_ROTARY,
    random_reference,
    save,
)
from tests.models.processors import Follow

pytestmark = pytest.mark.filterwarnings("ignore:.*sdp_kernel:FutureWarning")

SMALL = {"rotary": ROTARY, "learned": LEARNED}
WIDE = {"full width, rotary": WIDE_ROTARY, "full width, learned": WIDE_LEARNED}
BOTH = {**SMALL, **WIDE}


@pytest.mark.parametrize("shape", BOTH.values(), ids=BOTH)
def test_logits_are_those_of_x_transformers(shape: TransformerConfig, tmp_path: Path) -> None:
    reference = random_reference(shape)
    ours = load_checkpoint(save(reference, tmp_path / "random.pth"), shape)
    tokens = torch.randint(
        shape.vocabulary - 1, (2, 24), generator=torch.Generator().manual_seed(2)
    )
    with torch.inference_mode():
        expected = reference.net(tokens)
        assert expected.std() > 0.1
        assert (ours(tokens) - expected).abs().max() < 1e-4
    decoder, follow = Decoder.of(ours), Follow([1, 2, 3])
    for length in (1, 9, 24):
        slot = decoder.join(tokens[0, :length].tolist(), Sampling(temperature=0), [follow])
        decoder.step()
        decoder.leave(slot)
        assert abs(follow.seen[-1] - expected[0, length - 1].numpy()).max() < 1e-4


@pytest.mark.parametrize("shape", BOTH.values(), ids=BOTH)
def test_greedy_continuation_is_that_of_x_transformers(
    shape: TransformerConfig, tmp_path: Path
) -> None:
    wide = shape.width > 500
    if wide:  # Fewer tokens, one layer and a thin feed-forward keep it quick.
        shape = replace(shape, vocabulary=300, depth=1, hidden=shape.width)
    reference = random_reference(shape)
    size = (1 if wide else 2, 20)
    prompts = torch.randint(299, size, generator=torch.Generator().manual_seed(3))
    expected = reference.generate(prompts, 512, temperature=1e-9, filter_kwargs={"k": 1})
    ours = load_checkpoint(save(reference, tmp_path / "random.pth"), shape)
    decoder = Decoder.of(ours, slots=len(prompts))
    greedy = [Sampling(temperature=0)] * len(prompts)
    continued = generate(decoder, prompts.tolist(), greedy, 512)
    assert continued == expected.tolist()
    assert all(len({*tokens}) > 20 for tokens in continued), "a model in a rut proves little"


@pytest.mark.parametrize("shape", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("precision", [Precision.BF16, Precision.INT8])
def test_fewer_bytes_change_the_perplexity_little(
    shape: TransformerConfig, precision: Precision, tmp_path: Path
) -> None:
    """On what the model itself writes, which is the nearest that random weights have to music."""
    reference = random_reference(shape, sharpness=1)
    ours = load_checkpoint(save(reference, tmp_path / "random.pth"), shape)
    [written] = generate(Decoder.of(ours), [[1]], [Sampling(seed=1)], 300)

    def loss(kept: Precision) -> float:
        decoder, follow = Decoder.of(ours, precision=kept), Follow(written)
        decoder.join([1], Sampling(temperature=0), [follow])
        for _ in written:
            decoder.step()
        likely = log_softmax(np.stack(follow.seen))
        return -float(likely[np.arange(len(written)), written].mean())

    change = abs(loss(precision) - loss(Precision.FP32))
    assert change < 0.005

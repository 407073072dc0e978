"""Our decoder beside x-transformers 1.23.2 on checkpoints that it saved."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mididraw.models.decoder import Decoder, Precision, Sampling, generate
from mididraw.models.giant.checkpoint import load_checkpoint
from mididraw.models.transformer import Shape
from tests.models.giant.xtransformers import (
    LEARNED,
    ROTARY,
    WIDE_LEARNED,
    WIDE_ROTARY,
    random_reference,
    save,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*sdp_kernel:FutureWarning")

SMALL = {"rotary": ROTARY, "learned": LEARNED}
WIDE = {"full width, rotary": WIDE_ROTARY, "full width, learned": WIDE_LEARNED}
BOTH = {**SMALL, **WIDE}


@pytest.mark.parametrize("shape", BOTH.values(), ids=BOTH)
def test_logits_are_those_of_x_transformers(shape: Shape, tmp_path: Path) -> None:
    reference = random_reference(shape)
    ours = load_checkpoint(save(reference, tmp_path / "random.pth"), shape)
    tokens = torch.randint(
        shape.vocabulary - 1, (2, 24), generator=torch.Generator().manual_seed(2)
    )
    with torch.inference_mode():
        expected = reference.net(tokens)
        assert expected.std() > 0.1
        assert (ours(tokens) - expected).abs().max() < 1e-4
    decoder, seen = Decoder.of(ours), list[torch.Tensor]()

    def hook(logits: torch.Tensor, _: object) -> torch.Tensor:
        seen.append(logits[0].clone())
        return logits

    for length in (1, 9, 24):
        name = decoder.join(tokens[0, :length].tolist(), Sampling(temperature=0))
        decoder.step(hook)
        decoder.leave(name)
        assert (seen[-1] - expected[0, length - 1]).abs().max() < 1e-4


@pytest.mark.parametrize("shape", BOTH.values(), ids=BOTH)
def test_greedy_continuation_is_that_of_x_transformers(shape: Shape, tmp_path: Path) -> None:
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
    shape: Shape, precision: Precision, tmp_path: Path
) -> None:
    """On what the model itself writes, which is the nearest that random weights have to music."""
    reference = random_reference(shape, sharpness=1)
    ours = load_checkpoint(save(reference, tmp_path / "random.pth"), shape)
    [written] = generate(Decoder.of(ours), [[1]], [Sampling(seed=1)], 300)

    def loss(kept: Precision) -> float:
        decoder, total = Decoder.of(ours, precision=kept), 0.0

        def hook(logits: torch.Tensor, _: object) -> torch.Tensor:
            nonlocal total
            token = written[len(taken)]
            taken.append(token)
            total -= logits.log_softmax(-1)[0, token].item()
            forced = torch.full_like(logits, -torch.inf)
            forced[:, token] = 0
            return forced

        taken: list[int] = []
        decoder.join([1], Sampling(temperature=0))
        for _ in written:
            decoder.step(hook)
        return total / len(written)

    change = abs(loss(precision) - loss(Precision.FP32))
    assert change < 0.005

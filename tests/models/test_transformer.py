from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from mididraw.models.transformer import Transformer, attend_in_parts
from mididraw.models.transformer_weights import TransformerConfig
from tests.models.shapes import POCKET, SHAPES, random_model, random_tokens


def test_the_pocket_shape_keeps_its_names() -> None:
    names = set(Transformer(POCKET).state_dict())
    block = {"attention_norm", "attention.qkv", "attention.out"}
    block |= {"feedforward_norm", "feedforward.up", "feedforward.down"}
    expected = {f"blocks.{i}.{part}.weight" for i in range(POCKET.depth) for part in block}
    assert names == expected | {"embedding.weight", "norm.weight"}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_token_sees_a_later_one(shape: TransformerConfig) -> None:
    model = random_model(shape)
    tokens = torch.from_numpy(random_tokens(shape, 20))
    changed = tokens.clone()
    changed[12] = (changed[12] + 1) % shape.vocabulary
    with torch.inference_mode():
        before, after = model(torch.stack([tokens, changed]))
    torch.testing.assert_close(before[:12], after[:12])
    assert not torch.allclose(before[12:], after[12:])


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_step_of_training_lowers_the_loss(shape: TransformerConfig) -> None:
    model = random_model(shape).train()
    tokens = torch.from_numpy(random_tokens(shape, 33))[None]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(5):
        loss = F.cross_entropy(model(tokens[:, :-1])[0], tokens[0, 1:])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"heads": 4, "kv_heads": 3},
        {"width": 50},
        {"width": 12, "heads": 4},
        {"rotary_width": 14},
        {"rotary_width": 5},
    ],
)
def test_a_shape_that_contradicts_itself_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"divide|pairs"):
        replace(POCKET, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("heads", "groups"), [(4, 1), (4, 4), (6, 2)])
@pytest.mark.parametrize("time", [1, 255, 256, 600])
def test_attention_in_parts_is_attention(heads: int, groups: int, time: int) -> None:
    torch.manual_seed(1)
    q = torch.randn(2, heads, time, 8, requires_grad=True)
    k, v = (torch.randn(2, groups, time, 8, requires_grad=True) for _ in range(2))
    found = attend_in_parts(q, k, v)
    wanted = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
    assert torch.allclose(found, wanted, atol=1e-5)
    slope = torch.randn_like(wanted)
    for one, other in zip(
        torch.autograd.grad(found, (q, k, v), slope),
        torch.autograd.grad(wanted, (q, k, v), slope),
        strict=True,
    ):
        assert torch.allclose(one, other, atol=1e-4)

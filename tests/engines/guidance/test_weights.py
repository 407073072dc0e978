"""A weight is what a sequence stands for over what it was drawn from."""

from typing import Any

import pytest
import torch
from torch import Tensor

from mididraw.engines.guidance.weights import ImportanceWeights, LogProbability

CPU = torch.device("cpu")
BOTH = torch.tensor([0, 1])
MODEL = torch.tensor([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]).log()
PROPOSAL = torch.tensor([[0.125, 0.125, 0.75], [0.25, 0.5, 0.25]]).log()


def weights_of(reward: tuple[float, float] = (0.0, 0.0)) -> ImportanceWeights:
    nats = torch.tensor(reward)
    weights = ImportanceWeights(2, 3, CPU, lambda slots: nats[slots])
    weights.begin(BOTH)
    return weights


def draw(weights: ImportanceWeights, *tokens: int) -> None:
    """Draw a token for each of two sequences."""
    slots = torch.arange(len(tokens))
    for part, logits in ((weights.model, MODEL), (weights.proposal, PROPOSAL)):
        assert torch.equal(part.apply(logits[slots] + 3.0, slots), logits[slots] + 3.0)
        part.observe(slots, torch.tensor(tokens))


def shares(*values: float) -> list[Any]:
    return [pytest.approx(value / sum(values)) for value in values]


def test_probabilities_of_what_is_drawn_add_up() -> None:
    total = LogProbability(2, 3, CPU)
    for tokens in ((0, 1), (2, 1)):
        total.apply(MODEL * 1.0, BOTH)
        total.observe(BOTH, torch.tensor(tokens))
    assert total.total.exp().tolist() == pytest.approx([0.5 * 0.25, 0.75 * 0.75])
    total.fork(torch.tensor([1]), torch.tensor([0]))
    assert total.total.exp().tolist() == pytest.approx([0.75 * 0.75, 0.75 * 0.75])
    total.begin(torch.tensor([1]))
    assert total.total.exp().tolist() == pytest.approx([0.75 * 0.75, 1])


def test_only_the_sequences_that_are_told_of_count() -> None:
    total, second = LogProbability(2, 3, CPU), torch.tensor([1])
    total.apply(MODEL, BOTH)
    total.apply(PROPOSAL[1:], second)
    total.observe(second, torch.tensor([1]))
    assert total.total.exp().tolist() == [1, 0.5]


@pytest.mark.parametrize(
    ("tokens", "reward", "wanted"),
    [
        ((0, 1), (0.0, 0.0), (0.5 / 0.125, 0.75 / 0.5)),
        ((2, 0), (0.0, 0.0), (0.25 / 0.75, 0.125 / 0.25)),
        ((2, 0), (2.0, 0.5), (0.25 / 0.75 * torch.e**2.0, 0.125 / 0.25 * torch.e**0.5)),
    ],
)
def test_a_weight_is_probability_and_reward_over_the_proposal(
    tokens: tuple[int, int], reward: tuple[float, float], wanted: tuple[float, float]
) -> None:
    weights = weights_of(reward)
    draw(weights, *tokens)
    found = weights.normalised(BOTH)
    assert found.dtype == torch.float64
    assert found.tolist() == shares(*wanted)


def test_after_a_reset_only_what_is_new_counts() -> None:
    reward = torch.zeros(2)
    weights = ImportanceWeights(2, 3, CPU, lambda slots: reward[slots])
    weights.begin(BOTH)
    draw(weights, 0, 1)
    reward += torch.tensor([1.0, 3.0])
    weights.reset(BOTH)
    assert weights.normalised(BOTH).tolist() == shares(1, 1)
    draw(weights, 2, 0)
    reward += torch.tensor([0.5, 0.0])
    wanted = (0.25 / 0.75 * torch.e**0.5, 0.125 / 0.25)
    assert weights.normalised(BOTH).tolist() == shares(*wanted)
    weights.begin(BOTH)
    reward.zero_()
    draw(weights, 0, 1)
    assert weights.normalised(BOTH).tolist() == shares(0.5 / 0.125, 0.75 / 0.5)


def test_the_target_is_probability_and_reward_from_the_beginning() -> None:
    weights = weights_of((2.0, 0.5))
    draw(weights, 0, 1)
    weights.reset(BOTH)
    draw(weights, 2, 0)
    target: Tensor = weights.log_target(BOTH).exp()
    wanted = [0.5 * 0.25 * torch.e**2.0, 0.75 * 0.125 * torch.e**0.5]
    assert target.tolist() == pytest.approx(wanted)

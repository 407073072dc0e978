"""A weight is what a sequence stands for over what it was drawn from."""

import math
from typing import Any

import numpy as np
import pytest

from mididraw.arrays import Floats
from mididraw.engines.guidance.weights import ImportanceWeights, LogProbability

BOTH = np.array([0, 1])
MODEL: Floats = np.log(np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]], np.float32))
PROPOSAL: Floats = np.log(np.array([[0.125, 0.125, 0.75], [0.25, 0.5, 0.25]], np.float32))


def weights_of(reward: tuple[float, float] = (0.0, 0.0)) -> ImportanceWeights:
    nats = np.array(reward, np.float32)
    weights = ImportanceWeights(2, 3, lambda slots: nats[slots])
    weights.begin(BOTH)
    return weights


def draw(weights: ImportanceWeights, *tokens: int) -> None:
    """Draw a token for each of two sequences."""
    slots = np.arange(len(tokens))
    for part, logits in ((weights.model, MODEL), (weights.proposal, PROPOSAL)):
        assert np.array_equal(
            part.apply(logits[slots] + np.float32(3), slots), logits[slots] + np.float32(3)
        )
        part.observe(slots, np.array(tokens))


def shares(*values: float) -> list[Any]:
    return [pytest.approx(value / sum(values)) for value in values]


def test_probabilities_of_what_is_drawn_add_up() -> None:
    total = LogProbability(2, 3)
    for tokens in ((0, 1), (2, 1)):
        total.apply(MODEL.copy(), BOTH)
        total.observe(BOTH, np.array(tokens))
    assert np.exp(total.total).tolist() == pytest.approx([0.5 * 0.25, 0.75 * 0.75])
    total.fork(np.array([1]), np.array([0]))
    assert np.exp(total.total).tolist() == pytest.approx([0.75 * 0.75, 0.75 * 0.75])
    total.begin(np.array([1]))
    assert np.exp(total.total).tolist() == pytest.approx([0.75 * 0.75, 1])


def test_only_the_sequences_that_are_told_of_count() -> None:
    total, second = LogProbability(2, 3), np.array([1])
    total.apply(MODEL, BOTH)
    total.apply(PROPOSAL[1:], second)
    total.observe(second, np.array([1]))
    assert np.exp(total.total).tolist() == [1, 0.5]


@pytest.mark.parametrize(
    ("tokens", "reward", "wanted"),
    [
        ((0, 1), (0.0, 0.0), (0.5 / 0.125, 0.75 / 0.5)),
        ((2, 0), (0.0, 0.0), (0.25 / 0.75, 0.125 / 0.25)),
        ((2, 0), (2.0, 0.5), (0.25 / 0.75 * math.e**2.0, 0.125 / 0.25 * math.e**0.5)),
    ],
)
def test_a_weight_is_probability_and_reward_over_the_proposal(
    tokens: tuple[int, int], reward: tuple[float, float], wanted: tuple[float, float]
) -> None:
    weights = weights_of(reward)
    draw(weights, *tokens)
    found = weights.normalised(BOTH)
    assert found.dtype == np.float64
    assert found.tolist() == shares(*wanted)


def test_after_a_reset_only_what_is_new_counts() -> None:
    reward = np.zeros(2, np.float32)
    weights = ImportanceWeights(2, 3, lambda slots: reward[slots])
    weights.begin(BOTH)
    draw(weights, 0, 1)
    reward += np.array([1.0, 3.0], np.float32)
    weights.reset(BOTH)
    assert weights.normalised(BOTH).tolist() == shares(1, 1)
    draw(weights, 2, 0)
    reward += np.array([0.5, 0.0], np.float32)
    wanted = (0.25 / 0.75 * math.e**0.5, 0.125 / 0.25)
    assert weights.normalised(BOTH).tolist() == shares(*wanted)
    weights.begin(BOTH)
    reward[:] = 0.0
    draw(weights, 0, 1)
    assert weights.normalised(BOTH).tolist() == shares(0.5 / 0.125, 0.75 / 0.5)


def test_the_target_is_probability_and_reward_from_the_beginning() -> None:
    weights = weights_of((2.0, 0.5))
    draw(weights, 0, 1)
    weights.reset(BOTH)
    draw(weights, 2, 0)
    target = np.exp(weights.log_target(BOTH))
    wanted = [0.5 * 0.25 * math.e**2.0, 0.75 * 0.125 * math.e**0.5]
    assert target.tolist() == pytest.approx(wanted)

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.errors import OptionError
from mididraw.models.decoder import Sampling, choose, noise

logits_of = st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=30)


@given(logits_of, st.floats(0.01, 1), st.integers(0, 2**63), st.floats(0.1, 3))
def test_what_is_drawn_lies_in_the_nucleus(
    values: list[float], top_p: float, seed: int, temperature: float
) -> None:
    logits = np.array([values], np.float32)
    [token] = choose(logits, [Sampling(temperature, top_p, seed)], [0])
    chances = np.exp((logits[0] - logits.max()) / temperature)
    chances /= chances.sum()
    likelier = chances[chances > chances[token]].sum().item()
    assert likelier < top_p + 1e-6


@given(logits_of, st.integers(0, 2**32))
def test_what_is_forbidden_is_never_drawn(values: list[float], seed: int) -> None:
    logits = np.full((1, 2 * len(values)), -np.inf, np.float32)
    logits[0, ::2] = values
    [token] = choose(logits, [Sampling(1.0, 1.0, seed)], [0])
    assert token % 2 == 0


@pytest.mark.parametrize("top_p", [1.0, 0.8, 0.3])
def test_shares_follow_the_chances_inside_the_nucleus(top_p: float) -> None:
    chances = np.array([0.05, 0.4, 0.1, 0.25, 0.2])
    nucleus = {1.0: [0, 1, 2, 3, 4], 0.8: [1, 3, 4], 0.3: [1]}[top_p]
    count = 20_000
    logits = np.tile(np.log(chances).astype(np.float32), (count, 1))
    drawn = choose(logits, [Sampling(1.0, top_p, 7)] * count, list(range(count)))
    shares = np.bincount(drawn, minlength=5) / count
    expected = np.zeros(5)
    expected[nucleus] = chances[nucleus] / chances[nucleus].sum()
    assert shares == pytest.approx(expected, abs=4 * math.sqrt(0.25 / count))


def test_rows_are_drawn_each_in_its_own_way() -> None:
    logits = np.random.default_rng(3).normal(size=(8, 50)).astype(np.float32)
    samplings = [Sampling((0, 1.2)[i % 2], (0.5, 1, 0.9)[i % 3], i) for i in range(8)]
    steps = [3 * i for i in range(8)]
    together = choose(logits, samplings, steps).tolist()
    alone = [choose(logits[i : i + 1], samplings[i : i + 1], [steps[i]]).item() for i in range(8)]
    assert together == alone
    assert together[::2] == logits[::2].argmax(-1).tolist()


@given(st.integers(), st.integers(0, 2**31), st.integers(0, 50))
def test_noise_is_a_function_of_its_key(seed: int, step: int, draw: int) -> None:
    value = noise(seed, step, draw)
    assert 0 <= value < 1
    assert value == noise(seed, step, draw)


def test_noise_is_the_same_for_ever() -> None:
    """The same seed gives the same music in every version."""
    keys = ((0, 0, 0), (1, 2, 3), (2**31 - 1, 1000, 1))
    wanted = [0.13870941009372473, 0.417558059329167, 0.4345681215636432]
    assert [noise(*key) for key in keys] == wanted


def test_noise_is_even_and_neighbours_are_unlike() -> None:
    values = np.array([noise(seed, step) for seed in range(100) for step in range(100)])
    assert abs(values.mean() - 0.5) < 0.02
    assert abs(values.var() - 1 / 12) < 0.005
    grid = values.reshape(100, 100)
    for one, other in ((grid[1:], grid[:-1]), (grid[:, 1:], grid[:, :-1])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.05


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"top_p": 0}, {"top_p": 1.1}])
def test_options_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(OptionError, match="out of range"):
        Sampling(**wrong)  # type: ignore[arg-type]

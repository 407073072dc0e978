"""The yardstick is a proper one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.evaluation.measures.ngram import NGram


@given(
    st.lists(st.lists(st.integers(0, 4), max_size=12), min_size=1, max_size=4),
    st.lists(st.integers(0, 4), max_size=6),
    st.integers(1, 5),
)
def test_chances_of_all_tokens_sum_to_one(
    songs: list[list[int]], context: list[int], order: int
) -> None:
    model = NGram(order, vocabulary=5)
    model.learn(songs)
    chances = [2.0 ** -model.bits([*context, token], len(context)) for token in range(5)]
    assert math.isclose(sum(chances), 1.0, abs_tol=1e-9)
    assert min(chances) > 0


def test_what_repeats_is_foreseen() -> None:
    model = NGram(5, vocabulary=8)
    model.learn([[0, 1, 2, 3, 4, 5, 6, 7] * 20])
    assert model.bits([0, 1, 2, 3, 4, 5, 6, 7], 4) / 4 < 0.2


def test_noise_is_not() -> None:
    noise = np.random.default_rng(0).integers(0, 8, (2, 4000))
    model = NGram(3, vocabulary=8)
    model.learn([noise[0].tolist()])
    assert model.bits(noise[1].tolist(), 2) / 3998 == pytest.approx(3.0, abs=0.1)


def test_kneser_ney_asks_after_how_many_words_a_word_stands() -> None:
    """The textbook's San Francisco: frequent, but after San alone."""
    san, francisco, tea, the, good, more = range(6)
    model = NGram(2, vocabulary=6)
    model.learn([[san, francisco] * 20, [the, tea], [good, tea], [more, tea]])
    unseen = [2.0 ** -model.bits([tea, word], 1) for word in (francisco, tea)]
    assert unseen[0] < unseen[1]

"""Batches drawn from token sequences."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mididraw.corpora.dataset import HEADER, TokenPiece
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.tokens import decode, encode
from mididraw.score import Score
from mididraw.training.batches import augmented, batches
from tests.corpora.tunes import tune
from tests.strategies.pieces import pieces


def _tokens(score: Score) -> np.ndarray:
    return np.array(encode(score), np.uint16)


@given(pieces(), st.integers(0, 2**32 - 1))
def test_an_augmented_piece_is_the_same_music(score: Score, seed: int) -> None:
    before = decode(encode(score))
    after = decode(augmented(_tokens(score), np.random.default_rng(seed)).tolist())
    for one, other in zip(before.tracks, after.tracks, strict=True):
        assert len(one.notes) == len(other.notes)
        assert len({b.pitch - a.pitch for a, b in zip(one.notes, other.notes, strict=True)}) <= 1
        for a, b in zip(one.notes, other.notes, strict=True):
            assert (a.onset, a.duration) == (b.onset, b.duration)
            assert abs(a.velocity - b.velocity) <= 16


def test_excerpts_begin_at_bars_with_the_header() -> None:
    piece = TokenPiece("own/0", _tokens(tune(20)))
    batch = next(batches((piece,), 100, 64, np.random.default_rng(0)))
    assert batch.shape == (64, 101)
    assert (batch[:, 0] == v.START).all()
    assert len({tuple(row) for row in batch.tolist()}) > 32
    planned, plain = [], []
    for row in batch.tolist():
        lines = [place for place, token in enumerate(row) if token in v.BARS]
        ahead = row[HEADER : lines[0]]
        played = [row[line + 1] for line in lines[:-1]]
        assert ahead[: len(played)] in ([], played)
        planned.append(bool(ahead))
        plain.append(all(row[line] == v.BAR for line in lines))
        assert plain[-1] or not any(row[line] == v.BAR for line in lines)
    assert 0.3 < np.mean(planned) < 0.7
    assert 0.1 < np.mean(plain) < 0.45


def test_endings_are_learned_too() -> None:
    piece = TokenPiece("own/0", _tokens(tune(20)))
    drawn = [next(batches((piece,), 100, 64, np.random.default_rng(n))) for n in range(4)]
    assert any(v.END in row for batch in drawn for row in batch)
    assert all((row != v.PAD).sum() > 60 for batch in drawn for row in batch)

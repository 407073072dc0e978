"""What may follow what."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import Grammar
from mididraw.models.pocket.tokens import decode, encode
from mididraw.score import Score
from tests.strategies.pieces import pieces


@given(pieces())
def test_every_piece_follows_the_grammar(score: Score) -> None:
    grammar = Grammar.begin(torch.tensor([score.bars]))
    for token in encode(score):
        assert grammar.mask()[0, token]
        grammar = grammar.take(torch.tensor([token]))
    assert grammar.ended.all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_whatever_follows_the_grammar_is_a_piece(seed: int, bars: int) -> None:
    """A model with equal logits for all is a fuzzer."""
    random = torch.Generator().manual_seed(seed)
    count = 4
    grammar = Grammar.begin(torch.full((count,), bars))
    rows: list[torch.Tensor] = []
    # Weighted so that pieces end: notes are many, and a step may hold all 176 pitches.
    weights = torch.ones(v.SIZE)
    weights[v.PITCH.first : v.PITCH.stop] = 0.05
    weights[v.POSITION.first : v.POSITION.stop] = 0.5
    while not grammar.ended.all():
        assert len(rows) < 5000
        mask = grammar.mask()
        assert mask.any(dim=1).all()
        rows.append(torch.multinomial(mask * weights, 1, generator=random)[:, 0])
        grammar = grammar.take(rows[-1])
    for tokens in torch.stack(rows, dim=1).tolist():
        score = decode(tokens)
        assert score.bars == bars
        length = tokens.index(v.END) + 1
        assert set(tokens[length:]) <= {v.PAD}
        # Notes that the end cuts short are written shorter: all else comes back.
        again = encode(score, v.Source(tokens[1] - v.SOURCE.first))
        assert [t for t in again if t not in v.SHAPE] == [
            t for t in tokens[:length] if t not in v.SHAPE
        ]


@pytest.mark.parametrize(
    ("before", "allowed", "refused"),
    [
        ([v.START], [v.SOURCE.first], [v.BAR, v.END, v.KEY.first]),
        ([], [v.START], [v.PAD, v.END]),
    ],
)
def test_the_beginning(before: list[int], allowed: list[int], refused: list[int]) -> None:
    grammar = Grammar.begin(torch.tensor([2])).take_all(torch.tensor([before], dtype=torch.long))
    mask = grammar.mask()[0]
    assert mask[allowed].all()
    assert not mask[refused].any()


def test_time_and_pitches_only_go_on() -> None:
    opening = [v.START, v.SOURCE.first, v.KEY.first, v.TEMPO.first, v.BAR, v.CHORD.first]
    note = [v.position_token(3), v.pitch_token(60, v.Role.LEAD), v.shape_token(2, 72)]
    grammar = Grammar.begin(torch.tensor([1])).take_all(torch.tensor([opening + note]))
    mask = grammar.mask()[0]
    assert not mask[v.position_token(3)]
    assert mask[v.position_token(4)]
    assert not mask[v.position_token(8)]
    assert not mask[v.pitch_token(60, v.Role.LEAD)]
    assert not mask[v.pitch_token(61, v.Role.LEAD)]
    assert mask[v.pitch_token(59, v.Role.LEAD)]
    assert mask[v.pitch_token(61, v.Role.BACKING)]
    assert not mask[v.END]
    assert not mask[v.BAR]
    mask = grammar.take(torch.tensor([v.CHORD.first])).mask()[0]
    assert mask[v.END]
    assert not mask[v.BAR]

"""What may follow what."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.arrays import Ints
from mididraw.models.interface import Opening
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import GrammarState, PocketGrammar
from mididraw.models.pocket.tokens import decode, encode
from mididraw.models.source import Source
from mididraw.score import Score
from tests.strategies.pieces import pieces

ALL = np.arange(4)


def grammar_of(bars: int, tokens: list[int]) -> PocketGrammar:
    grammar = PocketGrammar(4)
    grammar.begin(ALL, Opening(tuple(tokens), 0, 100.0), bars)
    return grammar


@given(pieces())
def test_every_piece_follows_the_grammar(score: Score) -> None:
    grammar = grammar_of(score.bars, [])
    for token in encode(score):
        assert grammar.mask(ALL)[:, token].all()
        grammar.observe(ALL, np.full_like(ALL, token))
    assert grammar.ended(ALL).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_whatever_follows_the_grammar_is_a_piece(seed: int, bars: int) -> None:
    """A model with equal logits for all is a fuzzer."""
    random = np.random.default_rng(seed)
    grammar = grammar_of(bars, [])
    rows: list[Ints] = []
    # Weighted so that pieces end: notes are many, and a step may hold all 176 pitches.
    weights = np.ones(v.SIZE)
    weights[v.PITCH.first : v.PITCH.stop] = 0.05
    weights[v.POSITION.first : v.POSITION.stop] = 0.5
    while not grammar.ended(ALL).all():
        assert len(rows) < 5000
        mask = grammar.mask(ALL)
        assert mask.any(axis=1).all()
        # The largest of numbers with Gumbel's distribution is a draw by the weights.
        noise = random.gumbel(size=mask.shape) + np.log(weights)
        rows.append(np.where(mask, noise, -np.inf).argmax(axis=1))
        grammar.observe(ALL, rows[-1])
    for tokens in np.stack(rows, axis=1).tolist():
        score = decode(tokens)
        assert score.bars == bars
        length = tokens.index(v.END) + 1
        assert set(tokens[length:]) <= {v.PAD}
        # Notes that the end cuts short are written shorter: all else comes back.
        again = encode(score, Source(tokens[1] - v.SOURCE.first))
        assert told(again) == told(tokens[:length])


def told(tokens: list[int]) -> list[int]:
    """All but durations and what bars say of themselves, which a fuzzer does not keep to."""
    return [v.BAR if token in v.BARS else token for token in tokens if token not in v.SHAPE]


@pytest.mark.parametrize(
    ("before", "allowed", "refused"),
    [
        ([v.START], [v.SOURCE.first], [v.BAR, v.END, v.KEY.first]),
        ([], [v.START], [v.PAD, v.END]),
    ],
)
def test_the_beginning(before: list[int], allowed: list[int], refused: list[int]) -> None:
    mask = grammar_of(2, before).mask(ALL)[0]
    assert mask[allowed].all()
    assert not mask[refused].any()


OPENING = [v.START, v.SOURCE.first, v.KEY.first, v.TEMPO.first, v.BAR, v.CHORD.first]
NOTE = [v.position_token(3), v.pitch_token(60, v.Role.LEAD), v.shape_token(2, 72)]


def test_time_and_pitches_only_go_on() -> None:
    grammar = grammar_of(1, OPENING + NOTE)
    mask = grammar.mask(ALL)[0]
    assert not mask[v.position_token(3)]
    assert mask[v.position_token(4)]
    assert not mask[v.position_token(8)]
    assert not mask[v.pitch_token(60, v.Role.LEAD)]
    assert not mask[v.pitch_token(61, v.Role.LEAD)]
    assert mask[v.pitch_token(59, v.Role.LEAD)]
    assert mask[v.pitch_token(61, v.Role.BACKING)]
    assert not mask[v.END]
    assert not mask[v.BAR]
    grammar.observe(ALL, np.full_like(ALL, v.CHORD.first))
    mask = grammar.mask(ALL)[0]
    assert mask[v.END]
    assert not mask[v.BAR]


def test_it_tells_where_each_sequence_is() -> None:
    grammar = grammar_of(2, OPENING + NOTE)
    for token in (v.CHORD.first, v.BAR, v.CHORD.first, v.position_token(5)):
        grammar.observe(np.array([1]), np.array([token]))
    grammar.fork(np.array([1]), np.array([2]))
    grammar.observe(np.array([2]), np.array([v.pitch_token(40, v.Role.BACKING)]))
    assert grammar.onset.tolist() == [3, 21, 21, 3]
    assert grammar.bars.tolist() == [1, 2, 2, 1]
    assert grammar.state.tolist() == [
        GrammarState.FIRST_NOTE,
        GrammarState.POSITION,
        GrammarState.PITCH,
        GrammarState.FIRST_NOTE,
    ]
    assert grammar.mask(np.array([1]))[0, v.pitch_token(60, v.Role.LEAD)]
    assert not grammar.mask(np.array([2]))[0, v.pitch_token(60, v.Role.LEAD)]

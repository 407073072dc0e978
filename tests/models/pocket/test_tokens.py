"""Score ↔ tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.harmony import Chord, Key
from mididraw.harmony.plan import Plan
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.pocket import Pocket
from mididraw.models.pocket.tokens import LEAD, decode, encode, header
from mididraw.models.source import Source
from mididraw.models.transformer import Transformer
from mididraw.models.transformer_weights import TransformerConfig
from mididraw.score import DRAWING, Meter, Note, Score, Track
from tests.strategies.pieces import pieces
from tests.strategies.scores import scores


@given(pieces(), st.sampled_from(Source))
def test_a_piece_on_the_grid_is_read_back_exactly(score: Score, source: Source) -> None:
    tokens = encode(score, source)
    assert decode(tokens) == score
    assert encode(decode(tokens), source) == tokens


@given(scores())
def test_any_score_comes_as_near_as_there_are_tokens(score: Score) -> None:
    tokens = encode(score)
    again = decode(tokens)
    assert encode(again) == encode(decode(encode(again)))
    assert again.bars == score.bars
    assert again.key == score.key
    kept = {(n.onset, n.pitch % 12) for track in again.tracks for n in track.notes}
    written = {
        (n.onset, n.pitch % 12)
        for track in score.tracks
        if not track.drums
        for n in track.notes
        if n.onset < score.steps
    }
    assert kept == written


def test_the_drawing_leads() -> None:
    note = Note(0, 60, 4, 72)
    score = Score((Track("bass", 32, (note,)), Track(DRAWING, 0, (note,))), 1, 90.0, Key(0))
    again = decode(encode(score))
    assert [track.name for track in again.tracks if track.notes] == [LEAD, "accompaniment"]


def test_music_that_breaks_off_ends_with_its_last_bar() -> None:
    score = Score((Track(LEAD, 0, (Note(0, 60, 4, 72), Note(20, 62, 30, 72))),), 3, 90.0, Key(0))
    tokens = encode(score)
    cut = [place for place, token in enumerate(tokens) if token in v.BARS][2]
    again = decode(tokens[:cut])
    assert again.bars == 2
    assert again.tracks[0].notes[-1].end == 32


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        [v.START],
        [v.START, v.KEY.first, v.SOURCE.first, v.TEMPO.first, v.BAR],
        [v.START, v.SOURCE.first, v.KEY.first, v.TEMPO.first],
        [v.START, v.SOURCE.first, v.KEY.first, v.TEMPO.first, v.CHORD.first],
        [v.START, v.SOURCE.first, v.KEY.first, v.TEMPO.first, v.BAR, v.SHAPE.first],
        [v.START, v.SOURCE.first, v.KEY.first, v.TEMPO.first, v.BAR, v.START],
    ],
)
def test_tokens_out_of_order_are_no_piece(tokens: list[int]) -> None:
    with pytest.raises(ValueError, match=r"starts with|no bar|cannot stand"):
        decode(tokens)


def test_bars_tell_their_density_and_whether_their_rhythm_returns() -> None:
    rhythms = [(0, 8), range(0, 16, 2), range(16), (0,)] * 2
    notes = tuple(
        Note(16 * bar + step, 60, 1, 72) for bar, steps in enumerate(rhythms) for step in steps
    )
    tokens = encode(Score((Track(LEAD, 0, notes),), 8, 90.0, Key(0)))
    assert [token for token in tokens if token in v.BARS] == [
        v.bar_token(Meter(), density, returning=returning)
        for returning in (False, True)
        for density in (0, 2, 3, 0)
    ]


def test_a_plan_stands_before_the_first_bar_and_is_no_music() -> None:
    plan = Plan(Key(0), (Chord(0), Chord(7)), (0, 0), (3, 9))
    pocket = Pocket(Transformer(TransformerConfig(v.SIZE, 64, 32, 1, 2, 1, 48)))
    silent = Score((Track("", 0, ()),), 1, 90.0, Key(0))
    chords = [v.chord_token(chord) for chord in plan.chords]
    assert list(pocket.opening(silent, Source.POP, plan).tokens) == header(silent) + chords
    prompt = Score((Track(LEAD, 0, (Note(0, 60, 4, 72),)),), 1, 90.0, Key(0))
    tokens = pocket.opening(prompt, Source.POP, plan).tokens
    assert tokens[4:7] == (v.chord_token(None), *chords)
    assert tokens[-1] == v.bar_token(Meter(), 0)
    assert decode(tokens[:-1]).tracks[0].notes == prompt.tracks[0].notes

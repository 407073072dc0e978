from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.arrays import Floats, Ints
from mididraw.errors import ModelError
from mididraw.models.decoder import Decoder, Sampling, generate
from mididraw.models.giant import vocabulary as v
from mididraw.models.giant.grammar import GiantGrammar
from mididraw.models.giant.tokens import (
    Event,
    decode,
    encode,
    events_of,
    opening,
    score_of,
)
from mididraw.score import Score
from tests.models.shapes import ROTARY, random_model
from tests.strategies.scores import scores

events = st.builds(
    Event,
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 7),
    st.integers(0, 128),
    st.integers(0, 127),
)


@given(st.lists(events, max_size=30), st.booleans())
def test_events_survive_tokens(written: list[Event], end: bool) -> None:
    tokens = encode(written, end=end)
    assert decode(tokens) == written
    assert all(0 <= token < v.SIZE for token in tokens)


@given(st.lists(st.integers(0, v.SIZE - 1), max_size=60))
def test_any_tokens_are_music(tokens: list[int]) -> None:
    before_end = [*tokens, v.END.first]
    del before_end[before_end.index(v.END.first) :]
    notes = [token for token in before_end if token in v.NOTE]
    assert len(decode(tokens)) == len(notes)


def test_tokens_are_those_of_the_published_scheme() -> None:
    """Worked by hand from the data set maker's arithmetic."""
    note = Event(delay=12, duration=25, loudness=5, patch=40, pitch=69)
    assert note.tokens == (12, 8 * 25 + 5 + 256, 129 * 40 + 69 + 2304)
    drum = Event(delay=0, duration=8, loudness=6, patch=128, pitch=36)
    assert encode([note, drum]) == [
        *(19461, 19331, 19332 + 40),
        *(12, 461, 7533),
        *(0, 8 * 8 + 6 + 256, 129 * 128 + 36 + 2304),
        *(19462, 19462, 19462),
    ]
    assert opening(0) == [19461, 19330, 19332]


def test_the_end_ends() -> None:
    note = Event(1, 2, 3, 4, 5)
    assert decode([*note.tokens, v.END.first, *note.tokens]) == [note]
    assert decode([*note.tokens, *note.tokens[:2]]) == [note]


def quiet_or_long(score: Score) -> bool:
    """Whether a score has a note or a silence that is longer than the tokens can say."""
    longest = 255 * v.TICK_SECONDS - v.TICK_SECONDS
    notes = [note for track in score.tracks for note in track.notes]
    onsets = sorted({note.onset for note in notes})
    lengths = [note.duration for note in notes] + [b - a for a, b in pairwise(onsets)]
    return max(lengths, default=0) * score.seconds_per_step > longest


@given(scores(empty_tracks=False))
def test_notes_survive_events_on_the_grid(score: Score) -> None:
    if quiet_or_long(score):
        return
    again = score_of(events_of(score), score.tempo)

    def heard(music: Score) -> list[tuple[int, ...]]:
        notes = [
            (note.onset, note.pitch, note.duration, track.program, track.drums)
            for track in music.tracks
            for note in track.notes
        ]
        first = min(onset for onset, *_ in notes)
        return sorted((onset - first, *others) for onset, *others in notes)

    assert heard(again) == heard(score)
    assert events_of(score_of(events_of(again), score.tempo)) == events_of(again)


@given(scores(empty_tracks=False))
def test_velocities_keep_to_their_eighth(score: Score) -> None:
    kept = sorted(event.loudness for event in events_of(score))
    velocities = sorted(max(n.velocity, 8) for track in score.tracks for n in track.notes)
    for loudness, velocity in zip(kept, velocities, strict=True):
        assert abs(15 * (loudness + 1) - velocity) <= 7.5


def test_no_notes_are_no_score() -> None:
    with pytest.raises(ModelError, match="no notes"):
        score_of([], 120.0)


@pytest.mark.parametrize(
    "wrong", [(256, 0, 0, 0, 0), (0, -1, 0, 0, 0), (0, 0, 8, 0, 0), (0, 0, 0, 129, 0)]
)
def test_events_out_of_range_are_refused(wrong: tuple[int, int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        Event(*wrong)


def test_what_the_grammar_lets_through_is_well_formed() -> None:
    """A model that knows nothing, under the grammar, writes whole notes."""
    model = random_model(replace(ROTARY, vocabulary=v.SIZE, context=256))
    decoder = Decoder.of(model, slots=4)
    samplings = [Sampling(temperature=3, seed=seed) for seed in range(4)]

    class Endless(GiantGrammar):
        def apply(self, logits: Floats, slots: Ints) -> Floats:
            logits[:, v.END.first] = -np.inf
            return super().apply(logits, slots)

    grammar = Endless(4)
    grammar.start(np.arange(4), v.INTRO.first)
    for prompt, tokens in zip(
        [[v.INTRO.first]] * 4,
        generate(decoder, [[v.INTRO.first]] * 4, samplings, 63, processors=[grammar]),
        strict=True,
    ):
        whole = prompt + tokens
        assert whole[1] in v.DRUMS
        assert whole[2] in v.FIRST_PATCH
        assert len(decode(whole)) >= 15
        for before, after in pairwise(whole[2:]):
            assert not (before in v.SOUND and after not in v.NOTE)
            assert not (before in v.DELAY and after not in v.SOUND)


@given(st.lists(events, min_size=1, max_size=10))
def test_the_grammar_allows_what_is_encoded(written: list[Event]) -> None:
    tokens = encode(written)
    allowed = GiantGrammar(1).mask(np.array(tokens[:-1]))
    assert allowed[np.arange(len(tokens) - 1), tokens[1:]].all()

"""A giant goes on from a prompt and keeps to the time that there is."""

from dataclasses import replace

import pytest
import torch

from mididraw.models.compose import ComposeOptions, compose
from mididraw.models.giant.giant import Giant
from mididraw.models.giant.shapes import PUBLISHED
from mididraw.models.prompts import PROMPTS
from mididraw.models.source import Source
from mididraw.models.transformer import Transformer
from mididraw.score import Score, Track

TINY = replace(
    PUBLISHED["giant-medium"].shape, context=512, width=32, depth=1, heads=2, kv_heads=2, hidden=64
)


@pytest.fixture(scope="module")
def untrained() -> Giant:
    """A giant in name alone, that has heard nothing."""
    torch.manual_seed(0)
    return Giant(Transformer(TINY).eval())


@pytest.mark.parametrize("source", Source)
def test_a_prompt_is_continued_by_the_bars_asked_for(untrained: Giant, source: Source) -> None:
    prompt = PROMPTS[source]
    [piece] = compose(untrained, [(prompt, source)], ComposeOptions(bars=2, seed=3))
    assert (piece.bars, piece.tempo) == (4, prompt.tempo)
    notes = {(n.onset, n.pitch) for track in piece.tracks for n in track.notes}
    assert {(n.onset, n.pitch) for track in prompt.tracks for n in track.notes} <= notes
    assert any(onset >= prompt.steps for onset, _ in notes)
    assert all(n.end <= piece.steps for track in piece.tracks for n in track.notes)


def test_one_seed_is_one_piece_whatever_is_composed_beside_it(untrained: Giant) -> None:
    prompts = [(PROMPTS[source], source) for source in Source]
    options = ComposeOptions(bars=1, seed=7)
    assert compose(untrained, prompts, options) == compose(untrained, prompts, options)


def test_without_a_prompt_it_begins_by_itself(untrained: Giant) -> None:
    prompt = PROMPTS[Source.POP]
    silent = Score(tuple(Track(t.name, 0, ()) for t in prompt.tracks), 1, 120.0, prompt.key)
    [piece] = compose(untrained, [(silent, Source.POP)], ComposeOptions(bars=2, seed=1))
    assert (piece.bars, piece.tempo) == (2, 120.0)
    assert any(track.notes for track in piece.tracks)

"""A model goes on from a prompt; whatever it is, the result is music on the grid."""

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mididraw.errors import MidiError, ModelError, OptionError
from mididraw.models.catalogue import load_model
from mididraw.models.compose import ComposeOptions, compose, find_prompt
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.pocket import Pocket
from mididraw.models.prompts import PROMPTS
from mididraw.models.source import Source
from mididraw.models.transformer import Transformer
from mididraw.models.transformer_weights import TransformerConfig
from mididraw.render.midi import write_midi
from mididraw.score import Score, Track
from tests.strategies.pieces import pieces

TINY = TransformerConfig(v.SIZE, 256, 32, 1, 2, 1, 48)


@pytest.fixture(scope="module")
def untrained() -> Pocket:
    """A model that has heard nothing: all that holds its music together is the grammar."""
    torch.manual_seed(0)
    return Pocket(Transformer(TINY))


def _notes(score: Score, stop: int) -> list[tuple[str, int, int]]:
    return [(t.name, n.onset, n.pitch) for t in score.tracks for n in t.notes if n.onset < stop]


@settings(max_examples=5, deadline=None)
@given(st.lists(pieces(2), min_size=1, max_size=2), st.integers(0, 2**20))
def test_a_prompt_is_continued_by_the_bars_asked_for(
    untrained: Pocket, prompts: list[Score], seed: int
) -> None:
    options = ComposeOptions(bars=1, seed=seed, top_p=0.9)
    written = compose(untrained, [(prompt, Source.POP) for prompt in prompts], options)
    for prompt, piece in zip(prompts, written, strict=True):
        has_notes = any(track.notes for track in prompt.tracks)
        assert piece.bars == (prompt.bars if has_notes else 0) + 1
        assert piece.key == prompt.key
        if has_notes:
            stop = prompt.steps
            assert _notes(piece, stop) == _notes(prompt, stop)


def test_one_seed_is_one_piece_whatever_is_composed_beside_it(untrained: Pocket) -> None:
    prompts = [(PROMPTS[source], source) for source in Source]
    options = ComposeOptions(bars=1, seed=7)
    assert compose(untrained, prompts, options) == compose(untrained, prompts, options)
    alone = compose(untrained, prompts[:1], options)
    assert alone != compose(untrained, prompts[:1], ComposeOptions(bars=1, seed=8))


def test_without_notes_key_and_tempo_are_kept(untrained: Pocket) -> None:
    prompt = PROMPTS[Source.GAME]
    silent = Score(tuple(Track(t.name, 0, ()) for t in prompt.tracks), 1, prompt.tempo, prompt.key)
    [piece] = compose(untrained, [(silent, Source.GAME)], ComposeOptions(bars=2, seed=1))
    assert (piece.bars, piece.key, piece.tempo) == (2, prompt.key, prompt.tempo)


def test_prompts_are_found_by_name_or_file(tmp_path: Path) -> None:
    assert find_prompt("Folk") == (PROMPTS[Source.FOLK], Source.FOLK)
    path = tmp_path / "own.mid"
    path.write_bytes(write_midi(PROMPTS[Source.GAME]))
    score, _ = find_prompt(str(path))
    assert score.bars == 2
    with pytest.raises(OptionError, match="no prompt"):
        find_prompt("polka")
    path.write_bytes(b"RIFF no midi")
    with pytest.raises(MidiError, match="no MIDI"):
        find_prompt(str(path))


@pytest.mark.parametrize(("bars", "seed"), [(0, 0), (65, 0), (4, -1), (4, 2**31)])
def test_options_out_of_range_say_so(bars: int, seed: int) -> None:
    with pytest.raises(OptionError, match=r"bars|seed"):
        ComposeOptions(bars=bars, seed=seed)


def test_a_model_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(str(tmp_path / "none.safetensors"))

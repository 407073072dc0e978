"""Openings that a model can go on from."""

import pytest

from mididraw.evaluation.measures.musicality import musicality
from mididraw.models.pocket.tokens import decode, encode
from mididraw.models.prompts import PROMPTS
from mididraw.models.source import Source


@pytest.mark.parametrize("source", Source)
def test_every_source_has_an_opening_that_sounds(source: Source) -> None:
    prompt = PROMPTS[source]
    assert prompt.bars == 2
    assert max(note.end for track in prompt.tracks for note in track.notes) <= prompt.steps
    assert musicality(prompt).in_key == 1.0
    assert musicality(prompt).notes_per_bar > 4
    for span in prompt.chords:
        bass = [
            note.pitch % 12
            for note in prompt.tracks[1].notes
            if span.onset <= note.onset < span.onset + span.duration
        ]
        assert set(bass) & span.chord.tones


@pytest.mark.parametrize("source", Source)
def test_an_opening_goes_into_tokens(source: Source) -> None:
    tokens = encode(PROMPTS[source], source)
    again = decode(tokens)
    assert again.chords == PROMPTS[source].chords
    assert encode(again, source) == tokens

"""What music is made of, and whether it is remembered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.evaluation.measures.copying import KnownSongs
from mididraw.evaluation.measures.musicality import Musicality, average, musicality
from mididraw.harmony import Key
from mididraw.score import Note, Score, Track
from tests.strategies.scores import scores


def _tune(pitches: list[int], key: int = 0, name: str = "melody") -> Score:
    notes = tuple(Note(4 * place, pitch, 4, 80) for place, pitch in enumerate(pitches))
    return Score((Track(name, 0, notes),), -(-len(pitches) // 4), 90.0, Key(key))


def test_a_scale_in_quarters() -> None:
    found = musicality(_tune([60, 62, 64, 65, 67, 69, 71, 72]))
    assert found.in_key == 1.0
    assert found.notes_per_bar == 4.0
    assert found.polyphony == 1.0
    assert found.entropy == pytest.approx(2.75)
    assert musicality(_tune([60, 61, 62, 63])).in_key == 0.5


def test_silence_is_zero() -> None:
    assert musicality(Score((Track("melody", 0, ()),), 2, 90.0, Key(0))) == Musicality(0, 0, 0, 0)


@given(scores())
def test_figures_keep_their_ranges(score: Score) -> None:
    found = musicality(score)
    assert 0 <= found.in_key <= 1
    assert found.notes_per_bar >= 0
    assert 0 <= found.entropy <= 3.585
    assert found.polyphony == 0 or found.polyphony >= 1


def test_the_average_is_of_each_figure() -> None:
    both = average([_tune([60] * 4), _tune([61] * 8)])
    assert both.in_key == 0.5
    assert both.notes_per_bar == 4.0
    with pytest.raises(ValueError, match="no pieces"):
        average([])


@given(st.integers(-11, 11), st.integers(0, 3))
def test_a_song_played_in_another_key_is_known(semitones: int, skipped: int) -> None:
    song = [60, 62, 64, 65, 67, 69, 71, 72, 60, 60, 67, 67, 69, 69, 67, 64]
    known = KnownSongs([_tune([50, 51, 52, 53]), _tune(song)])
    heard = [pitch + semitones for pitch in song[4 * skipped :]]
    copy = _tune(heard, key=semitones % 12)
    if semitones >= 0:
        assert known.longest_shared(copy) == 4 - skipped


def test_new_music_shares_nothing() -> None:
    known = KnownSongs([_tune([60, 62, 64, 65] * 4)])
    assert known.longest_shared(_tune([60, 62, 64, 67] * 4)) == 0
    assert known.longest_shared(_tune([60, 62, 64, 65, 1, 1, 1, 1, 60, 62, 64, 65])) == 1
    assert known.longest_shared(_tune([60, 62, 64, 65], name="bass")) == 0

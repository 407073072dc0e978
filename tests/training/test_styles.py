"""What tells styles apart is learned from the collections' songs."""

import pytest

from mididraw.corpora.note_songs import NoteSong, song_of
from mididraw.errors import ModelError
from mididraw.harmony import Style
from mididraw.models.music_embedding import load, notes_of
from mididraw.models.sounds_like import STYLES
from mididraw.training.styles import COLLECTIONS, learn_styles, share_right
from tests.corpora.tunes import tune


def song(name: str, tonic: int) -> NoteSong:
    made = song_of(name, [notes_of(tune(12, tonic))])
    assert made is not None
    return made


def test_songs_of_no_collection_teach_nothing() -> None:
    with pytest.raises(ModelError, match="no music"):
        learn_styles(load(), [song("mine/1", 0)])


def test_a_style_that_alone_was_heard_is_told() -> None:
    songs = [song(f"nottingham/{tonic}", tonic) for tonic in range(4)]
    readout = learn_styles(load(), songs)
    assert share_right(readout, load(), [*songs, song("mine/1", 0)]) == {Style.FOLK: 1.0}


def test_collections_stand_for_all_styles_that_are_told_apart() -> None:
    assert tuple(COLLECTIONS.values()) == STYLES

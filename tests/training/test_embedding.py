"""The embedding of music is trained, broken off and resumed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mididraw.corpora.note_songs import NoteSong, song_of
from mididraw.errors import ModelError
from mididraw.models.music_embedding import notes_of
from mididraw.training.embedding import CHECKPOINT, EmbeddingTrainer, contrast, rank_songs
from tests.corpora.tunes import tune


def songs() -> list[NoteSong]:
    made = [song_of(str(tonic), [notes_of(tune(12, tonic))]) for tonic in range(4)]
    return [song for song in made if song is not None]


def test_training_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    whole = EmbeddingTrainer(4)
    whole.run(songs(), tmp_path / "whole", lambda *_: None)
    part = EmbeddingTrainer(4)

    def stop(step: int, _: float) -> None:
        if step == 2:
            part.save(tmp_path / "part")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        part.run(songs(), tmp_path / "part", stop)
    again = EmbeddingTrainer(4)
    again.resume(tmp_path / "part")
    assert again.step == 2
    again.run(songs(), tmp_path / "part", lambda *_: None)
    assert again.history == whole.history
    for one, other in zip(whole.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(one, other)
    (tmp_path / "part" / CHECKPOINT).write_bytes(b"damaged")
    with pytest.raises(ModelError, match="damaged"):
        again.resume(tmp_path / "part")


def test_contrast_is_least_where_pairs_lie_together() -> None:
    ones = torch.eye(4)[:3]
    assert contrast(torch.cat([ones, ones]), 3) < 0.01
    assert contrast(torch.cat([ones, ones.roll(1, 0)]), 3) > 5
    # What is nobody's pair is not to lie close either.
    assert contrast(torch.cat([ones, ones, ones]), 3) > 0.5


def test_ranks_are_shares() -> None:
    ranks = rank_songs(EmbeddingTrainer(1).model, songs())
    assert ranks.songs == 4
    assert all(0 <= share <= 1 for share in np.array(list(ranks.as_json().values())[1:]))


def test_one_song_cannot_be_told_from_others() -> None:
    with pytest.raises(ModelError, match="no music"):
        EmbeddingTrainer(1).run(songs()[:1], Path(), lambda *_: None)

"""Four bars of notes as points, by the weights that we ship."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from mididraw.corpora.note_songs import revoiced, scrambled, thinned, transposed
from mididraw.corpora.songs import ReferenceSong, pop_songs
from mididraw.errors import ModelError
from mididraw.evaluation.measures.copying import copied_share
from mididraw.evaluation.measures.embed import Embeddings
from mididraw.evaluation.measures.frechet import frechet
from mididraw.evaluation.references.excerpts import excerpts, halves
from mididraw.models.music_embedding import (
    DIMENSIONS,
    MusicEmbedding,
    Notes,
    embed_excerpts,
    embed_scores,
    load,
    rolls_of,
    save,
    windows_of,
)
from mididraw.score import Note, Score, Track
from tests.corpora.tunes import tune

PITCH_ONLY = np.array([0, 0, 1])


@pytest.fixture(scope="module")
def songs(shared: Path) -> list[ReferenceSong]:
    """Nine songs that nothing was trained on."""
    return pop_songs(shared / "data" / "pop909.tar.gz", "99")


def test_a_roll_shows_where_notes_begin_and_sound() -> None:
    (roll,) = rolls_of([np.array([(2, 5, 21), (60, 70, 108), (64, 66, 60), (3, 4, 109)])])
    assert np.argwhere(roll[0]).tolist() == [[0, 2], [87, 60]]
    assert np.argwhere(roll[1]).tolist() == [
        [0, 2],
        [0, 3],
        [0, 4],
        *([87, n] for n in range(60, 64)),
    ]


def test_points_lie_on_a_sphere_and_depend_on_nothing_else() -> None:
    excerpts_ = windows_of(tune(12))
    assert len(excerpts_) == 5
    points = embed_excerpts(load(), excerpts_)
    assert np.linalg.norm(points, axis=1) == pytest.approx(DIMENSIONS**0.5, rel=1e-4)
    assert embed_excerpts(load(), excerpts_[:1]) == pytest.approx(points[:1], abs=1e-4)
    drums = Track("drums", 0, (Note(0, 40, 1, 90),) * 9, drums=True)
    silent = Score((drums,), 8, 100.0, tune().key)
    assert [len(found) for found in embed_scores([silent])] == [0]


@pytest.mark.parametrize("change", [transposed, revoiced, thinned])
def test_a_changed_excerpt_lies_closer_than_other_songs(
    songs: list[ReferenceSong], change: Callable[[Notes, np.random.Generator], Notes]
) -> None:
    random = np.random.default_rng(1)
    every = [max(map(windows_of, song.parts), key=len)[2] for song in songs if song.parts]
    likeness = (
        embed_excerpts(load(), every)
        @ embed_excerpts(load(), [change(notes, random) for notes in every]).T
    )
    right = np.mean(likeness.argmax(axis=0) == np.arange(len(every)))
    assert right >= 0.8


def test_random_pitches_are_far_and_another_key_is_near(songs: list[ReferenceSong]) -> None:
    random = np.random.default_rng(1)
    one, other = ([windows_of(part) for part in excerpts(half, 8)] for half in halves(songs))

    def distance(change: Callable[[Notes, np.random.Generator], Notes]) -> float:
        found = [
            [embed_excerpts(load(), [alter(notes, random) for notes in piece]) for piece in side]
            for side, alter in ((one, lambda notes, _: notes), (other, change))
        ]
        return frechet(*found, resamples=0).value

    floor = distance(lambda notes, _: notes)
    assert distance(transposed) < 1.3 * floor
    assert distance(scrambled) > 2 * floor


def test_weights_are_written_and_read_again(tmp_path: Path) -> None:
    model = MusicEmbedding(8).eval()
    save(model, tmp_path / "own.safetensors")
    again = load(tmp_path / "own.safetensors")
    rolls = torch.from_numpy(rolls_of(windows_of(tune(8))))
    with torch.inference_mode():
        assert torch.allclose(model(rolls), again(rolls), atol=0.05)
    for damaged in (b"", b"something"):
        (tmp_path / "bad.safetensors").write_bytes(damaged)
        load.cache_clear()
        with pytest.raises(ModelError, match="cannot be read"):
            load(tmp_path / "bad.safetensors")


def test_a_song_that_is_played_in_another_key_is_a_copy(songs: list[ReferenceSong]) -> None:
    known, others = songs[::2], songs[1::2]
    random = np.random.default_rng(1)

    def points(some: list[ReferenceSong]) -> list[Embeddings]:
        return embed_scores(part for song in some for part in song.parts)

    moved = [
        embed_excerpts(load(), [transposed(notes, random) for notes in windows_of(part)])
        for song in known
        for part in song.parts
    ]
    assert copied_share(moved, points(others), points(known)) > 0.9
    assert copied_share(points(others), points(others), points(known)) <= 0.02

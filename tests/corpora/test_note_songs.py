"""Songs as notes, and their excerpts changed."""

import numpy as np

from mididraw.corpora.note_songs import changed, revoiced, scrambled, song_of, thinned, transposed
from mididraw.models.music_embedding import notes_of
from mididraw.score import STEPS_PER_BAR
from tests.corpora.tunes import tune


def test_changes_keep_what_makes_the_song() -> None:
    random = np.random.default_rng(2)
    notes = notes_of(tune(8))
    moved = transposed(notes, random) - notes
    assert len({tuple(row) for row in moved.tolist()}) == 1
    assert ((revoiced(notes, random) - notes)[:, 2] % 12 == 0).all()
    assert 0.5 * len(notes) < len(thinned(notes, random)) <= len(notes)
    assert (scrambled(notes, random)[:, :2] == notes[:, :2]).all()
    song = song_of("tune", [notes])
    assert song is not None
    assert song.starts[0] == (0, 0)
    assert song.starts[-1][1] % STEPS_PER_BAR == 0
    assert len(changed(song, song.starts[1], random))
    assert song_of("short", [notes_of(tune(2))]) is None

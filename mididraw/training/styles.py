"""Songs → what tells their styles apart: the readout of the embedding of music."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mididraw.corpora.note_songs import NoteSong
from mididraw.errors import ModelError
from mididraw.harmony import Style
from mididraw.models.music_embedding import MusicEmbedding, embed_excerpts
from mididraw.models.sounds_like import StyleReadout, fit

COLLECTIONS = {
    "pop909": Style.POP,
    "nottingham": Style.FOLK,
    "pianomidi": Style.CLASSICAL,
    "freedoom": Style.GAME,
}
"""The style of each collection's songs, by what their names begin with."""
_EXCERPTS = 4
"""Of each song, at random."""


def learn_styles(model: MusicEmbedding, songs: Sequence[NoteSong], seed: int = 0) -> StyleReadout:
    """Fit a readout to songs of the collections.

    Raises:
        ModelError: there is none of them.
    """
    random = np.random.default_rng(seed)
    known = list(_of_collections(songs))
    if not known:
        raise ModelError("training-data-empty", "There is no music to learn from.")
    points = np.stack([_mean_point(model, song, random) for song, _ in known])
    return fit(points, [style for _, style in known])


def share_right(
    readout: StyleReadout, model: MusicEmbedding, songs: Sequence[NoteSong], seed: int = 0
) -> dict[Style, float]:
    """Measure for how many songs of each collection the readout tells the right style."""
    random = np.random.default_rng(seed)
    right: defaultdict[Style, list[bool]] = defaultdict(list)
    for song, style in _of_collections(songs):
        right[style].append(readout.style_of(_mean_point(model, song, random)) is style)
    return {style: float(np.mean(found)) for style, found in right.items()}


def _of_collections(songs: Sequence[NoteSong]) -> Iterator[tuple[NoteSong, Style]]:
    for song in songs:
        style = COLLECTIONS.get(song.name.split("/")[0])
        if style is not None:
            yield song, style


def _mean_point(
    model: MusicEmbedding, song: NoteSong, random: np.random.Generator
) -> NDArray[np.float32]:
    """The mean of a few excerpts' points, ``float32[64]``."""
    count = min(_EXCERPTS, len(song.starts))
    places = random.choice(len(song.starts), count, replace=False)
    excerpts = [song.excerpt(song.starts[int(place)]) for place in places]
    return np.asarray(embed_excerpts(model, excerpts).mean(axis=0))

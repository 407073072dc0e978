"""Whether music was written or remembered: bars shared with known songs, and what sounds alike."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mididraw.evaluation.measures.embed import Embeddings
from mididraw.score import Score

Bar = frozenset[tuple[int, int, str]]


class KnownSongs:
    """Songs by their bars, in whatever key they are played."""

    def __init__(self, songs: Iterable[Score]) -> None:
        self._songs: list[list[Bar]] = [_bars(song) for song in songs]
        self._places: defaultdict[Bar, list[tuple[int, int]]] = defaultdict(list)
        for song, bars in enumerate(self._songs):
            for place, bar in enumerate(bars):
                if bar:
                    self._places[bar].append((song, place))

    def longest_shared(self, score: Score) -> int:
        """The longest run of bars, none silent, that one song has note for note.

        Onsets, pitches relative to the key and tracks' names count, durations and velocities do
        not.
        """
        longest = 0
        runs: dict[tuple[int, int], int] = {}
        for bar in _bars(score):
            runs = {
                (song, place): runs.get((song, place - 1), 0) + 1
                for song, place in self._places.get(bar, ())
            }
            longest = max(longest, max(runs.values(), default=0))
        return longest


_RARE = 0.99
_AT_ONCE = 1024


def copied_share(
    own: Sequence[Embeddings], real: Sequence[Embeddings], known: Sequence[Embeddings]
) -> float:
    """How many excerpts lie as near to a known song as one in a hundred of other songs' does.

    It also finds what is transposed, revoiced or thinned; music as new as real songs gives 0.01.

    Args:
        own: the pieces' embeddings, see :mod:`mididraw.models.music_embedding`.
        real: those of songs that are none of the known.
        known: those of the known songs.

    Raises:
        ValueError: one of them has no excerpt.
    """
    points = np.concatenate([one for one in known if len(one)])
    limit = float(np.quantile(_nearest(real, points), _RARE))
    return float((_nearest(own, points) > limit).mean())


def _nearest(pieces: Sequence[Embeddings], known: Embeddings) -> NDArray[np.float32]:
    """The scalar product of each excerpt with the nearest of the known."""
    points = np.concatenate(pieces)
    parts = [points[first : first + _AT_ONCE] for first in range(0, len(points), _AT_ONCE)]
    return np.concatenate([(part @ known.T).max(axis=1) for part in parts])


def _bars(score: Score) -> list[Bar]:
    bars: list[set[tuple[int, int, str]]] = [set() for _ in range(score.bars)]
    for track in score.tracks:
        for note in track.notes:
            if note.onset < score.steps:
                place, step = divmod(note.onset, score.meter.bar)
                bars[place].add((step, note.pitch - score.key.tonic, track.name))
    return [frozenset(bar) for bar in bars]

"""Whether music was written or remembered: the longest run of bars shared with known songs."""

from collections import defaultdict
from collections.abc import Iterable

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


def _bars(score: Score) -> list[Bar]:
    bars: list[set[tuple[int, int, str]]] = [set() for _ in range(score.bars)]
    for track in score.tracks:
        for note in track.notes:
            if note.onset < score.steps:
                place, step = divmod(note.onset, score.meter.bar)
                bars[place].add((step, note.pitch - score.key.tonic, track.name))
    return [frozenset(bar) for bar in bars]

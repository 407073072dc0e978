"""Count the chord progressions of POP909 into the table that :mod:`mididraw.harmony` ships.

Run as ``python -m mididraw.training.progressions pop909.tar.gz``. POP909 (Wang et al., ISMIR 2020,
MIT licence) carries beats, chords and keys; songs whose number ends in 9 are left out, as they
are the validation set.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from mididraw.corpora.pop909 import read_archive, read_chord
from mididraw.harmony import STYLE_TEMPOS, Chord, Key
from mididraw.harmony.progressions import TABLE_FILE, degree

_RAREST = 3
_DECILES = np.arange(1, 10) / 10


@dataclass(frozen=True, slots=True)
class ChordSong:
    """One song's key, tempo in beats a minute, and ruling chord of each bar (None: no chord)."""

    key: Key
    tempo: float
    bars: tuple[Chord | None, ...]


def read_song(beats: str, chords: str, key: str) -> ChordSong | None:
    """Read the three annotation files of one song; None where it changes its key."""
    keys = [line.split()[2] for line in key.splitlines() if line.strip()]
    times = [tuple(map(float, line.split())) for line in beats.splitlines() if line.strip()]
    downbeats = [time for time, _, downbeat in times if downbeat]
    if len(keys) != 1 or len(downbeats) < 2:
        return None
    spans = []
    for line in chords.splitlines():
        if line.strip():
            since, until, name = line.split()
            spans.append((float(since), float(until), read_chord(name)))
    bars = []
    for start, end in pairwise(downbeats):
        held: defaultdict[Chord | None, float] = defaultdict(float)
        for from_, to, chord in spans:
            held[chord] += max(0.0, min(to, end) - max(from_, start))
        bars.append(max(held, key=lambda chord: held[chord]))
    beat = median(b[0] - a[0] for a, b in pairwise(times))
    return ChordSong(Key.parse(keys[0]), 60 / beat, tuple(bars))


def read_pop909(archive: Path) -> Iterator[ChordSong]:
    """Read the training songs from the data set's archive."""
    for files in read_archive(archive):
        if files.number.endswith("9"):
            continue
        song = read_song(files.beats, files.chords, files.keys)
        if song is not None:
            yield song


def count(songs: list[ChordSong]) -> dict[str, object]:
    """Count, for each style and mode, the tempos and the three-bar progressions of diatonic chords.

    Returns:
        ``{style: {"tempos": deciles, "songs": {mode: n}, "trigrams": {mode: {"a b c": n}}}}``
        with chords as degrees relative to the tonic (``9:min`` is the sixth in major).
    """
    table: dict[str, object] = {}
    for style, (slowest, fastest) in STYLE_TEMPOS.items():
        chosen = [song for song in songs if slowest <= song.tempo < fastest]
        trigrams: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for song in chosen:
            names = [
                degree(chord, song.key) if chord and chord.tones <= song.key.scale else None
                for chord in song.bars
            ]
            for three in zip(names, names[1:], names[2:], strict=False):
                if None not in three:
                    trigrams[song.key.mode][" ".join(str(name) for name in three)] += 1
        table[style] = {
            "tempos": np.rint(np.quantile([song.tempo for song in chosen], _DECILES))
            .astype(int)
            .tolist(),
            "songs": dict(sorted(Counter(str(song.key.mode) for song in chosen).items())),
            "trigrams": {
                mode: {name: n for name, n in counts.most_common() if n >= _RAREST}
                for mode, counts in sorted(trigrams.items())
            },
        }
    return table


def main() -> None:
    """Write the table beside :mod:`mididraw.harmony.progressions`."""
    songs = list(read_pop909(Path(sys.argv[1])))
    TABLE_FILE.write_text(json.dumps(count(songs), indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Cut songs into the bars that :mod:`mididraw.bars` ships.

Run as ``python -m mididraw.training.bars DATA``, the folder with ``pop909.tar.gz`` and
``nottingham.tar.gz``. POP909's songs whose number ends in 9 are left out, as they are the
validation set; other collections, as their licences would bind what is made of their bars.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path

import numpy as np

from mididraw.bars.library import LIBRARY_FILE, Library, chord_number, key_number
from mididraw.corpora.midi_files import tunes_of
from mididraw.corpora.pop909 import read_archive, read_song
from mididraw.models.pocket.tokens import LEAD
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR, Score

_HALF = STEPS_PER_BAR // 2
_MOST = 255
"""Notes of a bar that are kept."""
_Row = tuple[int, int, int, int, bool]
"""Onset within the bar, duration, pitch, velocity and whether it leads."""


def songs(data: Path) -> Iterator[tuple[str, list[Score]]]:
    """Read the songs that may be used, each in parts whose bars follow one another."""
    for files in read_archive(data / "pop909.tar.gz"):
        if not files.number.endswith("9"):
            yield f"POP909 {files.number}", read_song(files)
    for name, tune in sorted(tunes_of(data / "nottingham.tar.gz"), key=itemgetter(0)):
        yield f"Nottingham {Path(name).stem}", [tune]


def cut_bars(found: Iterable[tuple[str, list[Score]]]) -> Library:
    """Cut songs into bars; silent ones are left out."""
    notes: list[_Row] = []
    first, song, place, chords, keys, names = [0], [], [], [], [], []
    for name, parts in found:
        names.append(name)
        offset = 0
        for score in parts:
            for bar, rows in sorted(_rows(score).items()):
                notes += sorted(rows, key=lambda row: (row[2], row[0]))[:_MOST]
                first.append(len(notes))
                song.append(len(names) - 1)
                place.append(offset + bar)
                start = bar * STEPS_PER_BAR
                chords.append([chord_number(score.chord_at(start + half)) for half in (0, _HALF)])
                keys.append(key_number(score.key))
            offset += score.bars + 1
    onset, duration, pitch, velocity, lead = np.array(notes, np.uint8).T
    return Library(
        onset,
        duration,
        pitch,
        velocity,
        lead.astype(np.bool_),
        np.array(first),
        np.array(song),
        np.array(place),
        np.array(chords, np.uint8),
        np.array(keys, np.uint8),
        tuple(names),
    )


def _rows(score: Score) -> dict[int, set[_Row]]:
    """The notes of each bar; one that lasts longer goes on in the next with velocity 0."""
    bars: defaultdict[int, set[_Row]] = defaultdict(set)
    for track in score.tracks:
        for note in track.notes:
            if not LOWEST_KEY <= note.pitch <= HIGHEST_KEY:
                continue
            onset, velocity = note.onset, note.velocity
            while onset < min(note.end, score.steps):
                bar, step = divmod(onset, STEPS_PER_BAR)
                end = min(note.end, (bar + 1) * STEPS_PER_BAR)
                bars[bar].add((step, end - onset, note.pitch, velocity, track.name == LEAD))
                onset, velocity = end, 0
    return bars


def main() -> None:
    """Write the file beside :mod:`mididraw.bars`."""
    cut_bars(songs(Path(sys.argv[1]))).write(LIBRARY_FILE)


if __name__ == "__main__":
    main()

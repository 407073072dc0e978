"""Songs cut into bars, and the bars that are shipped."""

from pathlib import Path

import numpy as np

from mididraw.bars.library import LIBRARY_FILE, NO_CHORD, Library, chord_number, library
from mididraw.harmony import Chord, Key, Mode
from mididraw.models.pocket.tokens import BACKING, LEAD
from mididraw.score import ChordSpan, Note, Score, Track
from mididraw.training.bars import cut_bars

SONG = Score(
    tracks=(
        Track(LEAD, 0, (Note(0, 72, 20, 80), Note(40, 74, 4, 64))),
        Track(BACKING, 0, (Note(8, 48, 8, 55),)),
    ),
    bars=4,
    tempo=120,
    key=Key(9, Mode.MINOR),
    chords=(ChordSpan(0, 8, Chord(9, "min")), ChordSpan(8, 40, Chord(5))),
)


def test_a_song_is_cut_at_its_bar_lines_and_kept_in_a_file(tmp_path: Path) -> None:
    cut_bars([("a song", [SONG, SONG])]).write(tmp_path / "bars.npz")
    bars = Library.read(tmp_path / "bars.npz")
    assert bars.names == ("a song",)
    assert bars.place.tolist() == [0, 1, 2, 5, 6, 7], "the silent bar is left out, parts are apart"
    first = slice(*bars.first[:2])
    rows = zip(
        bars.onset[first],
        bars.duration[first],
        bars.pitch[first],
        bars.velocity[first],
        bars.lead[first],
        strict=True,
    )
    assert list(rows) == [(8, 8, 48, 56, False), (0, 16, 72, 80, True)]
    second = bars.first[1]
    assert (bars.onset[second], bars.duration[second], bars.velocity[second]) == (0, 4, 0)
    assert bars.chords[0].tolist() == [chord_number(Chord(9, "min")), chord_number(Chord(5))]
    assert set(bars.keys.tolist()) == {21}


def test_held_out_songs_are_not_among_the_bars() -> None:
    names = library().names
    assert len(names) == len(set(names)) > 1000
    assert not [name for name in names if name.startswith("POP909") and name[-1] in "09"]


def test_the_bars_are_small_and_sound() -> None:
    known = library()
    assert LIBRARY_FILE.stat().st_size < 5e6
    assert len(known) == len(known.first) - 1 == len(known.chords) > 50_000
    assert known.first[-1] == len(known.pitch)
    assert (np.diff(known.first) > 0).all()
    assert (known.onset.astype(int) + known.duration <= 16).all()
    assert (known.chords[known.chords != NO_CHORD] < 108).all()

"""Counting progressions from annotations."""

import json
from pathlib import Path

from mididraw.harmony import Chord, Key, Mode
from mididraw.harmony.progressions import TABLE_FILE
from mididraw.training.progressions import ChordSong, count, read_pop909, read_song

BEATS = "".join(f"{beat}.0 {float(beat % 2 == 0)} {float(beat % 4 == 0)}\n" for beat in range(17))
CHORDS = "0.0 4.0 C:maj\n4.0 5.0 N\n5.0 8.0 A:min7/b3\n8.0 12.0 F:maj\n12.0 16.0 G:sus4(b7)\n"


def test_a_bar_has_the_chord_that_rules_longest_in_it() -> None:
    song = read_song(BEATS, CHORDS, "0.0 16.0 C:maj\n")
    assert song is not None
    assert song.bars == (Chord(0), Chord(9, "min7"), Chord(5), Chord(7, "7sus4"))
    assert song.tempo == 60.0


def test_a_song_that_changes_its_key_is_left_out() -> None:
    assert read_song(BEATS, CHORDS, "0.0 8.0 C:maj\n8.0 16.0 D:maj\n") is None


def test_progressions_are_counted_relative_to_the_tonic() -> None:
    bars = (Chord(2), Chord(9), Chord(2)) * 3 + (Chord(3), Chord(2), Chord(9))
    table = count([ChordSong(Key(2, Mode.MAJOR), 100.0, bars)] * 2 + [ChordSong(Key(0), 60.0, ())])
    pop = table["pop"]
    assert isinstance(pop, dict)
    assert pop["tempos"] == [100] * 9
    # Chords outside of the scale break the chain; what is too rare is dropped.
    assert pop["trigrams"]["major"] == {
        "0:maj 7:maj 0:maj": 6,
        "7:maj 0:maj 0:maj": 4,
        "0:maj 0:maj 7:maj": 4,
    }


def test_the_shipped_table_is_what_counting_gives(shared: Path) -> None:
    songs = list(read_pop909(shared / "data" / "pop909.tar.gz"))
    assert len(songs) > 500
    assert json.loads(TABLE_FILE.read_text()) == count(songs)

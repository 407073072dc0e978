"""POP909 onto the grid."""

import io

import pretty_midi
import pytest

from mididraw.corpora.pop909 import SongFiles, read_archive, read_chord, read_song
from mididraw.harmony import Chord, Key
from mididraw.models.pocket.tokens import decode, encode
from mididraw.score import Score


def _song(beats_by_bar: list[int], tempo: float = 120.0) -> SongFiles:
    """Bars of so many beats at a tempo, a C in the melody on each downbeat."""
    beat = 60 / tempo
    rows, time = [], 1.0
    midi = pretty_midi.PrettyMIDI()
    melody = pretty_midi.Instrument(0, name="MELODY")
    for beats in beats_by_bar:
        melody.notes.append(pretty_midi.Note(90, 60, time, time + beat))
        for place in range(beats):
            rows.append(f"{time} {float(place % 2 == 0)} {float(place == 0)}")
            time += beat
    rows.append(f"{time} 1.0 1.0")
    midi.instruments.append(melody)
    out = io.BytesIO()
    midi.write(out)
    chords = f"0.0 1.0 N\n1.0 {1 + 4 * beat} C:maj\n{1 + 4 * beat} {time} A:min7"
    return SongFiles("001", out.getvalue(), "\n".join(rows), chords, f"0.0 {time} C:maj")


def test_chords_are_read_without_their_inversion() -> None:
    assert read_chord("Ab:min7/b3") == Chord(8, "min7")
    assert read_chord("C:hdim7") == Chord(0, "dim")
    assert read_chord("N") is None
    assert read_chord("C:aug") is None


def test_a_song_in_fours_is_one_part() -> None:
    [part] = read_song(_song([4] * 9))
    assert part.bars == 9
    assert part.tempo == pytest.approx(120)
    assert part.key == Key(0)
    assert [note.onset for note in part.tracks[0].notes] == [16 * bar for bar in range(9)]
    assert {note.duration for note in part.tracks[0].notes} == {4}
    assert part.chord_at(0) == Chord(0, "maj")
    assert part.chord_at(16) == part.chord_at(143) == Chord(9, "min7")


def test_a_song_is_parted_at_bars_of_other_lengths() -> None:
    parts = read_song(_song([4] * 8 + [2] + [4] * 10 + [3] + [4] * 5))
    assert [part.bars for part in parts] == [8, 10]


def test_real_songs_come_back_from_their_tokens(shared: object) -> None:
    archive = shared / "data" / "pop909.tar.gz"  # type: ignore[operator]
    songs = read_archive(archive)
    parts: list[Score] = [part for _ in range(8) for part in read_song(next(songs))]
    assert sum(part.bars for part in parts) > 300
    for part in parts:
        tokens = encode(part)
        assert encode(decode(tokens)) == tokens
        struck = {
            (note.onset, note.pitch, track.name) for track in part.tracks for note in track.notes
        }
        again = {
            (note.onset, note.pitch, track.name)
            for track in decode(tokens).tracks
            for note in track.notes
        }
        assert again == struck
        notes = [note for track in part.tracks for note in track.notes]
        assert sum(note.pitch % 12 in part.key.scale for note in notes) / len(notes) > 0.6

"""MIDI files as real programs leave them."""

import io
import struct
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.convert import melody_first
from mididraw.errors import MidiError
from mididraw.harmony import Key
from mididraw.render.chunks import is_midi, mended
from mididraw.render.midi import load_midi, read_midi, write_midi
from mididraw.score import Note, Score, Track

NOTES = tuple(Note(4 * place, 60 + place, 4, 80) for place in range(8))
PIECE = Score((Track("lead", 0, NOTES),), 2, 100.0, Key.parse("G"))


@pytest.mark.parametrize("name", ["badkey.mid", "unknown_chunk.mid", "kar.kar", "3_4.mid"])
def test_files_of_real_complaints_are_read(shared: Path, name: str) -> None:
    score = read_midi(load_midi(shared / "data" / "cases" / name))
    assert len(score.tracks[0].notes) == 16


def test_type_two_has_a_sentence_of_its_own(shared: Path) -> None:
    with pytest.raises(MidiError, match="several pieces"):
        read_midi(load_midi(shared / "data" / "cases" / "type2.mid"))


def test_drums_stand_apart_and_the_melody_in_front(shared: Path) -> None:
    score = melody_first(read_midi(load_midi(shared / "data" / "cases" / "drums_plus.mid")))
    assert [track.drums for track in score.tracks] == [False, True]
    bass = Track("bass", 32, tuple(Note(n.onset, n.pitch - 24, 4, 80) for n in NOTES))
    drums = Track("kit", 0, NOTES, drums=True)
    three = Score((drums, bass, PIECE.tracks[0]), 2, 100.0, PIECE.key)
    assert [track.name for track in melody_first(three).tracks] == ["lead", "bass", "kit"]


def test_riff_and_wrong_numbers_are_read_past() -> None:
    plain = write_midi(PIECE)
    riff = b"RIFF" + struct.pack("<I", len(plain) + 12) + b"RMIDdata" + plain[:0]
    riff += struct.pack("<I", len(plain)) + plain
    many = plain[:10] + struct.pack(">H", 40) + plain[12:]
    long = plain.replace(b"MTrk", b"JUNK\0\0\0\2xyMTrk", 1)
    place = plain.rindex(b"MTrk") + 4
    wrong = plain[:place] + struct.pack(">I", 1_000_000) + plain[place + 4 :]
    for data in (riff, many, long, wrong):
        assert is_midi(data)
        assert read_midi(load_midi(data)).tracks == read_midi(plain).tracks


def test_e_flat_minor_stays_e_flat_minor() -> None:
    for name, written in (("Eb minor", "Ebm"), ("C", "C"), ("F# minor", "F#m")):
        score = Score(PIECE.tracks, 2, 100.0, Key.parse(name))
        file = mido.MidiFile(file=io.BytesIO(write_midi(score)))
        keys = [m.key for track in file.tracks for m in track if m.type == "key_signature"]
        assert keys == [written]
        assert read_midi(write_midi(score)).key == score.key


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6), st.integers(0, 9))
def test_any_damage_is_read_past_or_refused(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(write_midi(PIECE))
    for place, value in changes:
        data[place % len(data)] = value
    try:
        score = read_midi(bytes(data[: len(data) - cut]))
    except MidiError:
        return
    assert score.tracks


@given(st.binary(max_size=80))
def test_mending_gives_whole_chunks(junk: bytes) -> None:
    whole = mended(write_midi(PIECE) + junk)
    assert mended(whole) == whole
    assert whole.count(b"MTrk") >= 2

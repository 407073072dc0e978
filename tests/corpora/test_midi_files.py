"""Any MIDI file onto the grid."""

import io
from pathlib import Path

import pretty_midi
import pytest

from mididraw.corpora.midi_files import read_folder, read_tune
from mididraw.errors import MidiError
from mididraw.harmony import Chord, Key
from mididraw.models.pocket.tokens import BACKING, LEAD, decode, encode
from mididraw.models.source import Source
from mididraw.render.midi import write_midi
from mididraw.score import Meter
from tests.corpora.tunes import tune


def test_a_tune_is_read_with_its_chords_estimated() -> None:
    found = read_tune(write_midi(tune()))
    assert found is not None
    assert [track.name for track in found.tracks] == [LEAD, BACKING]
    assert found.tracks[0].notes == tune().tracks[0].notes
    assert found.key == Key(0)
    assert found.chord_at(0) == Chord(0, "maj")


def in_meter(beats: int, unit: int) -> bytes:
    midi = pretty_midi.PrettyMIDI(io.BytesIO(write_midi(tune(bars=12))))
    midi.time_signature_changes = [pretty_midi.TimeSignature(beats, unit, 0)]
    return written(midi)


def written(midi: pretty_midi.PrettyMIDI) -> bytes:
    out = io.BytesIO()
    midi.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("signature", "meter"),
    [((2, 4), Meter()), ((3, 4), Meter(3, 4)), ((3, 8), Meter(6, 8)), ((6, 8), Meter(6, 8))],
)
def test_a_tune_is_counted_in_bars_of_its_own_length(
    signature: tuple[int, int], meter: Meter
) -> None:
    found = read_tune(in_meter(*signature))
    assert found is not None
    assert found.meter == meter
    assert found.bars == 12 * 16 // meter.bar
    assert found.chords[0].duration == meter.bar // 2
    tokens = encode(found, Source.FOLK)
    assert decode(tokens).meter == meter
    assert decode(tokens).tracks[0].notes == found.tracks[0].notes


def test_other_meters_and_a_free_recording_are_left_out() -> None:
    free = pretty_midi.PrettyMIDI(io.BytesIO(write_midi(tune())))
    for place, note in enumerate(free.instruments[0].notes):
        note.start += 0.03 * (place % 4) + 0.02
        note.end += 0.2
    for midi in (in_meter(5, 4), in_meter(9, 8), written(free)):
        assert read_tune(midi) is None


def test_a_folder_is_read_past_what_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "good.mid").write_bytes(write_midi(tune()))
    (tmp_path / "bad.midi").write_bytes(b"MThd broken")
    (tmp_path / "LOUD.MID").write_bytes(write_midi(tune()))
    (tmp_path / "folder.mid").mkdir()
    assert len(read_folder(tmp_path)) == 2
    (tmp_path / "LOUD.MID").unlink()
    (tmp_path / "deep" / "good.mid").unlink()
    with pytest.raises(MidiError, match="no MIDI file"):
        read_folder(tmp_path)

"""Any MIDI file onto the grid."""

import io
from pathlib import Path

import pretty_midi
import pytest

from mididraw.errors import MidiError
from mididraw.harmony import Chord, Key
from mididraw.models.pocket.tokens import BACKING, LEAD
from mididraw.render.midi import write_midi
from mididraw.training.midi_files import read_folder, read_tune
from tests.training.tunes import tune


def test_a_tune_is_read_with_its_chords_estimated() -> None:
    found = read_tune(write_midi(tune()))
    assert found is not None
    assert [track.name for track in found.tracks] == [LEAD, BACKING]
    assert found.tracks[0].notes == tune().tracks[0].notes
    assert found.key == Key(0)
    assert found.chord_at(0) == Chord(0, "maj")


def test_a_waltz_and_a_free_recording_are_left_out() -> None:
    waltz = pretty_midi.PrettyMIDI(io.BytesIO(write_midi(tune())))
    waltz.time_signature_changes = [pretty_midi.TimeSignature(3, 4, 0)]
    free = pretty_midi.PrettyMIDI(io.BytesIO(write_midi(tune())))
    for place, note in enumerate(free.instruments[0].notes):
        note.start += 0.03 * (place % 4) + 0.02
        note.end += 0.2
    for midi in (waltz, free):
        out = io.BytesIO()
        midi.write(out)
        assert read_tune(out.getvalue()) is None


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

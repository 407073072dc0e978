"""Score ↔ Standard MIDI File."""

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import mido
import pretty_midi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.errors import MidiError
from mididraw.harmony import Chord, Key, Mode
from mididraw.render.midi import load_midi, read_midi, write_midi
from mididraw.render.timeline import Timeline
from mididraw.score import DRAWING, ChordSpan, Meter, Note, Score, Track
from tests.strategies.scores import scores


def tune() -> Score:
    notes = tuple(Note(4 * i, 60 + i, 4, 80) for i in range(8))
    chords = (ChordSpan(0, 16, Chord(9, "min")), ChordSpan(16, 16, Chord(5, "maj7")))
    tracks = (Track(DRAWING, 40, notes), Track("bass", 32, (Note(0, 33, 16, 50),)))
    return Score(tracks, 2, 96, Key(9, Mode.MINOR), chords)


@given(scores(overlaps=False))
def test_the_notes_of_any_score_survive_the_file(score: Score) -> None:
    full = [track for track in score.tracks if track.notes]
    if not full:
        with pytest.raises(MidiError, match="no notes"):
            read_midi(write_midi(score))
        return
    back = read_midi(write_midi(score))
    assert [(t.name, t.program, t.notes) for t in back.tracks] == [
        (t.name, t.program, t.notes) for t in full
    ]
    assert back.key == score.key
    assert back.tempo == pytest.approx(score.tempo, rel=1e-3)


def test_another_library_reads_the_same() -> None:
    file = mido.MidiFile(file=io.BytesIO(write_midi(tune())))
    messages = [message for track in file.tracks for message in track]
    meta = {message.type: message for message in messages if message.is_meta}
    assert mido.tempo2bpm(meta["set_tempo"].tempo) == 96
    assert (meta["time_signature"].numerator, meta["time_signature"].denominator) == (4, 4)
    assert meta["key_signature"].key == "Am"
    assert [track.name for track in file.tracks[1:]] == [DRAWING, "bass"]
    assert [m.text for m in messages if m.type == "text"] == ["Am", "Fmaj7"]
    assert {m.program for m in messages if m.type == "program_change"} == {40, 32}
    assert file.length == pytest.approx(2 * 4 * 60 / 96, abs=0.01)


@given(st.integers(1, 64), st.sampled_from([1, 2, 4, 8, 16]))
def test_a_file_has_its_own_bars(beats: int, unit: int) -> None:
    waltz = replace(tune(), meter=Meter(beats, unit), chords=())
    back = read_midi(write_midi(waltz))
    assert back.meter == waltz.meter
    assert (back.bars - 1) * back.meter.bar < 32 <= back.steps == back.bars * back.meter.bar
    common = back.in_common_time()
    assert (common.bars, common.tracks) == (tune().bars, tune().tracks) or common.steps > 32


@pytest.mark.parametrize(
    ("signatures", "meter"),
    [
        ([(0, 1, 4), (480, 3, 4)], Meter(3, 4)),  # a pickup, then a waltz
        ([(1920, 6, 8)], Meter(6, 8)),
        ([(0, 3, 32)], Meter()),  # nothing that 16ths can count
        ([], Meter()),
    ],
)
def test_the_meter_is_that_of_most_of_the_piece(
    signatures: list[tuple[int, int, int]], meter: Meter
) -> None:
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    now = 0
    for tick, beats, unit in signatures:
        track.append(
            mido.MetaMessage("time_signature", numerator=beats, denominator=unit, time=tick - now)
        )
        now = tick
    track.append(mido.Message("note_on", note=60, velocity=64, time=0))
    track.append(mido.Message("note_off", note=60, time=480 * 12))
    stream = io.BytesIO()
    file.save(file=stream)
    assert read_midi(stream.getvalue()).meter == meter


def test_chords_and_tracks_read_back() -> None:
    assert read_midi(write_midi(tune())) == tune()


def test_the_same_score_gives_the_same_bytes() -> None:
    assert write_midi(tune()) == write_midi(tune())


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda data: b"MThd" + data))
def test_any_bytes_are_a_score_or_a_clear_refusal(data: bytes) -> None:
    with pytest.raises(MidiError):
        read_midi(data)


@given(st.data())
def test_a_damaged_file_is_a_score_or_a_clear_refusal(data: st.DataObject) -> None:
    whole = bytearray(write_midi(tune()))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=8)):
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    try:
        assert read_midi(bytes(whole[:cut])).bars >= 1
    except MidiError as error:
        assert str(error).endswith(".")  # noqa: PT017 -- either outcome is right


def test_a_key_signature_that_does_not_exist_is_read_past() -> None:
    whole = write_midi(tune())
    place = whole.index(b"\xff\x59\x02") + 4
    read = read_midi(whole[:place] + b"\2" + whole[place + 1 :])
    assert read.tracks == read_midi(whole).tracks


def test_a_piece_of_two_hours_is_refused() -> None:
    midi = pretty_midi.PrettyMIDI()
    piano = pretty_midi.Instrument(0)
    piano.notes.append(pretty_midi.Note(64, 60, 7200.0, 7201.0))
    midi.instruments.append(piano)
    out = io.BytesIO()
    midi.write(out)
    with pytest.raises(MidiError, match="too long"):
        read_midi(out.getvalue())


def test_a_few_bytes_that_last_for_hours_are_refused() -> None:
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(
        mido.MidiTrack(
            [
                mido.MetaMessage("set_tempo", tempo=0xFFFFFF),
                mido.Message("note_on", note=60, velocity=64),
                mido.Message("note_off", note=60, time=480 * 4 * 1190),
            ]
        )
    )
    out = io.BytesIO()
    file.save(file=out)
    with pytest.raises(MidiError, match="minutes"):
        read_midi(out.getvalue())


def test_what_is_no_midi_file_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.mid"
    large.write_bytes(b"MThd" + bytes(5_000_000))
    with pytest.raises(MidiError, match="too large"):
        load_midi(large)
    with pytest.raises(MidiError, match="cannot be read"):
        load_midi(tmp_path / "none.mid")
    with pytest.raises(MidiError, match="no MIDI"):
        load_midi(b"ID3 not a tune")


def test_real_game_music_is_read(shared: Path) -> None:
    with tarfile.open(shared / "data" / "freedoom.tar.gz") as tar:
        files = [member for member in tar if member.name.endswith(".mid")][:12]
        tunes = [stream.read() for member in files if (stream := tar.extractfile(member))]
    assert len(tunes) == 12
    for data in tunes:
        score = read_midi(data)
        assert sum(len(track.notes) for track in score.tracks) > 50
        assert 30 < score.tempo < 400


def test_a_timeline_follows_every_change_of_tempo() -> None:
    file = mido.MidiFile(ticks_per_beat=96)
    conductor, hand = mido.MidiTrack(), mido.MidiTrack()
    conductor.append(mido.MetaMessage("set_tempo", tempo=1_000_000, time=0))
    conductor.append(mido.MetaMessage("set_tempo", tempo=250_000, time=96 * 2))
    hand.append(mido.Message("note_on", note=60, velocity=90, time=96 * 4))
    hand.append(mido.Message("note_off", note=60, time=96 * 4))
    file.tracks += [conductor, hand]
    out = io.BytesIO()
    file.save(file=out)
    timeline = Timeline.of(out.getvalue())
    assert [timeline.seconds(step) for step in (0, 4, 8, 12, 32, 64)] == [0, 1, 2, 2.25, 3.5, 5.5]
    assert timeline.step(2.25) == 12
    assert timeline.seconds(32) == file.length

"""MIDI → MP3, by the real FluidSynth and the real ffmpeg."""

import io
from pathlib import Path

import numpy as np
import pytest
from pydub import AudioSegment
from pydub.utils import mediainfo

from mididraw.errors import MidiError, SoundError
from mididraw.harmony import Key
from mididraw.render.audio import SAMPLE_RATE, synthesize
from mididraw.render.midi import write_midi
from mididraw.render.mp3 import Tags, encode_mp3
from mididraw.score import DRAWING, Note, Score, Track


def tune(velocity: int = 80, program: int = 0, pitches: tuple[int, ...] = (60, 64, 67)) -> bytes:
    notes = tuple(Note(4 * i, p, 4, velocity) for i in range(8) for p in pitches)
    return write_midi(Score((Track(DRAWING, program, notes),), 2, 120, Key(0)))


def spectrum_peak(samples: np.ndarray) -> float:
    """The loudest frequency, in Hz."""
    mono = samples.mean(axis=1)
    return float(np.abs(np.fft.rfft(mono)).argmax()) * SAMPLE_RATE / len(mono)


def test_music_is_stereo_as_long_as_the_piece_and_dies_away() -> None:
    samples = synthesize(tune())
    assert samples.shape[1] == 2
    assert len(samples) / SAMPLE_RATE == pytest.approx(6.0, abs=0.01)
    assert samples.dtype == np.int16
    assert np.abs(samples[: 4 * SAMPLE_RATE]).max() > 1000
    assert np.abs(samples[-100:]).max() < 10


def test_the_pitch_that_was_written_is_heard() -> None:
    assert spectrum_peak(synthesize(tune(pitches=(69,), program=73))) == pytest.approx(
        440, rel=0.01
    )


def test_another_instrument_sounds_different() -> None:
    piano, flute = synthesize(tune(program=0)), synthesize(tune(program=73))
    assert not np.array_equal(piano, flute)


def test_a_crowd_of_loud_notes_does_not_clip() -> None:
    crowd = tune(velocity=127, program=56, pitches=tuple(range(40, 88, 2)))
    samples = synthesize(crowd)
    assert np.abs(samples.astype(int)).max() < 32_700


@pytest.mark.parametrize("velocity", [20, 127])
def test_the_mp3_is_loud_tagged_and_does_not_clip(tmp_path: Path, velocity: int) -> None:
    path = tmp_path / "tune.mp3"
    path.write_bytes(encode_mp3(synthesize(tune(velocity)), Tags('Ma 猫 "quoted"')))
    heard = AudioSegment.from_mp3(path)
    assert (heard.frame_rate, heard.channels) == (44_100, 2)
    assert heard.duration_seconds == pytest.approx(6.0, abs=0.1)
    assert -8.0 < heard.max_dBFS < -0.1
    info = mediainfo(str(path))
    assert info["codec_name"] == "mp3"
    assert info["TAG"]["title"] == 'Ma 猫 "quoted"'
    assert info["TAG"]["artist"] == "midiDraw"


def test_silence_stays_silent() -> None:
    heard = AudioSegment.from_file(
        io.BytesIO(encode_mp3(np.zeros((SAMPLE_RATE, 2), np.int16), Tags("silence"))), "mp3"
    )
    assert heard.rms == 0


def test_a_soundfont_that_is_none_is_refused(tmp_path: Path) -> None:
    fake = tmp_path / "fake.sf2"
    fake.write_bytes(b"RIFF no sound here")
    with pytest.raises(SoundError, match=r"fake\.sf2 is no SoundFont"):
        synthesize(tune(), fake)
    with pytest.raises(SoundError, match="no SoundFont at"):
        synthesize(tune(), tmp_path / "none.sf2")


def test_what_is_no_midi_is_refused() -> None:
    with pytest.raises(MidiError):
        synthesize(b"MThd")


def test_a_missing_ffmpeg_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SoundError, match="apt-get install"):
        encode_mp3(np.ones((100, 2), np.int16), Tags("x"))

"""MIDI → MP3: FluidSynth plays, ffmpeg measures and encodes."""

import math
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import mido
import numpy as np
import pretty_midi
from numpy.typing import NDArray

from mididraw.errors import Sentence, SoundError
from mididraw.render.midi import parse_midi

SAMPLE_RATE = 44_100
DEFAULT_SOUNDFONT = Path(pretty_midi.__file__).with_name("TimGM6mb.sf2")
"""TimGM6mb by Tim Brechbill, which pretty_midi carries."""

LOUDNESS = -16.0
"""What the music is brought to, in LUFS (EBU R 128), unless its peaks forbid it."""
PEAK = -2.0
"""The highest sample, in dB of full scale: what encoding and playing add stays below 0."""

_SILENCE = -70.0  # what the measurement says of silence, in LUFS
_TAIL_SECONDS = 2.0
_GAIN = 1.0
_PART = 1 << 20
"""Samples that are amplified at a time."""
_READ_SAMPLES = ["ffmpeg", "-hide_banner", "-nostdin", "-f", "s16le", "-ar", str(SAMPLE_RATE)]
_READ_SAMPLES += ["-ac", "2", "-i", "pipe:0"]
MISSING = Sentence(
    "fluidsynth-missing",
    "Install FluidSynth and ffmpeg (apt-get install libfluidsynth3 ffmpeg) to make sound.",
)

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Tags:
    """What a music player shows."""

    title: str
    artist: str = "midiDraw"


def synthesize(midi: bytes, soundfont: Path | None = None) -> Samples:
    """Play a MIDI file.

    Args:
        midi: the file's bytes; every event in it is obeyed.
        soundfont: an SF2 or SF3 file; :data:`DEFAULT_SOUNDFONT` if None.

    Returns:
        ``int16[samples, 2]`` at 44.1 kHz, with a tail in which the reverb dies away.

    Raises:
        MidiError: the bytes are no MIDI.
        SoundError: FluidSynth or the SoundFont cannot be used.
    """
    file = parse_midi(midi)
    samples = _play(file, soundfont or DEFAULT_SOUNDFONT, _GAIN)
    if _peak(samples) >= 0.999:
        # The synthesiser clipped, which no later gain can mend.
        samples = _play(file, soundfont or DEFAULT_SOUNDFONT, _GAIN / 8)
    fade = np.linspace(1.0, 0.0, int(_TAIL_SECONDS / 2 * SAMPLE_RATE))[:, None]
    samples[-len(fade) :] = (samples[-len(fade) :] * fade).astype(np.int16)
    return samples


def encode_mp3(samples: Samples, tags: Tags, bitrate: int = 192) -> bytes:
    """Encode samples as MP3 at ``bitrate`` kbit/s, brought to :data:`LOUDNESS` without clipping.

    Raises:
        SoundError: ffmpeg is missing or refuses the work.
    """
    with tempfile.TemporaryDirectory() as folder:
        # A file, as the heading that tells players the length is written last.
        path = Path(folder) / "sound.mp3"
        # It starts while the loudness is measured.
        with _encoder(path, tags, bitrate) as encoder:
            gain = loudness_gain(samples)
            with suppress(BrokenPipeError):  # its status tells
                write_samples(encoder.stdin, samples, gain)
            if encoder.wait() or not path.is_file():
                raise SoundError(
                    "mp3-unwritten", "ffmpeg could not write the MP3: is it built with libmp3lame?"
                )
        return path.read_bytes()


@contextmanager
def _encoder(path: Path, tags: Tags, bitrate: int) -> Iterator[subprocess.Popen[bytes]]:
    """An ffmpeg that writes samples from its standard input to an MP3 file."""
    titled = ["-metadata", f"title={tags.title}", "-metadata", f"artist={tags.artist}"]
    # Half the time of the default compression; at 192 kbit/s nobody hears the difference.
    coded = ["-codec:a", "libmp3lame", "-b:a", f"{bitrate}k", "-compression_level", "7"]
    try:
        process = subprocess.Popen(
            [*_READ_SAMPLES, *coded, "-id3v2_version", "4", *titled, str(path)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise SoundError(MISSING) from error
    with process:
        yield process


def write_samples(stream: IO[bytes] | None, samples: Samples, gain: float) -> None:
    """Write amplified samples and the end; part by part, as pieces may be long."""
    if stream is None:
        raise SoundError(MISSING)
    factor = np.float32(10 ** (gain / 20))
    with stream:
        for start in range(0, len(samples), _PART):
            part = np.rint(samples[start : start + _PART] * factor)
            stream.write(part.clip(-32_768, 32_767).astype(np.int16).tobytes())


def _play(file: mido.MidiFile, soundfont: Path, gain: float) -> Samples:
    with _synth(soundfont, gain) as synth:
        chunks = []
        seconds, done = 0.0, 0

        def render_until(sample: int) -> None:
            nonlocal done
            if sample > done:
                chunks.append(synth.get_samples(sample - done))
                done = sample

        for message in file:
            seconds += message.time
            if not message.is_meta:
                render_until(round(seconds * SAMPLE_RATE))
                _send(synth, message)
        render_until(round((seconds + _TAIL_SECONDS) * SAMPLE_RATE))
        return np.concatenate(chunks).reshape(-1, 2)


def _send(synth: Any, message: mido.Message) -> None:
    match message.type:
        case "note_on" if message.velocity:
            synth.noteon(message.channel, message.note, message.velocity)
        case "note_on" | "note_off":
            synth.noteoff(message.channel, message.note)
        case "program_change":
            synth.program_change(message.channel, message.program)
        case "control_change":
            synth.cc(message.channel, message.control, message.value)
        case "pitchwheel":
            synth.pitch_bend(message.channel, message.pitch)


def load_soundfont(path: Path) -> None:
    """Try whether FluidSynth plays with a SoundFont.

    Raises:
        SoundError: it does not.
    """
    with _synth(path, _GAIN):
        pass


@contextmanager
def _synth(soundfont: Path, gain: float) -> Iterator[Any]:
    fluidsynth = _fluidsynth()
    if not soundfont.is_file():
        raise SoundError(
            "soundfont-missing", "There is no SoundFont at {soundfont}.", soundfont=soundfont
        )
    synth = fluidsynth.Synth(
        gain=gain, samplerate=SAMPLE_RATE, channels=16, **{"synth.chorus.active": 0}
    )
    try:
        if not _is_soundfont(soundfont) or synth.sfload(str(soundfont)) == fluidsynth.FLUID_FAILED:
            raise SoundError(
                "soundfont-unread",
                "{soundfont} is no SoundFont that FluidSynth reads (SF2 or SF3).",
                soundfont=soundfont,
            )
        synth.system_reset()
        yield synth
    finally:
        synth.delete()


def _is_soundfont(path: Path) -> bool:
    """Look at the heading: FluidSynth tells standard error of what it cannot load."""
    try:
        with path.open("rb") as stream:
            head = stream.read(12)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:] == b"sfbk"


def _fluidsynth() -> ModuleType:
    try:
        import fluidsynth
    except (ImportError, OSError) as error:
        raise SoundError(MISSING) from error
    module: ModuleType = fluidsynth
    return module


def loudness_gain(samples: Samples) -> float:
    """Find the gain, in dB, that brings samples to :data:`LOUDNESS` and under :data:`PEAK`."""
    command = [*_READ_SAMPLES, "-af", "ebur128=framelog=verbose", "-f", "null", "-"]
    try:
        measured = subprocess.run(command, input=samples.tobytes(), capture_output=True, check=True)
    except FileNotFoundError as error:
        raise SoundError(MISSING) from error
    except subprocess.CalledProcessError as error:
        raise SoundError("loudness-unmeasured", "ffmpeg could not measure the loudness.") from error
    summary = measured.stderr.decode(errors="replace").rpartition("Summary:")[2]
    found = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
    peak = _peak(samples)
    if found is None or float(found[1]) <= _SILENCE or not peak:
        return 0.0
    return min(LOUDNESS - float(found[1]), PEAK - 20 * math.log10(peak))


def _peak(samples: Samples) -> float:
    """The largest sample, 0 to 1; without a copy, as pieces may be long."""
    return max(int(samples.max(initial=0)), -int(samples.min(initial=0))) / 32_768

"""Samples → MP3: ffmpeg measures how loud they are, and encodes them."""

import math
import re
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from mididraw.errors import SoundError
from mididraw.render.audio import MISSING, SAMPLE_RATE, Samples, peak

LOUDNESS = -16.0
"""What the music is brought to, in LUFS (EBU R 128), unless its peaks forbid it."""
PEAK = -2.0
"""The highest sample, in dB of full scale: what encoding and playing add stays below 0."""

_SILENCE = -70.0  # what the measurement says of silence, in LUFS
_PART = 1 << 20
"""Samples that are amplified at a time."""
_READ_SAMPLES = ["ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-f", "s16le"]
_READ_SAMPLES += ["-ar", str(SAMPLE_RATE), "-ac", "2", "-i", "pipe:0"]


@dataclass(frozen=True, slots=True)
class Tags:
    """What a music player shows."""

    title: str
    artist: str = "midiDraw"


def encode_mp3(samples: Samples, tags: Tags, bitrate: int = 192) -> bytes:
    """Encode samples as MP3 at ``bitrate`` kbit/s, brought to :data:`LOUDNESS` without clipping.

    Raises:
        SoundError: ffmpeg is missing or refuses the work.
    """
    with mp3_encoder(tags, bitrate) as encoder:
        encoder.hear(samples)
        return encoder.encode(samples)


@contextmanager
def mp3_encoder(tags: Tags, bitrate: int = 192) -> Iterator["Mp3Encoder"]:
    """Start what measures and what encodes, so that they are ready once the samples are.

    Raises:
        SoundError: ffmpeg is missing.
    """
    titled = ["-metadata", f"title={tags.title}", "-metadata", f"artist={tags.artist}"]
    # Half the time of the default compression; at 192 kbit/s nobody hears the difference.
    coded = ["-codec:a", "libmp3lame", "-b:a", f"{bitrate}k", "-compression_level", "7"]
    with tempfile.TemporaryDirectory() as folder, _loudness_meter() as meter:
        # A file, as the heading that tells players the length is written last.
        path = Path(folder) / "sound.mp3"
        with _ffmpeg([*coded, "-id3v2_version", "4", *titled, str(path)]) as process:
            yield Mp3Encoder(meter, process, path)


class Mp3Encoder:
    """Hears samples while they are made, and encodes them once they all are."""

    def __init__(
        self, meter: "LoudnessMeter", process: "subprocess.Popen[bytes]", path: Path
    ) -> None:
        """Put what measures beside what encodes into the file."""
        self._meter, self._process, self._path = meter, process, path

    def hear(self, samples: Samples) -> None:
        """Measure the next part of the samples, beside whatever else is done."""
        self._meter.hear(samples)

    def encode(self, samples: Samples) -> bytes:
        """Encode all samples.

        Raises:
            SoundError: ffmpeg refuses the work.
        """
        gain = self._meter.gain(samples)
        with suppress(BrokenPipeError):  # its status tells
            write_samples(self._process.stdin, samples, gain)
        if self._process.wait() or not self._path.is_file():
            raise SoundError(
                "mp3-unwritten", "ffmpeg could not write the MP3: is it built with libmp3lame?"
            )
        return self._path.read_bytes()


def loudness_gain(samples: Samples) -> float:
    """Find the gain, in dB, that brings samples to :data:`LOUDNESS` and under :data:`PEAK`.

    Raises:
        SoundError: ffmpeg is missing or refuses the work.
    """
    with _loudness_meter() as meter:
        meter.hear(samples)
        return meter.gain(samples)


class LoudnessMeter:
    """Measures samples while they come, by a thread, as ffmpeg takes a while to begin to read."""

    def __init__(self, process: "subprocess.Popen[bytes]", writer: ThreadPoolExecutor) -> None:
        """Measure by an ffmpeg that the thread writes to."""
        self._process, self._writer, self._heard = process, writer, 0

    def hear(self, samples: Samples) -> None:
        """Take the next part."""
        self._heard += len(samples)
        self._writer.submit(self._write, samples)

    def gain(self, samples: Samples) -> float:
        """Tell the gain of all; where others were heard they are measured anew."""
        if self._heard != len(samples):
            return loudness_gain(samples)
        summary = self._writer.submit(self._summary).result()
        found = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
        highest = peak(samples)
        if found is None or float(found[1]) <= _SILENCE or not highest:
            return 0.0
        return min(LOUDNESS - float(found[1]), PEAK - 20 * math.log10(highest))

    def _write(self, samples: Samples) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(samples.tobytes())

    def _summary(self) -> str:
        _, told = self._process.communicate()
        if self._process.returncode:
            raise SoundError("loudness-unmeasured", "ffmpeg could not measure the loudness.")
        return told.decode(errors="replace").rpartition("Summary:")[2]


@contextmanager
def _loudness_meter() -> Iterator[LoudnessMeter]:
    listening = ["-af", "ebur128=framelog=verbose", "-f", "null", "-"]
    with _ffmpeg(listening, stderr=subprocess.PIPE) as process, ThreadPoolExecutor(1) as writer:
        yield LoudnessMeter(process, writer)


@contextmanager
def _ffmpeg(
    arguments: list[str], stderr: int = subprocess.DEVNULL
) -> "Iterator[subprocess.Popen[bytes]]":
    """An ffmpeg that reads samples from its standard input."""
    try:
        process = subprocess.Popen(
            [*_READ_SAMPLES, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
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

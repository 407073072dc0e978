"""The playing roll as an MP4 that plays everywhere: H.264 and AAC, by the ffmpeg that is there."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mididraw.errors import Sentence, SoundError, VideoError
from mididraw.render.audio import MISSING, SAMPLE_RATE, Samples
from mididraw.render.film import FRAMES_PER_SECOND, Film
from mididraw.render.mp3 import loudness_gain, write_samples

Progress = Callable[[int, int], None]
"""Told how many seconds are done, of how many; what it raises ends the work."""

_QUALITY = 21
"""x264's constant rate factor: lines and letters stay sharp."""
_SOUND = (160, 128, 96, 64, 48)
"""Bit rates of the sound to choose from, in kbit/s; it takes a third of what there is at most."""
_LEAST = 40
"""kbit/s below which no picture can be made out."""
_ATTEMPTS = 4
_TOO_LONG = Sentence(
    "video-too-long", "The piece is too long for a video: draw fewer bars or pictures."
)
_COLOURS = ["-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709"]
_COLOURS += ["-color_trc", "bt709"]


def encode_video(
    film: Film,
    samples: Samples,
    *,
    title: str = "",
    limit: int | None = None,
    progress: Progress | None = None,
) -> bytes:
    """Encode a film with its sound.

    Args:
        film: the pictures.
        samples: the sound, brought to the loudness of the MP3; from the film's beginning.
        title: shown by players.
        limit: bytes that the file may have.
        progress: told of every second.

    Raises:
        VideoError: it cannot be made so small.
        SoundError: ffmpeg is missing or refuses the work.
    """
    seconds = max(len(samples) / SAMPLE_RATE, film.seconds)
    gain = loudness_gain(samples)
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "sound"
        with sound.open("wb") as stream:
            write_samples(stream, samples, gain)
        path = Path(folder) / "video.mp4"
        share = 0.94
        for _ in range(_ATTEMPTS):
            rates = None if limit is None else _rates(share * limit * 8 / 1000 / seconds)
            _encode(film, seconds, _command(film, sound, rates, title, path), progress)
            size = path.stat().st_size
            if limit is None or size <= limit:
                return path.read_bytes()
            share *= 0.94 * limit / size
    raise VideoError(_TOO_LONG)


def _rates(total: float) -> tuple[int, int]:
    """Bit rates of picture and sound, in kbit/s, of ``total``."""
    sound = next((rate for rate in _SOUND if rate <= total / 3), _SOUND[-1])
    picture = int(total - sound)
    if picture < _LEAST:
        raise VideoError(_TOO_LONG)
    return picture, sound


def _command(
    film: Film, sound: Path, rates: tuple[int, int] | None, title: str, path: Path
) -> list[str]:
    width, height = film.size
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
    command += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", f"{width}x{height}"]
    command += ["-framerate", str(FRAMES_PER_SECOND), "-i", "pipe:0"]
    command += ["-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "2", "-i", str(sound)]
    # Nearly all of a frame is like the one before: slower presets gain little, and B-frames cost
    # a fifth of the time for a fifth of the bytes.
    command += ["-codec:v", "libx264", "-preset", "veryfast", "-tune", "animation", "-bf", "0"]
    command += ["-x264-params", "rc-lookahead=10", "-threads", "2"]
    command += ["-crf", str(_QUALITY), "-pix_fmt", "yuv420p", *_COLOURS]
    if rates is not None:
        command += ["-maxrate", f"{rates[0]}k", "-bufsize", f"{2 * rates[0]}k"]
    command += ["-codec:a", "aac", "-b:a", f"{_SOUND[0] if rates is None else rates[1]}k"]
    command += ["-metadata", f"title={title}", "-metadata", "artist=midiDraw"]
    return [*command, "-movflags", "+faststart", str(path)]


def _encode(film: Film, seconds: float, command: list[str], progress: Progress | None) -> None:
    with _running(command) as process:
        assert process.stdin is not None  # noqa: S101 -- it is a pipe
        with suppress(BrokenPipeError), process.stdin as stream:  # its status tells
            for number, frame in enumerate(film.frames(seconds)):
                stream.write(frame.data)
                if progress is not None and number % FRAMES_PER_SECOND == 0:
                    progress(number // FRAMES_PER_SECOND, round(seconds))
        if process.wait():
            raise SoundError(
                "video-unwritten", "ffmpeg could not write the video: is it built with libx264?"
            )


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not outlive what it is needed for."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise SoundError(MISSING) from error
    with process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise

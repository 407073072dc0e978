"""Sound that is too large for a chat becomes smaller, and shorter where that is not enough."""

import logging
import re
import subprocess
from dataclasses import replace

from bot.reply import Reply
from bot.texts import Texts
from mididraw.errors import SoundError

_log = logging.getLogger(__name__)
_BITRATES = (128, 96, 64, 48)
"""kbit/s, the best first."""
_LEAST_SECONDS = 10
_FADE_SECONDS = 2


def fitted(reply: Reply, most: int, texts: Texts) -> Reply:
    """Make a reply none of whose files has more than ``most`` bytes, and say so in its text.

    Sound is made smaller; what is still too large is left out. A video was made for the place.
    """
    if all(len(data) <= most for data in reply.files.values()):
        return reply
    files = dict(reply.files)
    sounds = [name for name, _ in reply.all_files(".mp3")]
    for name in sounds:
        try:
            files[name] = shrink_mp3(files[name], most) or files[name]
        except SoundError as error:
            _log.error("sound is left out: %s", error)
    files = {name: data for name, data in files.items() if len(data) <= most}
    words = [reply.text]
    if any(files.get(name) != reply.files[name] for name in sounds):
        words.append(texts("smaller" if files.keys() >= set(sounds) else "no-sound"))
    if any(name.endswith(".mp4") and name not in files for name in reply.files):
        words.append(texts("no-video"))
    return replace(reply, text="\n".join(words), files=files)


def shrink_mp3(mp3: bytes, most: int) -> bytes | None:
    """Encode an MP3 again so that it has at most ``most`` bytes; None if that cannot be.

    Raises:
        SoundError: ffmpeg is missing or cannot read it.
    """
    if len(mp3) <= most:
        return mp3
    seconds = _duration(mp3)
    for bitrate in _BITRATES:
        if seconds * bitrate * 125 <= 0.98 * most:
            return _within(most, _encode(mp3, bitrate))
    fitting = 0.95 * most / (_BITRATES[-1] * 125)
    if fitting < _LEAST_SECONDS:
        return None
    fade = f"afade=t=out:st={fitting - _FADE_SECONDS:.2f}:d={_FADE_SECONDS}"
    return _within(most, _encode(mp3, _BITRATES[-1], "-t", f"{fitting:.2f}", "-af", fade))


def opus_of(mp3: bytes) -> bytes:
    """Encode an MP3 as Opus at 96 kbit/s and 48 kHz, in Ogg.

    Raises:
        SoundError: ffmpeg is missing or cannot read it.
    """
    sound, _ = _ffmpeg(mp3, "-c:a", "libopus", "-b:a", "96k", "-ar", "48000", "-f", "ogg")
    return sound


def _within(most: int, sound: bytes) -> bytes | None:
    return sound if len(sound) <= most else None


def _encode(mp3: bytes, bitrate: int, *more: str) -> bytes:
    sound, _ = _ffmpeg(mp3, *more, "-b:a", f"{bitrate}k", "-f", "mp3")
    return sound


def _duration(mp3: bytes) -> float:
    """Seconds that an MP3 plays: where ffmpeg stands when it has read it."""
    _, log = _ffmpeg(mp3, "-f", "null")
    *_, (hours, minutes, seconds) = re.findall(r"time=(\d+):(\d+):([\d.]+)", log) or [(0, 0, 0)]
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def _ffmpeg(sound: bytes, *arguments: str) -> tuple[bytes, str]:
    command = ["ffmpeg", "-hide_banner", "-nostdin", "-i", "pipe:0", "-vn", *arguments, "pipe:1"]
    try:
        done = subprocess.run(command, input=sound, capture_output=True, check=True)
    except FileNotFoundError as error:
        raise SoundError(
            "ffmpeg-missing", "Install ffmpeg (apt-get install ffmpeg) to change sound."
        ) from error
    except subprocess.CalledProcessError as error:
        raise SoundError("sound-unread", "ffmpeg could not read the sound.") from error
    return done.stdout, done.stderr.decode(errors="replace")

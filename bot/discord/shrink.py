"""Sound that is too large for a chat becomes smaller, and shorter where that is not enough."""

import io

from pydub import AudioSegment

_BITRATES = (128, 96, 64, 48)
"""kbit/s, the best first."""
_LEAST_SECONDS = 10
_FADE = 2000


def shrink(mp3: bytes, most: int) -> bytes | None:
    """Encode an MP3 again so that it has at most ``most`` bytes; None if that cannot be."""
    if len(mp3) <= most:
        return mp3
    sound = AudioSegment.from_mp3(io.BytesIO(mp3))
    seconds = sound.duration_seconds
    for bitrate in _BITRATES:
        if seconds * bitrate * 125 <= 0.98 * most:
            return _encode(sound, bitrate)
    fitting = 0.95 * most / (_BITRATES[-1] * 125)
    if fitting < _LEAST_SECONDS:
        return None
    return _encode(sound[: int(1000 * fitting)].fade_out(_FADE), _BITRATES[-1])


def _encode(sound: AudioSegment, bitrate: int) -> bytes:
    out = io.BytesIO()
    sound.export(out, "mp3", bitrate=f"{bitrate}k")
    return out.getvalue()

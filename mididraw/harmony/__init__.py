"""Keys, chords and progressions: which notes fit together, and what follows what."""

from mididraw.harmony.theory import (
    PITCH_CLASSES,
    QUALITIES,
    Chord,
    Key,
    Mode,
    parse_pitch,
    pitch_name,
)

__all__ = [
    "PITCH_CLASSES",
    "QUALITIES",
    "Chord",
    "Key",
    "Mode",
    "parse_pitch",
    "pitch_name",
]

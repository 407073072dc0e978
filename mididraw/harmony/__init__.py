"""Keys, chords and progressions: which notes fit together, and what follows what.

What counts and estimates lies in ``estimate`` and ``progressions``, which need NumPy; front-ends
only name keys and moods, and do without.
"""

from mididraw.harmony.styles import STYLE_TEMPOS, Style, style_keys
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
    "STYLE_TEMPOS",
    "Chord",
    "Key",
    "Mode",
    "Style",
    "parse_pitch",
    "pitch_name",
    "style_keys",
]

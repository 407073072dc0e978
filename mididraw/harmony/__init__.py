"""Keys, chords and progressions: which notes fit together, and what follows what."""

from mididraw.harmony.estimate import estimate_chord, estimate_key
from mididraw.harmony.progressions import choose_progression, degree, style_tempo
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
    "choose_progression",
    "degree",
    "estimate_chord",
    "estimate_key",
    "parse_pitch",
    "pitch_name",
    "style_keys",
    "style_tempo",
]

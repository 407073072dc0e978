"""The styles a person can ask for, and what tells their songs apart."""

from enum import StrEnum

from mididraw.harmony.theory import PITCH_CLASSES, Key, Mode


class Style(StrEnum):
    """The songs that the music takes after."""

    POP = "pop"
    BALLAD = "ballad"
    UPBEAT = "upbeat"
    MELANCHOLY = "melancholy"
    FOLK = "folk"
    CLASSICAL = "classical"
    GAME = "game"


STYLE_TEMPOS: dict[Style, tuple[float, float]] = {
    Style.POP: (76.0, 120.0),
    Style.BALLAD: (0.0, 72.0),
    Style.UPBEAT: (96.0, 1000.0),
    Style.MELANCHOLY: (0.0, 90.0),
}
"""The songs of a style by their tempo, from and below, in beats a minute."""

_KIN = {
    Style.FOLK: Style.UPBEAT,
    Style.CLASSICAL: Style.BALLAD,
    Style.GAME: Style.UPBEAT,
}
"""Pop songs that stand in where nobody wrote down the chords of a style's own pieces. The guided
engine's model has heard the pieces themselves."""

_STYLE_MODES = {Style.MELANCHOLY: (Mode.MINOR,)}


def style_keys(style: Style) -> list[Key]:
    """The keys to choose from where the person leaves the choice to us."""
    modes = _STYLE_MODES.get(style, tuple(Mode))
    return [Key(tonic, mode) for mode in modes for tonic in range(PITCH_CLASSES)]


def songs_of(style: Style) -> Style:
    """The style whose songs' chords and tempo are followed, one of :data:`STYLE_TEMPOS`."""
    return _KIN.get(style, style)

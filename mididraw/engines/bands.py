"""What each arrangement plays with: instruments, the layers' patterns, drums."""

from dataclasses import dataclass

from mididraw.harmony import Style
from mididraw.options import Arrangement

Bass = tuple[tuple[int, int, str], ...]
"""Onset and duration in steps within the bar, and which tone: root, fifth or octave."""
Chords = tuple[tuple[int, int, int | None], ...]
"""Onset and duration of the whole chord (None) or of its n-th tone from below."""

HELD_BASS: Bass = ((0, 16, "root"),)
HELD_CHORD: Chords = ((0, 16, None),)
BASSES: tuple[Bass, ...] = (
    HELD_BASS,
    ((0, 8, "root"), (8, 8, "fifth")),
    ((0, 6, "root"), (6, 2, "root"), (8, 8, "fifth")),
    ((0, 4, "root"), (4, 4, "octave"), (8, 4, "fifth"), (12, 4, "octave")),
)
CHORDS: tuple[Chords, ...] = (
    HELD_CHORD,
    ((0, 8, None), (8, 8, None)),
    ((4, 4, None), (12, 4, None)),
    tuple((2 * i, 2, (0, 1, 2, 1)[i % 4]) for i in range(8)),
)
_DRIVEN: tuple[Bass, ...] = (
    HELD_BASS,
    ((0, 6, "root"), (6, 4, "root"), (10, 4, "fifth"), (14, 2, "root")),
    ((0, 3, "root"), (3, 3, "root"), (6, 2, "root"), (8, 4, "fifth"), (12, 4, "octave")),
)
_STRUMMED: tuple[Chords, ...] = (
    HELD_CHORD,
    tuple((2 * i, 2, (0, 2, 1, 2)[i % 4]) for i in range(8)),
    ((0, 3, None), (3, 3, None), (6, 2, None), (8, 3, None), (11, 3, None), (14, 2, None)),
)
_BROKEN: tuple[Chords, ...] = (
    tuple((2 * i, 4, (0, 2, 1, 2)[i % 4]) for i in range(7)),
    tuple((4 * i, 6, (0, 1, 2, 1)[i]) for i in range(4)),
    HELD_CHORD,
)
_PADS: tuple[Chords, ...] = (
    HELD_CHORD,
    ((0, 8, None), (8, 8, None)),
    tuple((4 * i, 4, (0, 2, 1, 2)[i]) for i in range(4)),
)
_PULSES: tuple[Bass, ...] = (
    tuple((2 * i, 2, "octave" if i % 2 else "root") for i in range(8)),
    ((0, 3, "root"), (3, 3, "root"), (6, 2, "octave"), (8, 3, "root"), (11, 3, "fifth")),
)
_ARPEGGIOS: tuple[Chords, ...] = (
    tuple((2 * i, 2, i % 3) for i in range(8)),
    (*((2 * i, 2, i % 3) for i in range(4)), *((i, 1, i % 3) for i in range(8, 16))),
    (*((i, 1, i % 3) for i in range(8)), *((2 * i, 2, i % 3) for i in range(4, 8))),
)
"""A chip has no voices for chords and plays their tones in turn."""

KICK, RIM, SNARE, CLOSED, OPEN, CRASH, SHAKER = 36, 37, 38, 42, 46, 49, 70
TOMS = (50, 47, 45)


@dataclass(frozen=True, slots=True)
class Drums:
    """How the drums of an arrangement are played.

    Attributes:
        kit: General MIDI's program of it.
        beats: the bar's patterns, one a section: pitch and steps.
        loudness: of the beat's own drums; what lies between is softer.
    """

    kit: int
    beats: tuple[tuple[tuple[int, tuple[int, ...]], ...], ...]
    loudness: int


_EIGHTHS = tuple(range(0, 16, 2))
_POP = Drums(
    0,
    (
        ((KICK, (0, 8, 10)), (SNARE, (4, 12)), (CLOSED, _EIGHTHS)),
        ((KICK, (0, 6, 8)), (SNARE, (4, 12)), (CLOSED, (0, 2, 4, 6, 8, 10, 12)), (OPEN, (14,))),
    ),
    70,
)
_SOFT = Drums(
    0,
    (
        ((KICK, (0, 7, 10)), (RIM, (4, 12)), (CLOSED, _EIGHTHS)),
        ((KICK, (0, 10)), (RIM, (4, 12)), (SHAKER, _EIGHTHS)),
    ),
    54,
)
_NOISE = Drums(
    25,
    (
        ((KICK, (0, 6, 8)), (SNARE, (4, 12)), (CLOSED, (2, 6, 10, 14))),
        ((KICK, (0, 4, 8, 12)), (SNARE, (4, 12)), (CLOSED, (2, 6, 10, 14, 15))),
    ),
    62,
)


@dataclass(frozen=True, slots=True)
class Band:
    """Who plays; numbers are General MIDI programs.

    Attributes:
        sings: long level lines of the drawing; ``runs`` its steep ones, ``dots`` its dots and
            ``low`` its lowest contour.
        unison: who plays along with the drawing's highest contour.
        bass: the layer below; ``chords`` the one around.
        octave: who doubles the bass an octave higher; None for nobody.
        basses: patterns of the bass; ``figures`` of the chords.
        drums: None where there are none.
    """

    sings: int
    runs: int
    dots: int
    low: int
    unison: int
    bass: int
    octave: int | None
    chords: int
    basses: tuple[Bass, ...] = BASSES
    figures: tuple[Chords, ...] = CHORDS
    drums: Drums | None = None


BANDS: dict[Arrangement, Band] = {
    Arrangement.TRIO: Band(40, 0, 11, 42, 24, 32, 0, 24, BASSES, _BROKEN),
    Arrangement.BAND: Band(26, 0, 9, 33, 0, 33, 0, 25, _DRIVEN, _STRUMMED, _POP),
    Arrangement.ORCHESTRA: Band(73, 46, 9, 42, 48, 43, 42, 48, BASSES[:3], _PADS),
    Arrangement.CHIPTUNE: Band(80, 80, 80, 81, 80, 38, None, 80, _PULSES, _ARPEGGIOS, _NOISE),
    Arrangement.LOFI: Band(4, 4, 11, 33, 89, 33, 4, 89, BASSES[:3], _PADS, _SOFT),
    Arrangement.MUSICBOX: Band(10, 10, 10, 10, 46, 46, 46, 10, BASSES[:3], _BROKEN),
}

BY_STYLE: dict[Style, Arrangement] = {
    Style.POP: Arrangement.BAND,
    Style.BALLAD: Arrangement.TRIO,
    Style.UPBEAT: Arrangement.BAND,
    Style.MELANCHOLY: Arrangement.LOFI,
    Style.FOLK: Arrangement.TRIO,
    Style.CLASSICAL: Arrangement.ORCHESTRA,
    Style.GAME: Arrangement.CHIPTUNE,
}
"""What is played where the choice is ours."""

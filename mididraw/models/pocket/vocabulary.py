"""The tokens of the pocket model: arithmetic between numbers and what they stand for.

A piece is ``START STYLE KEY TEMPO``, then the plan or nothing, then bars, then ``END``. The plan is
the first chord of every bar ahead. A bar begins with a token of its meter, how dense its rhythm is
and whether that returns (or the plain ``BAR``, which leaves both open), then come the chord of its
first half, what starts there, the chord of its second half, what starts there. What starts at a
step is ``POSITION`` and then two tokens a note, ``PITCH`` (with its role) and ``SHAPE`` (duration
and velocity), highest pitch first, lead before backing. The order of events follows REMI (Huang
and Yang 2020); that chords come before what is played over them lets the model plan.
"""

from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate

from mididraw.harmony import PITCH_CLASSES, QUALITIES, Chord, Key, Mode
from mididraw.models.source import Source
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR, Meter

STEPS_PER_CHORD = STEPS_PER_BAR // 2
"""A chord rules half a bar."""

LONGEST = 2 * STEPS_PER_BAR
"""Longest duration in steps; longer notes are cut."""

VELOCITIES = tuple(range(8, 128, 16))
"""The velocities that there are."""

TEMPOS = tuple(round(40 * 6 ** (place / 15)) for place in range(16))
"""The tempos that there are, in beats a minute: 40 to 240, each an eighth faster than the last."""


class Role(IntEnum):
    """Whether a note belongs to what one sings along with, or to what carries it."""

    LEAD = 0
    BACKING = 1


METERS = (Meter(), Meter(3, 4), Meter(6, 8))
"""The meters that there are."""

DENSITIES = (4, 7, 11)
"""Onsets a bar, chords counted once, from which a bar belongs to the next class of density."""

_BARS = 1 + 2 * (len(DENSITIES) + 1)

KEYS = tuple(Key(tonic, mode) for mode in Mode for tonic in range(PITCH_CLASSES))
CHORDS: tuple[Chord | None, ...] = (
    None,
    *(Chord(root, quality) for quality in QUALITIES for root in range(PITCH_CLASSES)),
)
PITCHES = HIGHEST_KEY - LOWEST_KEY + 1

_SIZES = {
    "pad": 1,
    "start": 1,
    "end": 1,
    "source": len(Source),
    "key": len(KEYS),
    "tempo": len(TEMPOS),
    "bar": len(METERS) * _BARS,
    "chord": len(CHORDS),
    "position": STEPS_PER_BAR,
    "pitch": len(Role) * PITCHES,
    "shape": LONGEST * len(VELOCITIES),
}


@dataclass(frozen=True, slots=True)
class PocketFamily:
    """A run of tokens of one kind, ``first`` to ``stop - 1``."""

    first: int
    stop: int

    def __contains__(self, token: int) -> bool:
        return self.first <= token < self.stop

    def __len__(self) -> int:
        return self.stop - self.first


_STOPS = tuple(accumulate(_SIZES.values()))
FAMILIES = {
    name: PocketFamily(stop - size, stop)
    for (name, size), stop in zip(_SIZES.items(), _STOPS, strict=True)
}
"""Every kind of token, by name, in order."""

PAD, START, END = (FAMILIES[name].first for name in ("pad", "start", "end"))
BAR = FAMILIES["bar"].first
"""A bar of 4/4 of which nothing else is said."""
SOURCE, KEY, TEMPO, BARS, CHORD, POSITION, PITCH, SHAPE = (
    FAMILIES[name]
    for name in ("source", "key", "tempo", "bar", "chord", "position", "pitch", "shape")
)
PITCHES_OF_ROLES = tuple(
    slice(first, first + PITCHES) for first in range(PITCH.first, PITCH.stop, PITCHES)
)
"""Where the pitches of each role lie among the tokens."""

SIZE = _STOPS[-1]
"""How many tokens there are."""


def source_token(source: Source) -> int:
    """The token of a collection."""
    return SOURCE.first + source


def key_token(key: Key) -> int:
    """The token of a key."""
    return KEY.first + KEYS.index(key)


def tempo_token(tempo: float) -> int:
    """The token of the nearest tempo."""
    nearest = min(range(len(TEMPOS)), key=lambda place: abs(TEMPOS[place] - tempo))
    return TEMPO.first + nearest


def bar_token(meter: Meter, density: int | None = None, *, returning: bool = False) -> int:
    """The token that a bar begins with.

    Args:
        meter: one of :data:`METERS`.
        density: class of its onsets, see :func:`density_of`; None leaves that and the rest open.
        returning: whether its rhythm is that of a bar before, see
            :func:`mididraw.models.pocket.tokens.encode`.
    """
    place = 0 if density is None else 1 + 2 * density + returning
    return BARS.first + METERS.index(meter) * _BARS + place


def plain_bar(token: int) -> int:
    """The token of a bar of the same meter that leaves all else open."""
    return token - (token - BARS.first) % _BARS


def read_bar(token: int) -> Meter:
    """The meter of a bar's token."""
    return METERS[(token - BARS.first) // _BARS]


def density_of(onsets: int) -> int:
    """The class, 0 to 3, of a bar with so many steps at which something begins."""
    return sum(onsets >= least for least in DENSITIES)


def chord_token(chord: Chord | None) -> int:
    """The token of a chord, or of none."""
    return CHORD.first + CHORDS.index(chord)


def position_token(step: int) -> int:
    """The token of a step within the bar, 0 to 15."""
    return POSITION.first + step % STEPS_PER_BAR


def pitch_token(pitch: int, role: Role) -> int:
    """The token of a MIDI pitch in a role; of one role, higher pitches come first.

    Raises:
        ValueError: the pitch is none of the 88 keys.
    """
    if not LOWEST_KEY <= pitch <= HIGHEST_KEY:
        raise ValueError(f"pitch {pitch} is none of the 88 keys")
    return PITCH.first + role * PITCHES + HIGHEST_KEY - pitch


def read_pitch(token: int) -> tuple[int, Role]:
    """The MIDI pitch and role of a pitch token."""
    role, place = divmod(token - PITCH.first, PITCHES)
    return HIGHEST_KEY - place, Role(role)


def shape_token(duration: int, velocity: int) -> int:
    """The token of a duration in steps, cut to :data:`LONGEST`, and the nearest velocity.

    Raises:
        ValueError: the duration is no step long.
    """
    if duration < 1:
        raise ValueError(f"a note of {duration} steps")
    level = min(velocity // 16, len(VELOCITIES) - 1)
    return SHAPE.first + (min(duration, LONGEST) - 1) * len(VELOCITIES) + level


def read_shape(token: int) -> tuple[int, int]:
    """The duration in steps and the velocity of a shape token."""
    duration, level = divmod(token - SHAPE.first, len(VELOCITIES))
    return duration + 1, VELOCITIES[level]

"""The 19,464 tokens of the Giant Music Transformer, as arithmetic that checks itself.

The scheme is that of the data set makers in github.com/asigalov61/Giant-Music-Transformer: a note
is a delay, a duration with a loudness, and a patch with a pitch.
"""

from dataclasses import dataclass
from itertools import pairwise

TICK_SECONDS = 0.016
"""Times are counted in ticks of 16 ms."""

LOUDNESSES = 8
PATCHES = 129
"""The instruments of General MIDI, and the drums."""
PITCHES = 129
"""MIDI has 128; the last is never used."""


@dataclass(frozen=True, slots=True)
class GiantFamily:
    """The tokens ``first`` to ``stop - 1``."""

    first: int
    count: int

    @property
    def stop(self) -> int:
        """The first token that is beyond."""
        return self.first + self.count

    def __contains__(self, token: object) -> bool:
        return isinstance(token, int) and self.first <= token < self.stop


DELAY = GiantFamily(0, 256)
"""Ticks since the note before."""
SOUND = GiantFamily(256, 256 * LOUDNESSES)
"""Duration in ticks times eight, plus loudness."""
NOTE = GiantFamily(2304, PATCHES * PITCHES)
"""Patch times 129, plus pitch."""
OUTRO = GiantFamily(18945, 1)
"""The last fifty chords follow; with it stand the delay and pitch of the first of them."""
OUTRO_DELAY = GiantFamily(18946, 256)
OUTRO_PITCH = GiantFamily(19202, 128)
DRUMS = GiantFamily(19330, 2)
"""Whether the piece has no drums, or has."""
FIRST_PATCH = GiantFamily(19332, PATCHES)
INTRO = GiantFamily(19461, 1)
"""A piece begins: with it stand drums and the patch of the first note."""
END = GiantFamily(19462, 1)
PAD = GiantFamily(19463, 1)

FAMILIES = (
    *(DELAY, SOUND, NOTE, OUTRO, OUTRO_DELAY, OUTRO_PITCH),
    *(DRUMS, FIRST_PATCH, INTRO, END, PAD),
)
SIZE = 19464
"""Number of tokens."""

if FAMILIES[0].first or FAMILIES[-1].stop != SIZE:
    raise AssertionError("the families must cover the vocabulary")
if any(one.stop != other.first for one, other in pairwise(FAMILIES)):
    raise AssertionError("each family must begin where the last one stops")

"""Which tokens may follow which: one table, which many sequences look up at once."""

import numpy as np

from mididraw.arrays import Bools, Floats, Ints
from mididraw.models.decoder import LogitsProcessor
from mididraw.models.giant import vocabulary as v
from mididraw.models.interface import forbid

_FOLLOWING: dict[v.GiantFamily, tuple[v.GiantFamily, ...]] = {
    v.DELAY: (v.SOUND,),
    v.SOUND: (v.NOTE,),
    v.NOTE: (v.DELAY, v.OUTRO, v.END),
    v.OUTRO: (v.OUTRO_DELAY,),
    v.OUTRO_DELAY: (v.OUTRO_PITCH,),
    v.OUTRO_PITCH: (v.DELAY,),
    v.DRUMS: (v.FIRST_PATCH,),
    v.FIRST_PATCH: (v.DELAY,),
    v.INTRO: (v.DRUMS,),
    v.END: (v.END,),
    v.PAD: (v.INTRO,),
}


class GiantGrammar(LogitsProcessor):
    """Forbids what may not follow.

    The model's tokens say by themselves what may come next, so the last one is all that counts.

    Attributes:
        last: ``int64[slots]``, the last token.
    """

    def __init__(self, slots: int) -> None:
        """Make a grammar for so many slots."""
        self.last = np.zeros(slots, np.int64)
        family = np.empty(v.SIZE, np.int64)
        allowed = np.zeros((len(v.FAMILIES), v.SIZE), np.bool_)
        for number, one in enumerate(v.FAMILIES):
            family[one.first : one.stop] = number
            for following in _FOLLOWING[one]:
                allowed[number, following.first : following.stop] = True
        # The vocabulary has a pitch that MIDI has not.
        allowed[:, v.NOTE.first + v.PITCHES - 1 : v.NOTE.stop : v.PITCHES] = False
        self._family, self._allowed = family, allowed

    def start(self, slots: Ints, token: int) -> None:
        """Take note of sequences that go on from a token."""
        self.last[slots] = token

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Forbid what may not follow."""
        return forbid(logits, self.mask(self.last[slots]))

    def mask(self, last: Ints) -> Bools:
        """Which tokens may follow ``int64[n]``, ``bool[n, SIZE]``."""
        return self._allowed[self._family[last]]

    def observe(self, slots: Ints, tokens: Ints) -> None:
        """Follow what was drawn."""
        self.last[slots] = tokens

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the last tokens of some slots to others."""
        self.last[target] = self.last[source]

"""Which tokens may follow which: one table, which a batch looks up at once."""

import torch
from torch import Tensor

from mididraw.models.decoder import Rows
from mididraw.models.giant import vocabulary as v

_FOLLOWING: dict[v.Family, tuple[v.Family, ...]] = {
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


class Grammar:
    """A logits hook that forbids what may not follow.

    The model's tokens say by themselves what may come next, so the last one is all that counts.
    """

    def __init__(self, device: torch.device | None = None) -> None:
        self._family = torch.empty(v.SIZE, dtype=torch.int64)
        self._barred = torch.full((len(v.FAMILIES), v.SIZE), -torch.inf)
        for number, family in enumerate(v.FAMILIES):
            self._family[family.first : family.stop] = number
            for following in _FOLLOWING[family]:
                self._barred[number, following.first : following.stop] = 0
        # The vocabulary has a pitch that MIDI has not.
        self._barred[:, v.NOTE.first + v.PITCHES - 1 : v.NOTE.stop : v.PITCHES] = -torch.inf
        self._family, self._barred = self._family.to(device), self._barred.to(device)

    def __call__(self, logits: Tensor, rows: Rows) -> Tensor:
        """``logits`` and result ``float32[rows, vocabulary]``."""
        return logits + self._barred[self._family[rows.last]]

    def mask(self, last: Tensor) -> Tensor:
        """Which tokens may follow ``int64[rows]``, ``bool[rows, vocabulary]``."""
        return self._barred[self._family[last]] == 0

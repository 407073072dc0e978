"""Two pointers and raised logits: the seed's way of making a model play a picture."""

import torch
from torch import Tensor

from mididraw.engines.guidance.easel import REACH, Easel
from mididraw.engines.guidance.pocket import PocketGuide
from mididraw.models.interface import Opening, forbid
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import State
from mididraw.score import STEPS_PER_BAR

ENOUGH = 0.92
"""Share of a bar's ink at which an attempt is kept."""
_STRIKING = (State.POSITION, State.FIRST_NOTE, State.SECOND_NOTE)
_FIRST_HALF = (State.FIRST_CHORD, State.FIRST_NOTE)
_SECOND_HALF = (State.SECOND_CHORD, State.SECOND_NOTE)


class PointerGuide(PocketGuide):
    """One pointer is where the music is, the other at the next ink that no note has played.

    Notes at the ink under the music's pointer are raised by a fixed number of nats, and so is the
    step at which the next ink waits. All else is the model's choice: there is no look ahead and no
    price for notes off the ink. Each sequence of the batch is an attempt at the bar: the first that
    plays :data:`ENOUGH` of its ink goes on, or the best where none does. The seed tries one after
    the other; side by side they take less time and the same one is kept.
    """

    def __init__(
        self, easel: Easel, opening: Opening, bars: int, raised: float, attempts: int
    ) -> None:
        """Begin ``attempts`` sequences with the same opening; ``raised`` is in nats."""
        super().__init__(easel, opening, bars, raised, attempts)
        self._all = torch.arange(attempts, device=easel.device)
        self._lost = torch.zeros(attempts, device=easel.device)
        self._due = self._open_until(STEPS_PER_BAR)

    @property
    def score(self) -> Tensor:
        """Ink that is played; of equals the first is best."""
        return -self._open_until(self._easel.steps) - 1e-3 * self._all

    def shares(self) -> Tensor:
        """All go on from the attempt that is kept."""
        missing = self._open_until(self._bar_line()) - self._lost
        enough = missing <= (1 - ENOUGH) * (self._due - self._lost)
        rank = torch.where(enough, -1.0, missing) + 1e-3 * self._all
        shares = torch.zeros(len(rank), dtype=torch.float64, device=rank.device)
        shares[rank.argmin()] = 1
        return shares

    def settle(self) -> None:
        """The next bar begins with what the last one left."""
        line = self._bar_line()
        self._lost = self._open_until(line)
        self._due = self._open_until(min(line + STEPS_PER_BAR, self._easel.steps))

    def __call__(self, logits: Tensor, places: Tensor) -> Tensor:
        """Raise what may follow at ``places``; ``logits`` and result ``float32[n, SIZE]``."""
        here = self._grammar.at(places)
        logits = forbid(logits, here.mask())
        for state in _STRIKING:
            at = here.state == state
            if bool(at.any()):
                logits[at, v.PITCH.first : v.PITCH.stop] += self._raised_pitches(places[at])
        step = self._easel.next_ink(places, self._step[places] + 1)
        ahead = step - (here.bars - 1 - self._first_bar) * STEPS_PER_BAR
        inside = ahead < STEPS_PER_BAR
        half = v.STEPS_PER_CHORD
        position = v.POSITION.first + ahead.clamp(0, STEPS_PER_BAR - 1)
        for row, state in enumerate(here.state.tolist()):
            if state in _FIRST_HALF and bool(ahead[row] >= half):
                logits[row, v.CHORD.first : v.CHORD.stop] += self._strength
            elif state in _SECOND_HALF and not bool(inside[row]):
                logits[row, v.BAR] += self._strength
            elif state in (*_FIRST_HALF, *_SECOND_HALF):
                logits[row, position[row]] += self._strength
        return logits

    def _raised_pitches(self, places: Tensor) -> Tensor:
        one = torch.ones(1, dtype=torch.int64, device=places.device)
        played, _ = self._easel.worth(places, self._step[places], one)
        at_ink = (played[:, :, 0] > 0)[:, self._row] & self._inside
        return self._strength * at_ink.float().repeat(1, len(v.Role))

    def _open_until(self, step: int) -> Tensor:
        """Ink before ``step`` that no note has played."""
        return self._easel.missed(self._all, torch.full_like(self._all, step + REACH)[:, None])[
            :, 0
        ]

    def _bar_line(self) -> int:
        return (self.bars_begun(0) - 1) * STEPS_PER_BAR

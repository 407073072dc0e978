"""Two pointers and raised logits: the seed's way of making a model play a picture."""

import torch
from torch import Tensor

from mididraw.canvas import Canvas
from mididraw.engines.guidance.pocket import PocketGuide
from mididraw.harmony import Key
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

    def __init__(self, batch: int, device: torch.device) -> None:
        """Make ``batch`` places, all free."""
        super().__init__(batch, device)
        self._due, self._lost = torch.zeros(2, batch, device=device)

    def join(
        self,
        canvas: Canvas,
        opening: Opening,
        key: Key,
        strength: float,
        count: int,
        *,
        accompany: bool = False,
    ) -> Tensor:
        """Take places for attempts; ``strength`` is what the logits are raised by, in nats."""
        places = super().join(canvas, opening, key, strength, count, accompany=accompany)
        self._lost[places] = 0.0
        self._due[places] = self._easel.open_until(places, STEPS_PER_BAR)
        return places

    def score(self, places: Tensor) -> Tensor:
        """Ink that is played; of equals the first is best."""
        order = torch.arange(len(places), device=self.device)
        return -self._easel.left[places] - 1e-3 * order

    def shares(self, places: Tensor) -> Tensor:
        """All go on from the attempt that is kept."""
        missing = self._easel.open_until(places, self._bar_line(places)) - self._lost[places]
        enough = missing <= (1 - ENOUGH) * (self._due[places] - self._lost[places])
        order = torch.arange(len(places), device=self.device)
        rank = torch.where(enough, -1.0, missing) + 1e-3 * order
        shares = torch.zeros(len(rank), dtype=torch.float64, device=self.device)
        shares[rank.argmin()] = 1
        return shares

    def settle(self, places: Tensor) -> None:
        """The next bar begins with what the last one left."""
        line = self._bar_line(places)
        self._lost[places] = self._easel.open_until(places, line)
        self._due[places] = self._easel.open_until(places, line + STEPS_PER_BAR)

    def __call__(self, logits: Tensor, places: Tensor) -> Tensor:
        """Raise what may follow at ``places``; ``logits`` and result ``float32[n, SIZE]``."""
        here = self._grammar.at(places)
        logits = forbid(logits, here.mask())
        raised = self._strength[places]
        striking = torch.isin(here.state, torch.tensor(_STRIKING, device=self.device))
        if bool(striking.any()):
            at = places[striking]
            at_ink = self._easel.worth(at, self._step[at], self._tried[:1])[0][:, 0] > 0
            nats = (at_ink * self._strength[at][:, None]).repeat(1, len(v.Role))
            logits[striking, v.PITCH.first : v.PITCH.stop] += nats
        bar = (here.bars - 1 - self._first_bar[places]) * STEPS_PER_BAR
        ahead = self._next_ink(places) - bar
        half = v.STEPS_PER_CHORD
        for row, state in enumerate(here.state.tolist()):
            if state in _FIRST_HALF and bool(ahead[row] >= half):
                logits[row, v.CHORD.first : v.CHORD.stop] += raised[row]
            elif state in _SECOND_HALF and bool(ahead[row] >= STEPS_PER_BAR):
                logits[row, v.BAR] += raised[row]
            elif state in (*_FIRST_HALF, *_SECOND_HALF):
                logits[row, v.POSITION.first + ahead[row].clamp(min=0)] += raised[row]
        return logits

    def _next_ink(self, places: Tensor) -> Tensor:
        """The step after the last onset at which ink is missing, at most two bars away."""
        step = self._step[places] + 1
        waiting = self._easel.waiting(places, step)
        far = torch.full_like(step, waiting.shape[1])
        return step + torch.where(waiting.any(dim=1), waiting.int().argmax(dim=1), far)

    def _bar_line(self, places: Tensor) -> int:
        return (self.bars_begun(places)[0] - 1) * STEPS_PER_BAR

"""How far sequences have played their pictures: what a note would gain, what would be missed."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.canvas import Canvas
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR

REACH = 1
"""Ink counts as played by a note within so many rows and steps, and so does a note as on ink."""
STRAY = 2.6
"""What a cell of a note off the ink costs, in cells of ink that are played."""
BEYOND = 6.0
"""What such a cell costs above or below the whole picture, whose outline it would change."""
SLIP = 0.12
"""What a cell beside the ink costs, so that a note lies on it where the scale allows."""

KEYS = HIGHEST_KEY - LOWEST_KEY + 1
"""Rows of every table: the keys of a piano from the highest down, as the model's tokens lie."""
LONGEST = 32
"""No note is longer, in steps."""


class InkCoverage:
    """How far each sequence has played its picture.

    All areas are in cells, a key by a step. Every method takes ``int64[n]`` tensors with an entry
    for each of ``n`` sequences, first their slots; steps count from the picture's own beginning.
    What is looked at lies within a note's length of the step in hand, so that a step takes the same
    time however long the pictures are.
    """

    def __init__(self, slots: int, device: torch.device) -> None:
        """Make room for so many sequences."""
        self.device = device
        self.ink = torch.zeros(slots, device=device)
        """Cells of ink of each sequence's picture."""
        self.left = torch.zeros(slots, device=device)
        """Cells of ink that no note has played."""
        self.cost = torch.zeros(slots, device=device)
        """What the notes' cells off the ink cost."""
        self._inside = torch.zeros(slots, KEYS, dtype=torch.bool, device=device)
        """The keys of each picture's pitch range; notes on others play no ink."""
        self._lengths = torch.zeros(slots, dtype=torch.int64, device=device)
        """Steps of each picture."""
        # Steps, then keys: what belongs to one step lies together. Step 0 is column REACH.
        self._missing = torch.zeros(slots, _columns(0), KEYS, device=device)
        self._cell_cost = torch.zeros(slots, _columns(0), KEYS, device=device)
        self._least_cost = torch.zeros(slots, _columns(0), device=device)
        self._window = torch.arange(LONGEST + 2 * REACH, device=device)

    def lay(self, slots: Tensor, canvas: Canvas) -> None:
        """Give sequences a picture of which nothing is played."""
        if _columns(canvas.steps) > self._missing.shape[1]:
            self._resize(canvas.steps)
        ink = torch.zeros(canvas.steps, KEYS)
        range_ = slice(HIGHEST_KEY - canvas.pitches.high, HIGHEST_KEY - canvas.pitches.low + 1)
        ink[:, range_] = torch.from_numpy(canvas.ink[::-1].T.astype(np.float32))
        inside = torch.zeros(KEYS, dtype=torch.bool)
        inside[range_] = True
        near = F.max_pool2d(ink[None], 2 * REACH + 1, stride=1, padding=REACH)[0] * inside
        cost = STRAY * (1 - near) + SLIP * (near - ink)
        cost[:, near.amax(dim=0) == 0] = BEYOND
        own = slice(REACH, REACH + canvas.steps)
        for table, cells in ((self._missing, ink), (self._cell_cost, cost)):
            table[slots] = 0.0
            table[slots, own] = cells.to(self.device)
        self._inside[slots] = inside.to(self.device)
        self._least_cost[slots] = 0.0
        self._least_cost[slots, own] = STRAY * (near.amax(dim=1) == 0).float().to(self.device)
        self.ink[slots] = self.left[slots] = ink.sum().to(self.device)
        self.cost[slots], self._lengths[slots] = 0.0, canvas.steps

    def play(self, slots: Tensor, key: Tensor, step: Tensor, duration: Tensor) -> None:
        """Take note of notes: what they reach is no longer missing."""
        columns = step[:, None] + self._window
        missing = self._missing[slots[:, None], columns]
        keys = torch.arange(KEYS, device=self.device)
        high = ((keys - key[:, None]).abs() <= REACH) & self._inside[slots, key][:, None]
        wide = self._window < (duration + 2 * REACH)[:, None]
        reached = wide[:, :, None] & high[:, None, :]
        self.left[slots] -= (missing * reached).sum(dim=(1, 2))
        self._missing[slots[:, None], columns] = missing.masked_fill_(reached, 0.0)
        held = self._window[:LONGEST]
        cost = self._cell_cost[slots[:, None], step[:, None] + held + REACH, key[:, None]]
        self.cost[slots] += (cost * (held < duration[:, None])).sum(dim=1)

    def gain_and_cost(
        self, slots: Tensor, step: Tensor, durations: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Tell what notes on every key would gain and cost if they began at ``step``.

        Args:
            slots: of the sequences.
            step: of each.
            durations: ``int64[lengths]`` in steps, up to 32.

        Returns:
            missing ink that they would play and the cost of their cells off the ink, both
            ``float32[n, lengths, keys]``.
        """
        missing = self._missing[slots[:, None], step[:, None] + self._window]
        ends = missing.cumsum(dim=1)[:, durations + 2 * REACH - 1]
        box = F.avg_pool1d(ends, 2 * REACH + 1, stride=1, padding=REACH) * (2 * REACH + 1)
        held = step[:, None] + self._window[:LONGEST] + REACH
        box = box * self._inside[slots][:, None]
        return box, self._cell_cost[slots[:, None], held].cumsum(dim=1)[:, durations - 1]

    def gain_and_cost_of_key(
        self, slots: Tensor, key: Tensor, step: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Tell the same of one key a sequence, for every duration: ``float32[n, 32]`` both."""
        around = torch.arange(-REACH, REACH + 1, device=self.device)
        keys = key[:, None] + around
        columns = step[:, None] + self._window
        missing = self._missing[
            slots[:, None, None], columns[:, :, None], keys.clamp(0, KEYS - 1)[:, None]
        ]
        missing = missing * ((keys >= 0) & (keys < KEYS))[:, None]
        played = missing.sum(dim=2).cumsum(dim=1)[:, 2 * REACH :]
        played = played * self._inside[slots, key][:, None]
        held = step[:, None] + self._window[:LONGEST] + REACH
        return played, self._cell_cost[slots[:, None], held, key[:, None]].cumsum(dim=1)

    def is_at_ink(self, slots: Tensor, step: Tensor, durations: Tensor) -> Tensor:
        """Tell which notes on every key would lie wholly at ink, ``bool[n, lengths, keys]``."""
        held = step[:, None] + self._window[:LONGEST] + REACH
        at_ink = self._cell_cost[slots[:, None], held] < STRAY
        return at_ink.cumprod(dim=1)[:, durations - 1].bool()

    def is_key_at_ink(self, slots: Tensor, key: Tensor, step: Tensor) -> Tensor:
        """Tell the same of one key a sequence, for every duration: ``bool[n, 32]``."""
        held = step[:, None] + self._window[:LONGEST] + REACH
        at_ink = self._cell_cost[slots[:, None], held, key[:, None]] < STRAY
        return at_ink.cumprod(dim=1).bool()

    def missed(self, slots: Tensor, start: Tensor, steps: int) -> Tensor:
        """Count the ink that is out of reach if the next note begins so many steps later.

        Ink that is out of reach at ``start`` already does not count.

        Args:
            slots: of the sequences.
            start: a step of each.
            steps: how many of them to look ahead, up to 32.

        Returns:
            ``float32[n, steps + 1]``, the first one 0.
        """
        columns = start[:, None] + torch.arange(steps, device=self.device)
        return F.pad(self._missing[slots[:, None], columns].sum(dim=2).cumsum(dim=1), (1, 0))

    def least_cost(self, slots: Tensor, start: Tensor, steps: int) -> Tensor:
        """Tell what a note at each step from ``start`` on costs at least, ``float32[n, steps]``.

        Where no key has ink near, its first cell lies off the ink wherever it is.
        """
        columns = start[:, None] + torch.arange(steps, device=self.device) + REACH
        return self._least_cost[slots[:, None], columns]

    def missed_above(self, slots: Tensor, step: Tensor) -> Tensor:
        """Count the ink above each key's reach that only notes at ``step`` can still play.

        It is missed by a note on that key after which nothing higher may begin at the same step.

        Returns:
            ``float32[n, keys]``.
        """
        above = self._missing[slots, step].cumsum(dim=1)
        return F.pad(above, (REACH + 1, 0))[:, :KEYS]

    def has_missing(self, slots: Tensor, step: Tensor) -> Tensor:
        """Tell at which of the 32 steps from ``step`` on ink is missing, ``bool[n, 32]``."""
        columns = step[:, None] + self._window[:LONGEST] + REACH
        return self._missing[slots[:, None], columns].any(dim=2)

    def missing_before(self, slots: Tensor, step: int) -> Tensor:
        """Count the ink before a step that no note has played, ``float32[n]``."""
        return self._missing[slots, : REACH + step].sum(dim=(1, 2))

    def match(self, slots: Tensor) -> Tensor:
        """Count the ink that is played, less what the cells off it cost, ``float32[n]``."""
        return self.ink[slots] - self.left[slots] - self.cost[slots]

    def fork(self, source: Tensor, target: Tensor) -> None:
        """Copy pictures, and how far they are played, from some slots to others."""
        for part in (
            self.ink,
            self.left,
            self.cost,
            self._inside,
            self._lengths,
            self._missing,
            self._cell_cost,
            self._least_cost,
        ):
            part[target] = part[source]

    def release(self, slots: Tensor) -> None:
        """Forget the pictures of sequences that have left; after the last, the room they took."""
        self._lengths[slots] = 0
        if not bool(self._lengths.any()):
            self._resize(0)

    def _resize(self, steps: int) -> None:
        """Make room for pictures of so many steps."""
        more = _columns(steps) - self._missing.shape[1]
        self._missing = F.pad(self._missing, (0, 0, 0, more))
        self._cell_cost = F.pad(self._cell_cost, (0, 0, 0, more))
        self._least_cost = F.pad(self._least_cost, (0, more))


def _columns(steps: int) -> int:
    return steps + LONGEST + STEPS_PER_BAR + 2 * REACH

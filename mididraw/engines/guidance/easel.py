"""Pictures as a batch of sequences plays them: what a note would gain, what would be missed."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.canvas import Canvas
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR

REACH = 1
"""Ink counts as played by a note within so many rows and steps, and so does a note as on ink."""
STRAY = 2.2
"""What a cell of a note off the ink costs, in cells of ink that are played."""
BEYOND = 6.0
"""What such a cell costs above or below the whole picture, whose outline it would change."""
SLIP = 0.12
"""What a cell beside the ink costs, so that a note lies on it where the scale allows."""

KEYS = HIGHEST_KEY - LOWEST_KEY + 1
"""Rows of every easel: the keys of a piano from the highest down, as the model's tokens lie."""
LONGEST = 32
"""No note is longer, in steps."""


class Easel:
    """How far each sequence of a batch has played its picture.

    All areas are in cells, a key by a step. Every method takes ``int64`` tensors with one entry a
    sequence, at ``places`` in the batch; steps count from the picture's own beginning. What is
    looked at lies within a note's length of the step in hand, so that a step takes the same time
    however long the pictures are.
    """

    def __init__(self, batch: int, device: torch.device) -> None:
        """Make room for ``batch`` sequences."""
        self.device = device
        self.ink = torch.zeros(batch, device=device)
        """Cells of ink of each sequence's picture."""
        self.left = torch.zeros(batch, device=device)
        """Cells of ink that no note has played."""
        self.cost = torch.zeros(batch, device=device)
        """What the notes' cells off the ink cost."""
        self._steps = 0
        # Steps, then keys: what belongs to one step lies together. Step 0 is column REACH.
        self._missing = torch.zeros(batch, self._columns, KEYS, device=device)
        self._price = torch.zeros(batch, self._columns, KEYS, device=device)
        self._bare = torch.zeros(batch, self._columns, device=device)
        self._inside = torch.zeros(batch, KEYS, dtype=torch.bool, device=device)
        """The keys of each picture's pitch range; notes on others play no ink."""
        self._window = torch.arange(LONGEST + 2 * REACH, device=device)

    @property
    def _columns(self) -> int:
        return self._steps + LONGEST + STEPS_PER_BAR + 2 * REACH

    def lay(self, places: Tensor, canvas: Canvas) -> None:
        """Give the sequences at ``places`` a picture of which nothing is played."""
        self._grow(canvas.steps)
        ink = torch.zeros(canvas.steps, KEYS)
        range_ = slice(HIGHEST_KEY - canvas.pitches.high, HIGHEST_KEY - canvas.pitches.low + 1)
        ink[:, range_] = torch.from_numpy(canvas.ink[::-1].T.astype(np.float32))
        inside = torch.zeros(KEYS, dtype=torch.bool)
        inside[range_] = True
        near = F.max_pool2d(ink[None], 2 * REACH + 1, stride=1, padding=REACH)[0] * inside
        price = STRAY * (1 - near) + SLIP * (near - ink)
        price[:, near.amax(dim=0) == 0] = BEYOND
        own = slice(REACH, REACH + canvas.steps)
        for table, cells in ((self._missing, ink), (self._price, price)):
            table[places] = 0.0
            table[places, own] = cells.to(self.device)
        self._inside[places] = inside.to(self.device)
        self._bare[places] = 0.0
        self._bare[places, own] = STRAY * (near.amax(dim=1) == 0).float().to(self.device)
        self.ink[places] = self.left[places] = ink.sum().to(self.device)
        self.cost[places] = 0.0

    def play(self, places: Tensor, key: Tensor, step: Tensor, duration: Tensor) -> None:
        """Take note of notes: what they reach is no longer missing."""
        columns = step[:, None] + self._window
        missing = self._missing[places[:, None], columns]
        keys = torch.arange(KEYS, device=self.device)
        high = ((keys - key[:, None]).abs() <= REACH) & self._inside[places, key][:, None]
        wide = self._window < (duration + 2 * REACH)[:, None]
        reached = wide[:, :, None] & high[:, None, :]
        self.left[places] -= (missing * reached).sum(dim=(1, 2))
        self._missing[places[:, None], columns] = missing.masked_fill_(reached, 0.0)
        held = self._window[:LONGEST]
        price = self._price[places[:, None], step[:, None] + held + REACH, key[:, None]]
        self.cost[places] += (price * (held < duration[:, None])).sum(dim=1)

    def worth(self, places: Tensor, step: Tensor, durations: Tensor) -> tuple[Tensor, Tensor]:
        """What notes on every key would gain and cost if they began at ``step``.

        Args:
            places: ``int64[n]``.
            step: ``int64[n]``.
            durations: ``int64[lengths]`` in steps, up to 32.

        Returns:
            missing ink that they would play and the price of their cells, both
            ``float32[n, lengths, keys]``.
        """
        missing = self._missing[places[:, None], step[:, None] + self._window]
        ends = missing.cumsum(dim=1)[:, durations + 2 * REACH - 1]
        box = F.avg_pool1d(ends, 2 * REACH + 1, stride=1, padding=REACH) * (2 * REACH + 1)
        held = step[:, None] + self._window[:LONGEST] + REACH
        box = box * self._inside[places][:, None]
        return box, self._price[places[:, None], held].cumsum(dim=1)[:, durations - 1]

    def worth_of(self, places: Tensor, key: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        """The same of one key a sequence, for every duration: ``float32[n, 32]`` both."""
        around = torch.arange(-REACH, REACH + 1, device=self.device)
        keys = key[:, None] + around
        columns = step[:, None] + self._window
        missing = self._missing[
            places[:, None, None], columns[:, :, None], keys.clamp(0, KEYS - 1)[:, None]
        ]
        missing = missing * ((keys >= 0) & (keys < KEYS))[:, None]
        played = missing.sum(dim=2).cumsum(dim=1)[:, 2 * REACH :]
        played = played * self._inside[places, key][:, None]
        held = step[:, None] + self._window[:LONGEST] + REACH
        return played, self._price[places[:, None], held, key[:, None]].cumsum(dim=1)

    def clear(self, places: Tensor, step: Tensor, durations: Tensor) -> Tensor:
        """Whether notes on every key would lie wholly at the ink, ``bool[n, lengths, keys]``."""
        held = step[:, None] + self._window[:LONGEST] + REACH
        at_ink = self._price[places[:, None], held] < STRAY
        return at_ink.cumprod(dim=1)[:, durations - 1].bool()

    def clear_of(self, places: Tensor, key: Tensor, step: Tensor) -> Tensor:
        """The same of one key a sequence, for every duration: ``bool[n, 32]``."""
        held = step[:, None] + self._window[:LONGEST] + REACH
        at_ink = self._price[places[:, None], held, key[:, None]] < STRAY
        return at_ink.cumprod(dim=1).bool()

    def missed(self, places: Tensor, start: Tensor, steps: int) -> Tensor:
        """Ink that could no longer be played if the next note began so many steps after ``start``.

        Ink before ``start`` that can no longer be played anyway does not count.

        Args:
            places: ``int64[n]``.
            start: ``int64[n]``, a step.
            steps: how many of them to look ahead, up to 32.

        Returns:
            ``float32[n, steps + 1]``, the first one 0.
        """
        columns = start[:, None] + torch.arange(steps, device=self.device)
        return F.pad(self._missing[places[:, None], columns].sum(dim=2).cumsum(dim=1), (1, 0))

    def bare(self, places: Tensor, start: Tensor, steps: int) -> Tensor:
        """What a note must at least cost at each step from ``start`` on, ``float32[n, steps]``."""
        columns = start[:, None] + torch.arange(steps, device=self.device) + REACH
        return self._bare[places[:, None], columns]

    def overhead(self, places: Tensor, step: Tensor) -> Tensor:
        """Ink above what a note on each key reaches, that only a note at ``step`` still plays.

        Args:
            places: ``int64[n]``.
            step: ``int64[n]``.

        Returns:
            ``float32[n, keys]``.
        """
        above = self._missing[places, step].cumsum(dim=1)
        return F.pad(above, (REACH + 1, 0))[:, :KEYS]

    def waiting(self, places: Tensor, step: Tensor) -> Tensor:
        """Whether ink is missing in each of the 32 steps from ``step`` on, ``bool[n, 32]``."""
        columns = step[:, None] + self._window[:LONGEST] + REACH
        return self._missing[places[:, None], columns].any(dim=2)

    def open_until(self, places: Tensor, step: int) -> Tensor:
        """Ink before ``step`` that no note has played, ``float32[n]``."""
        return self._missing[places, : REACH + step].sum(dim=(1, 2))

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put the sequences at ``source`` also at ``target``, both ``int64[n]``, of one picture."""
        for part in (self._missing, self.left, self.cost):
            part[target] = part[source]

    def match(self) -> Tensor:
        """Ink played minus what the cells off it cost, ``float32[batch]``."""
        return self.ink - self.left - self.cost

    def _grow(self, steps: int) -> None:
        more = steps - self._steps
        if more > 0:
            self._steps = steps
            self._missing = F.pad(self._missing, (0, 0, 0, more))
            self._price = F.pad(self._price, (0, 0, 0, more))
            self._bare = F.pad(self._bare, (0, more))

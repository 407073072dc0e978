"""How far sequences have played their pictures: what a note would gain, what would be missed."""

import numpy as np

from mididraw.arrays import Bools, Floats, Ints
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

    All areas are in cells, a key by a step. Every method takes ``int64[n]`` arrays with an entry
    for each of ``n`` sequences, first their slots; steps count from the picture's own beginning.
    What is looked at lies within a note's length of the step in hand, so that a step takes the same
    time however long the pictures are.
    """

    def __init__(self, slots: int) -> None:
        """Make room for so many sequences."""
        self.ink = np.zeros(slots, np.float32)
        """Cells of ink of each sequence's picture."""
        self.left = np.zeros(slots, np.float32)
        """Cells of ink that no note has played."""
        self.cost = np.zeros(slots, np.float32)
        """What the notes' cells off the ink cost."""
        self._inside = np.zeros((slots, KEYS), np.bool_)
        """The keys of each picture's pitch range; notes on others play no ink."""
        self._lengths = np.zeros(slots, np.int64)
        """Steps of each picture."""
        # Steps, then keys: what belongs to one step lies together. Step 0 is column REACH.
        self._missing = np.zeros((slots, _columns(0), KEYS), np.float32)
        self._cell_cost = np.zeros((slots, _columns(0), KEYS), np.float32)
        self._least_cost = np.zeros((slots, _columns(0)), np.float32)
        self._window = np.arange(LONGEST + 2 * REACH)

    def lay(self, slots: Ints, canvas: Canvas) -> None:
        """Give sequences a picture of which nothing is played."""
        if _columns(canvas.steps) > self._missing.shape[1]:
            self._resize(canvas.steps)
        ink = np.zeros((canvas.steps, KEYS), np.float32)
        range_ = slice(HIGHEST_KEY - canvas.pitches.high, HIGHEST_KEY - canvas.pitches.low + 1)
        ink[:, range_] = canvas.ink[::-1].T
        inside = np.zeros(KEYS, np.bool_)
        inside[range_] = True
        near = _largest_near(ink) * inside
        cost = STRAY * (1 - near) + SLIP * (near - ink)
        cost[:, near.max(axis=0) == 0] = BEYOND
        own = slice(REACH, REACH + canvas.steps)
        for table, cells in ((self._missing, ink), (self._cell_cost, cost)):
            table[slots] = 0.0
            table[slots, own] = cells
        self._inside[slots] = inside
        self._least_cost[slots] = 0.0
        self._least_cost[slots, own] = STRAY * (near.max(axis=1) == 0)
        self.ink[slots] = self.left[slots] = ink.sum()
        self.cost[slots], self._lengths[slots] = 0.0, canvas.steps

    def play(self, slots: Ints, key: Ints, step: Ints, duration: Ints) -> None:
        """Take note of notes: what they reach is no longer missing."""
        columns, keys, at_keys = self._around(slots, key, step)
        missing = self._missing[slots[:, None, None], columns[:, :, None], keys[:, None]]
        reached = (self._window < (duration + 2 * REACH)[:, None])[:, :, None] & at_keys[:, None]
        self.left[slots] -= (missing * reached).sum(axis=(1, 2))
        note, column, near = np.nonzero(reached)
        self._missing[slots[note], columns[note, column], keys[note, near]] = 0.0
        cost = self._cell_cost[slots[:, None], columns[:, :LONGEST] + REACH, key[:, None]]
        self.cost[slots] += (cost * (self._window[:LONGEST] < duration[:, None])).sum(axis=1)

    def gain_and_cost(self, slots: Ints, step: Ints, durations: Ints) -> tuple[Floats, Floats]:
        """Tell what notes on every key would gain and cost if they began at ``step``.

        Args:
            slots: of the sequences.
            step: of each.
            durations: ``int64[lengths]`` in steps, up to 32.

        Returns:
            missing ink that they would play and the cost of their cells off the ink, both
            ``float32[n, lengths, keys]``.
        """
        held = (self._window < durations[:, None]).astype(np.float32)[:, :LONGEST]
        reached = (self._window < durations[:, None] + 2 * REACH).astype(np.float32)
        columns = step[:, None] + self._window
        # Sums up to each duration, as products with matrices of ones.
        of_key = reached @ self._missing[slots[:, None], columns]
        box = of_key.copy()
        for away in range(1, REACH + 1):
            box[:, :, away:] += of_key[:, :, :-away]
            box[:, :, :-away] += of_key[:, :, away:]
        box *= self._inside[slots][:, None]
        return box, held @ self._cell_cost[slots[:, None], columns[:, :LONGEST] + REACH]

    def gain_and_cost_of_key(self, slots: Ints, key: Ints, step: Ints) -> tuple[Floats, Floats]:
        """Tell the same of one key a sequence, for every duration: ``float32[n, 32]`` both."""
        columns, keys, at_keys = self._around(slots, key, step)
        missing = self._missing[slots[:, None, None], columns[:, :, None], keys[:, None]]
        played = (missing * at_keys[:, None]).sum(axis=2).cumsum(axis=1)[:, 2 * REACH :]
        held = columns[:, :LONGEST] + REACH
        return played, self._cell_cost[slots[:, None], held, key[:, None]].cumsum(axis=1)

    def _around(self, slots: Ints, key: Ints, step: Ints) -> tuple[Ints, Ints, Bools]:
        """Tell what notes of any duration reach: columns, keys, and which of these play ink.

        Returns:
            ``int64[n, 34]``, ``int64[n, 3]`` and ``bool[n, 3]``.
        """
        keys = key[:, None] + np.arange(-REACH, REACH + 1)
        at_keys = (keys >= 0) & (keys < KEYS) & self._inside[slots, key][:, None]
        return step[:, None] + self._window, np.minimum(np.maximum(keys, 0), KEYS - 1), at_keys

    def is_at_ink(self, slots: Ints, step: Ints, durations: Ints) -> Bools:
        """Tell which notes on every key would lie wholly at ink, ``bool[n, lengths, keys]``."""
        held = step[:, None] + self._window[:LONGEST] + REACH
        at_ink = self._cell_cost[slots[:, None], held] < STRAY
        wholly: Bools = _all_so_far(at_ink)[:, durations - 1]
        return wholly

    def is_key_at_ink(self, slots: Ints, key: Ints, step: Ints) -> Bools:
        """Tell the same of one key a sequence, for every duration: ``bool[n, 32]``."""
        held = step[:, None] + self._window[:LONGEST] + REACH
        at_ink = self._cell_cost[slots[:, None], held, key[:, None]] < STRAY
        return _all_so_far(at_ink)

    def missed(self, slots: Ints, start: Ints, steps: int) -> Floats:
        """Count the ink that is out of reach if the next note begins so many steps later.

        Ink that is out of reach at ``start`` already does not count.

        Args:
            slots: of the sequences.
            start: a step of each.
            steps: how many of them to look ahead, up to 32.

        Returns:
            ``float32[n, steps + 1]``, the first one 0.
        """
        columns = start[:, None] + np.arange(steps)
        missed = np.zeros((len(slots), steps + 1), np.float32)
        self._missing[slots[:, None], columns].sum(axis=2).cumsum(axis=1, out=missed[:, 1:])
        return missed

    def least_cost(self, slots: Ints, start: Ints, steps: int) -> Floats:
        """Tell what a note at each step from ``start`` on costs at least, ``float32[n, steps]``.

        Where no key has ink near, its first cell lies off the ink wherever it is.
        """
        columns = start[:, None] + np.arange(steps) + REACH
        least: Floats = self._least_cost[slots[:, None], columns]
        return least

    def missed_above(self, slots: Ints, step: Ints) -> Floats:
        """Count the ink above each key's reach that only notes at ``step`` can still play.

        It is missed by a note on that key after which nothing higher may begin at the same step.

        Returns:
            ``float32[n, keys]``.
        """
        above: Floats = np.zeros((len(slots), KEYS), np.float32)
        missing = self._missing[slots, step, : KEYS - REACH - 1]
        missing.cumsum(axis=1, out=above[:, REACH + 1 :])
        return above

    def has_missing(self, slots: Ints, step: Ints) -> Bools:
        """Tell at which of the 32 steps from ``step`` on ink is missing, ``bool[n, 32]``."""
        columns = step[:, None] + self._window[:LONGEST] + REACH
        missing: Bools = self._missing[slots[:, None], columns].any(axis=2)
        return missing

    def missing_before(self, slots: Ints, step: int) -> Floats:
        """Count the ink before a step that no note has played, ``float32[n]``."""
        missing: Floats = self._missing[slots, : REACH + step].sum(axis=(1, 2))
        return missing

    def match(self, slots: Ints) -> Floats:
        """Count the ink that is played, less what the cells off it cost, ``float32[n]``."""
        match: Floats = self.ink[slots] - self.left[slots] - self.cost[slots]
        return match

    def fork(self, source: Ints, target: Ints) -> None:
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

    def release(self, slots: Ints) -> None:
        """Forget the pictures of sequences that have left; after the last, the room they took."""
        self._lengths[slots] = 0
        if not self._lengths.any():
            self._resize(0)

    def _resize(self, steps: int) -> None:
        """Make room for pictures of so many steps."""
        self._missing = _with_columns(self._missing, _columns(steps))
        self._cell_cost = _with_columns(self._cell_cost, _columns(steps))
        self._least_cost = _with_columns(self._least_cost, _columns(steps))


def _columns(steps: int) -> int:
    return steps + LONGEST + STEPS_PER_BAR + 2 * REACH


def _with_columns(table: Floats, columns: int) -> Floats:
    """Cut a table ``[slots, columns, …]`` or go on with zeros, to so many columns."""
    resized = np.zeros((len(table), columns, *table.shape[2:]), np.float32)
    kept = min(columns, table.shape[1])
    resized[:, :kept] = table[:, :kept]
    return resized


def _all_so_far(cells: Bools) -> Bools:
    """Tell until which step all cells ``bool[n, steps, …]`` are true."""
    so_far: Bools = np.logical_and.accumulate(cells, axis=1)
    return so_far


def _largest_near(ink: Floats) -> Floats:
    """The largest of the cells within reach of each, ``float32[steps, keys]`` both."""
    padded = np.pad(ink, REACH)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * REACH + 1,) * 2)
    largest: Floats = windows.max(axis=(2, 3))
    return largest

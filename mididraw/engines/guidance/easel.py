"""The picture as a batch of sequences plays it: what a note would gain, what would be missed."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.canvas import Canvas

REACH = 1
"""Ink counts as played by a note within so many rows and steps, and so does a note as on ink."""


STRAY = 2.0
"""What a cell of a note off the ink costs, in cells of ink that are played."""
SLIP = 0.12
"""What a cell beside the ink costs, so that a note lies on it where the scale allows."""


class Easel:
    """How far each sequence of a batch has played the same picture.

    All areas are in cells, a row by a step. Every method takes ``int64`` tensors with one entry a
    sequence, at ``places`` in the batch.
    """

    def __init__(self, canvas: Canvas, batch: int, device: torch.device) -> None:
        ink = torch.from_numpy(canvas.ink).to(device).float()
        self.rows, self.steps = ink.shape
        self.low, self.device = canvas.pitches.low, device
        self.ink = int(ink.sum())
        near = F.max_pool2d(ink[None], 2 * REACH + 1, stride=1, padding=REACH)[0]
        off = STRAY * (1 - near) + SLIP * (near - ink)
        self._missing = ink.repeat(batch, 1, 1)
        """Ink that no note has played, ``float32[batch, rows, steps]``."""
        self._off_ink = _prefix(off)
        """Costs of each row's cells before each step, ``float32[rows, steps + 1]``."""
        self._strays = _prefix(1 - near)
        """Cells off the ink before each step, of the same shape."""
        self._beside = torch.empty(batch, self.rows, self.steps + 1, device=device)
        """Missing ink within reach of each row before each step."""
        self._ahead = torch.empty(batch, self.steps + 1, device=device)
        """Missing ink of all rows before each step."""
        self._sum(torch.arange(batch, device=device))
        self._costs = torch.zeros(batch, device=device)

    def play(self, places: Tensor, pitch: Tensor, step: Tensor, duration: Tensor) -> None:
        """Take note of notes: what they reach is no longer missing."""
        rows = torch.arange(self.rows, device=places.device)
        steps = torch.arange(self.steps, device=places.device)
        row = (pitch - self.low)[:, None]
        inside = ((row >= 0) & (row < self.rows))[:, 0]
        high = (rows >= row - REACH) & (rows <= row + REACH) & inside[:, None]
        wide = (steps >= step[:, None] - REACH) & (steps < (step + duration)[:, None] + REACH)
        self._missing[places] *= 1 - (high[:, :, None] & wide[:, None, :]).float()
        stop = (step + duration).clamp(max=self.steps)
        own = self._off_ink[row[:, 0].clamp(0, self.rows - 1)]
        off = own.gather(1, stop[:, None])[:, 0] - own.gather(1, step[:, None])[:, 0]
        self._costs[places] += torch.where(inside, off, STRAY * (stop - step))
        self._sum(places)

    def worth(self, places: Tensor, step: Tensor, durations: Tensor) -> tuple[Tensor, Tensor]:
        """What notes of every row would gain and waste if they began at ``step``.

        Args:
            places: ``int64[n]``.
            step: ``int64[n, …]``, below :attr:`steps`.
            durations: ``int64[lengths]`` in steps.

        Returns:
            missing ink that they would play and what their cells off the ink cost, both
            ``float32[n, rows, …, lengths]``.
        """
        begin = step.flatten(1) if step.ndim > 1 else step[:, None]  # [n, k]
        stop = (begin[:, :, None] + durations).clamp(max=self.steps)  # [n, k, lengths]
        early = (begin - REACH).clamp(min=0)
        late = (stop + REACH).clamp(max=self.steps)
        flat = late.flatten(1)[:, None].expand(-1, self.rows, -1)
        beside = self._beside[places]
        played = beside.gather(2, flat).view(*beside.shape[:2], *late.shape[1:])
        played = played - beside.gather(2, early[:, None].expand(-1, self.rows, -1))[..., None]
        off = self._off_ink[:, stop] - self._off_ink[:, begin][..., None]  # [rows, n, k, lengths]
        shape = (len(places), self.rows, *step.shape[1:], len(durations))
        return played.reshape(shape), off.transpose(0, 1).reshape(shape)

    def clear(self, step: Tensor, durations: Tensor) -> Tensor:
        """Whether notes of every row would lie wholly at the ink.

        Args:
            step: ``int64[n]``, below :attr:`steps`.
            durations: ``int64[lengths]`` in steps.

        Returns:
            ``bool[n, rows, lengths]``.
        """
        stop = (step[:, None] + durations).clamp(max=self.steps)
        strays = self._strays[:, stop] - self._strays[:, step][..., None]
        return strays.transpose(0, 1) < 0.5

    def missed(self, places: Tensor, step: Tensor) -> Tensor:
        """Ink that could no longer be played if the next note began at ``step``.

        Args:
            places: ``int64[n]``.
            step: ``int64[n, k]``, up to :attr:`steps`.

        Returns:
            ``float32[n, k]``.
        """
        return self._ahead[places].gather(1, (step - REACH).clamp(min=0))

    def overhead(self, places: Tensor, step: Tensor) -> Tensor:
        """Ink above what a note of each row reaches, that only a note at ``step`` still plays.

        Args:
            places: ``int64[n]``.
            step: ``int64[n]``, below :attr:`steps`.

        Returns:
            ``float32[n, rows]``.
        """
        column = (step - REACH).clamp(min=0)
        last = self._missing[places].gather(2, column[:, None, None].expand(-1, self.rows, 1))
        last = last[:, :, 0] * (step >= REACH)[:, None]
        above = last.sum(dim=1, keepdim=True) - last.cumsum(dim=1)
        return F.pad(above, (0, REACH))[:, REACH:]

    def next_ink(self, places: Tensor, step: Tensor) -> Tensor:
        """The first step from ``step`` on, both ``int64[n]``, at which ink is missing.

        Where there is none it is :attr:`steps`.
        """
        ahead = self._ahead[places]
        before = ahead.gather(1, step.clamp(max=self.steps)[:, None])
        return (ahead <= before).sum(dim=1).sub(1).clamp(min=0)

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put the sequences at ``source`` also at ``target``, both ``int64[n]``."""
        for part in (self._missing, self._beside, self._ahead, self._costs):
            part[target] = part[source]

    def match(self) -> Tensor:
        """Ink played minus what strays cost, ``float32[batch]``."""
        return self.ink - self._missing.sum(dim=(1, 2)) - self._costs

    def _sum(self, places: Tensor) -> None:
        missing = self._missing[places]
        box = F.avg_pool2d(missing, (2 * REACH + 1, 1), stride=1, padding=(REACH, 0))
        self._beside[places] = _prefix(box * (2 * REACH + 1))
        self._ahead[places] = _prefix(missing.sum(dim=1))


def _prefix(values: Tensor) -> Tensor:
    """Sums before each step: one more entry than there are steps."""
    return F.pad(values.cumsum(dim=-1), (1, 0))

"""Train the denoiser of piano rolls: four bars under noise, with chords and mostly a sketch.

The noise is Gaussian on where notes are struck and sound (Ho et al. 2020); what is under it is told
as chances of silent, held and struck, whose mean is the step's target (Dieleman et al. 2022). The
sketch is kept back in some of the batches, so that it can be followed more or less (Ho and Salimans
2022).
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.models.columns.features import KEYS
from mididraw.models.diffusion.model import (
    BARS,
    CHANNELS,
    EMBEDDED,
    GROUPS,
    INPUT,
    LEVELS,
    PATCH,
    conditioning,
    embed,
    roll_of,
)
from mididraw.training.bar_networks import Losses
from mididraw.training.rolls import USUAL, RollBatch, Rolls

STEPS = 1500
_BATCH, _RATE = 16, 2e-3
UNDRAWN = 0.15
"""Share of the windows whose sketch is kept back."""
_HELD_OUT = 96
_LEVELS = (0.2, 0.5, 0.8)
"""Of noise, at which it is measured."""


class DenoisingBlock(nn.Module):
    """Two convolutions beside a way past them, told the level in between."""

    def __init__(self, into: int, out: int) -> None:
        """Make it with random weights; at first it gives what it is given."""
        super().__init__()
        self.before, self.between = nn.GroupNorm(GROUPS, into), nn.GroupNorm(GROUPS, out)
        self.one, self.two = (nn.Conv2d(size, out, 3, padding=1) for size in (into, out))
        self.level = nn.Linear(EMBEDDED, 2 * out)
        self.past = nn.Conv2d(into, out, 1) if into != out else nn.Identity()
        nn.init.zeros_(self.two.weight)

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        """Go on from ``x`` under the embedded level ``e``."""
        y = self.one(F.silu(self.before(x)))
        scale, shift = self.level(e)[:, :, None, None].chunk(2, dim=1)
        y = self.two(F.silu(self.between(y) * (1 + scale) + shift))
        found: Tensor = self.past(x) + y
        return found


class Denoiser(nn.Module):
    """A small U-Net (Ronneberger et al. 2015); see :mod:`mididraw.models.diffusion.model`."""

    def __init__(self) -> None:
        """Make it with random weights."""
        super().__init__()
        one, two, three = CHANNELS
        self.level = nn.Linear(LEVELS, EMBEDDED)
        self.into = nn.Conv2d(INPUT, one, 3, padding=1)
        self.down = nn.ModuleList([DenoisingBlock(one, one), DenoisingBlock(two, two)])
        self.shrink = nn.ModuleList([nn.Conv2d(one, two, 3, 2, 1), nn.Conv2d(two, three, 3, 2, 1)])
        self.middle = DenoisingBlock(three, three)
        self.grow = nn.ModuleList(
            [nn.Conv2d(two, one, 3, padding=1), nn.Conv2d(three, two, 3, padding=1)]
        )
        self.up = nn.ModuleList([DenoisingBlock(2 * one, one), DenoisingBlock(2 * two, two)])
        self.norm = nn.GroupNorm(GROUPS, one)
        places = PATCH[0] * PATCH[1]
        self.out = nn.Conv2d(one, 3 * places, 1)
        usual = torch.tensor(USUAL).log().repeat_interleave(places)
        self.out.bias = nn.Parameter(usual)

    def forward(self, roll: Tensor, level: Tensor, sketch: Tensor, around: Tensor) -> Tensor:
        """Logits of silent, held and struck, ``[n, 3, 88, steps]``."""
        e = F.silu(self.level(level))
        x = self.into(torch.cat([unshuffled(torch.cat([roll, sketch], dim=1)), around], dim=1))
        whole = self.down[0](x, e)
        half = self.down[1](self.shrink[0](whole), e)
        x = self.middle(self.shrink[1](half), e)
        x = self.grow[1](F.interpolate(x, scale_factor=2))
        x = self.up[1](torch.cat([x, half], dim=1), e)
        x = self.grow[0](F.interpolate(x, scale_factor=2))
        x = self.up[0](torch.cat([x, whole], dim=1), e)
        logits: Tensor = self.out(F.silu(self.norm(x))).float()
        return shuffled(logits)


def unshuffled(x: Tensor) -> Tensor:
    """Patches of cells → channels."""
    n, channels, rows, steps = x.shape
    high, wide = PATCH
    parts = x.reshape(n, channels, rows // high, high, steps // wide, wide)
    return parts.permute(0, 1, 3, 5, 2, 4).reshape(n, -1, rows // high, steps // wide)


def shuffled(x: Tensor) -> Tensor:
    """Channels → patches of cells."""
    n, channels, rows, steps = x.shape
    high, wide = PATCH
    own = channels // (high * wide)
    parts = x.reshape(n, own, high, wide, rows, steps).permute(0, 1, 4, 2, 5, 3)
    return parts.reshape(n, own, high * rows, wide * steps)


class DiffusionLesson:
    """Batches of windows of four bars."""

    def __init__(self, steps: int, seed: int = 1) -> None:
        """Begin with random weights."""
        torch.manual_seed(seed)
        self.network = Denoiser()
        self._random, self._rolls = np.random.default_rng(seed), Rolls(BARS)
        self._optimizer = torch.optim.AdamW(self.network.parameters(), _RATE, weight_decay=0.01)
        self._rate = torch.optim.lr_scheduler.OneCycleLR(self._optimizer, _RATE, steps + 1)
        chosen = np.random.default_rng(0)
        held = chosen.choice(self._rolls.held_out, _HELD_OUT)
        self._held = self._rolls.batch(held, chosen)

    def step(self, done: float) -> Losses:  # noqa: ARG002 -- the same from beginning to end
        """Take one step of training."""
        batch = self._rolls.batch(self._random.choice(self._rolls.learned, _BATCH), self._random)
        # Evenly over the levels, so that every batch has all.
        level = (self._random.permutation(_BATCH) + self._random.random(_BATCH)) / _BATCH
        drawn = self._random.random(_BATCH) >= UNDRAWN
        with torch.autocast("cpu", torch.bfloat16):
            loss = self._loss(batch, level, drawn, self._random)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 100.0)
        self._optimizer.step()
        self._rate.step()
        return {"bits a bar": float(loss.detach() / np.log(2))}

    @torch.no_grad()
    def measure(self) -> Losses:
        """Measure it on songs that it was not trained on."""

        def at(levels: Sequence[float], *, drawn: bool) -> float:
            random, n = np.random.default_rng(0), len(self._held.states)
            level = np.resize(np.array(levels), n)
            return float(self._loss(self._held, level, np.full(n, drawn), random) / np.log(2))

        found = {"bits a bar": at(_LEVELS, drawn=True)}
        found |= {f"at {level}": at([level], drawn=True) for level in _LEVELS}
        return {**found, "without a sketch": at(_LEVELS, drawn=False)}

    def _loss(
        self,
        batch: RollBatch,
        level: np.ndarray[tuple[int], np.dtype[np.float64]],
        drawn: np.ndarray[tuple[int], np.dtype[np.bool_]],
        random: np.random.Generator,
    ) -> Tensor:
        """Nats a bar."""
        clean = roll_of(batch.states)
        angle = (0.5 * np.pi * level)[:, None, None, None]
        noise = random.standard_normal(clean.shape, np.float32)
        noisy = (np.cos(angle) * clean + np.sin(angle) * noise).astype(np.float32)
        sketch, around = conditioning(
            batch.harmony, batch.ink.astype(np.float32), drawn.astype(np.float32)
        )
        logits: Tensor = self.network(
            *(
                torch.from_numpy(one)
                for one in (noisy, embed(level.astype(np.float32)), sketch, around)
            )
        )
        states = torch.from_numpy(batch.states.astype(np.int64))
        surprise: Tensor = F.cross_entropy(logits, states)
        return surprise * (KEYS * logits.shape[-1] / BARS)

"""Train the autoencoder of bars: from notes, and from ink that could stand for them, to notes.

The loss is Kingma and Welling's (2014): how unlikely the notes are under what is decoded, and how
far latents are from the prior, whose weight grows over the first steps (Bowman et al. 2016). One
encoder sees notes or ink; from ink it shall come to where the notes lead.
"""

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.models.columns.features import HELD, KEYS, STRUCK
from mididraw.models.condition import HARMONY, PLACES, places
from mididraw.models.vae.model import COARSE, DECODER, ENCODER, GROUPS, LATENT, SEEN
from mididraw.score import STEPS_PER_BAR
from mididraw.training.bar_networks import Losses
from mididraw.training.rolls import USUAL, RollBatch, Rolls

STEPS = 1600
_BATCH, _RATE = 48, 4e-3
_FREE, _WARM, _LEAST = 0.25, 0.4, 0.02
"""Of the steps: while distance to the prior hardly counts, until it does fully; and how little."""
_PRIOR, _ALIKE = 0.5, 0.2
"""Weights of the distance to the prior, and of ink's latent to that of its notes."""
_HELD_OUT = 192


class Vae(nn.Module):
    """One encoder, one decoder; see :mod:`mididraw.models.vae.model` for the shapes."""

    def __init__(self) -> None:
        """Make it with random weights."""
        super().__init__()
        sizes = [SEEN + HARMONY, *ENCODER]
        self.encoder = nn.ModuleList(
            nn.Conv2d(one, other, size, 2, size // 2)
            for size, (one, other) in zip((5, 3, 3), pairwise(sizes), strict=True)
        )
        self.encoder_norm = nn.ModuleList(nn.GroupNorm(GROUPS, size) for size in ENCODER)
        self.decoder_norm = nn.ModuleList(nn.GroupNorm(GROUPS, size) for size in DECODER[1:])
        high, wide = COARSE
        self.latent = nn.Linear(ENCODER[-1] * high * wide, 2 * LATENT)
        self.coarse = nn.Linear(LATENT, DECODER[0] * high * wide)
        shuffled = [
            nn.Conv2d(one + HARMONY, 4 * other, 3, padding=1)
            for one, other in pairwise(DECODER[:4])
        ]
        last = nn.Conv2d(DECODER[3] + HARMONY + PLACES, DECODER[4], 3, padding=1)
        self.decoder = nn.ModuleList([*shuffled, last])
        self.out = nn.Conv2d(DECODER[4], 3, 1)
        self.out.bias = nn.Parameter(torch.tensor(USUAL).log())
        where = torch.from_numpy(places(STEPS_PER_BAR).copy())
        self.register_buffer("places", where, persistent=False)

    def encode(self, seen: Tensor, harmony: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the variance of latents."""
        x = torch.cat([seen, harmony], dim=1)
        for layer, norm in zip(self.encoder, self.encoder_norm, strict=True):
            x = F.silu(norm(layer(x)))
        mean, log_variance = self.latent(x.flatten(1)).float().chunk(2, dim=1)
        return mean, log_variance

    def decode(self, latent: Tensor, harmony: Tensor) -> Tensor:
        """Logits of silent, held and struck, ``[n, 3, 88, 16]``."""
        x = F.silu(self.coarse(latent)).reshape(-1, DECODER[0], *COARSE)
        for place, times in enumerate((8, 4, 2)):
            x = torch.cat([x, F.avg_pool2d(harmony, times)], dim=1)
            x = F.silu(self.decoder_norm[place](F.pixel_shuffle(self.decoder[place](x), 2)))
        where: Tensor = self.get_buffer("places").expand(len(x), -1, -1, -1)
        x = self.decoder[3](torch.cat([x, harmony, where], dim=1))
        x = F.silu(self.decoder_norm[3](x))
        logits: Tensor = self.out(x).float()
        return logits


class VaeLesson:
    """Batches of single bars."""

    def __init__(self, steps: int, seed: int = 1) -> None:
        """Begin with random weights."""
        torch.manual_seed(seed)
        self.network = Vae()
        self._random, self._rolls = np.random.default_rng(seed), Rolls(1)
        self._optimizer = torch.optim.AdamW(self.network.parameters(), _RATE, weight_decay=0.01)
        self._rate = torch.optim.lr_scheduler.OneCycleLR(self._optimizer, _RATE, steps + 1)
        chosen = np.random.default_rng(0)
        held = chosen.choice(self._rolls.held_out, _HELD_OUT)
        self._held = self._rolls.batch(held, chosen)

    def step(self, done: float) -> Losses:
        """Take one step of training."""
        starts = self._random.choice(self._rolls.learned, _BATCH)
        weight = _PRIOR * min(max(done - _FREE, _LEAST * _WARM) / _WARM, 1.0)
        with torch.autocast("cpu", torch.bfloat16):
            notes, ink, prior, alike = self._losses(self._rolls.batch(starts, self._random))
        loss = notes + ink + weight * prior + _ALIKE * alike
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 100.0)
        self._optimizer.step()
        self._rate.step()
        return _named(notes, ink, prior)

    @torch.no_grad()
    def measure(self) -> Losses:
        """Measure it on bars of songs that it was not trained on."""
        notes, ink, prior, _ = self._losses(self._held)
        return _named(notes, ink, prior)

    def _losses(self, batch: RollBatch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Nats a bar: of notes from notes, of notes from ink, to the prior; and ink to notes."""
        states = torch.from_numpy(batch.states.astype(np.int64))
        harmony = torch.from_numpy(batch.harmony)
        n = len(states)
        seen = torch.zeros(2 * n, SEEN, KEYS, STEPS_PER_BAR)
        seen[:n, 0], seen[:n, 1] = states == STRUCK, states == HELD
        seen[n:, 2] = torch.from_numpy(batch.ink)
        both = torch.cat([harmony, harmony])
        mean, log_variance = self.network.encode(seen, both)
        latent = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        logits = self.network.decode(latent, both)
        surprise = F.cross_entropy(logits, torch.cat([states, states]), reduction="none")
        by_bar = surprise.sum(dim=(1, 2))
        notes, ink = by_bar[:n], by_bar[n:]
        prior = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()
        alike = ((mean[n:] - mean[:n].detach()) ** 2).sum(dim=1).mean()
        return notes.mean(), ink.mean(), 2 * prior, alike


def _named(notes: Tensor, ink: Tensor, prior: Tensor) -> Losses:
    bits = float(np.log(2))
    return {
        "bits a bar": float(notes.detach() + 0.5 * prior.detach()) / bits,
        "from notes": float(notes.detach()) / bits,
        "from ink": float(ink.detach()) / bits,
        "to the prior": float(0.5 * prior.detach()) / bits,
    }

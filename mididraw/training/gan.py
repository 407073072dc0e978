"""Train a generator against two judges: is it music, and is it the picture?

The seed's plan. The first judge sees notes over their chords, the second also the ink; both are
shown songs with ink that could stand for them, and what the generator makes of that ink, and are
taught by the hinge loss with spectral normalisation (Miyato et al. 2018). What is struck and held
is drawn from the generator's chances by the straight-through Gumbel softmax (Jang et al. 2017). It
begins as the denoiser that midiDraw comes with, which from noise alone tells no more than how
likely each note is.
"""

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it
from torch.nn.utils.parametrizations import spectral_norm

from mididraw.models.columns.features import HELD, KEYS, SILENT, STRUCK
from mididraw.models.diffusion.model import BARS, PATCH, ROLL, WEIGHTS, embed, told
from mididraw.models.gan.model import NOISE_ALONE
from mididraw.training.bar_networks import Losses, read_into
from mididraw.training.diffusion import UNDRAWN, Denoiser, unshuffled
from mididraw.training.rolls import Batch, Rolls

STEPS = 800
_BATCH, _RATE, _JUDGES_RATE = 12, 2e-4, 4e-4
_LIKELY = 1.0
"""Weight of how likely the song itself is, in nats a cell times 100, which keeps it in place."""
_CHANNELS = (48, 96, 128)
_HELD_OUT = 48


class Judge(nn.Module):
    """A convolutional network that judges parts of a window, each about a bar by two octaves."""

    def __init__(self, seen: int) -> None:
        """Make it with random weights; it sees so many planes beside those of harmony."""
        super().__init__()
        sizes = [seen * PATCH[0] * PATCH[1] + 5 * PATCH[0] + 4 + 1, *_CHANNELS]
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(one, other, 3, stride, 1))
            for stride, (one, other) in zip((1, 2, 2), pairwise(sizes), strict=True)
        )
        self.out = spectral_norm(nn.Conv2d(_CHANNELS[-1], 1, 3, padding=1))

    def forward(self, seen: Tensor, around: Tensor) -> Tensor:
        """Judge windows, ``[n, planes, 88, 64]``; above 0 is real."""
        x = torch.cat([unshuffled(seen), around], dim=1)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        judged: Tensor = self.out(x).float()
        return judged


class GanLesson:
    """Batches of windows of four bars; the judges learn before the generator at each step."""

    def __init__(self, steps: int, seed: int = 1) -> None:
        """Begin with the denoiser's weights, and judges that know nothing."""
        torch.manual_seed(seed)
        self.network = Denoiser()
        read_into(self.network, WEIGHTS)
        self._music, self._picture = Judge(ROLL), Judge(ROLL + 1)
        self._random, self._rolls = np.random.default_rng(seed), Rolls(BARS)
        judges = [*self._music.parameters(), *self._picture.parameters()]
        self._optimizer = torch.optim.Adam(self.network.parameters(), _RATE, (0.0, 0.99))
        self._judges = torch.optim.Adam(judges, _JUDGES_RATE, (0.0, 0.99))
        self._steps = steps
        chosen = np.random.default_rng(0)
        held = chosen.choice(self._rolls.held_out, _HELD_OUT)
        self._held = self._rolls.batch(held, chosen)

    def step(self, done: float) -> Losses:
        """Take one step of training, slower towards the end."""
        for optimizer, rate in ((self._optimizer, _RATE), (self._judges, _JUDGES_RATE)):
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1.0, 2 * (1 - done))
        batch = self._rolls.batch(self._random.choice(self._rolls.learned, _BATCH), self._random)
        with torch.autocast("cpu", torch.bfloat16):
            sketch, around = _told(batch, self._random.random(_BATCH) >= UNDRAWN)
            real = _planes(F.one_hot(torch.from_numpy(batch.states.astype(np.int64)), 3))
            logits = self._generate(sketch, around)
            fake = _planes(_drawn(logits))
            judged = [self._judge(roll, sketch, around) for roll in (real, fake.detach())]
            loss = sum(
                (
                    F.relu(1 - right).mean() + F.relu(1 + wrong).mean()
                    for right, wrong in zip(*judged, strict=True)
                ),
                torch.zeros(()),
            )
        self._judges.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._judges.step()
        with torch.autocast("cpu", torch.bfloat16):
            fooled = [one.mean() for one in self._judge(fake, sketch, around)]
        likely = _surprise(logits, batch)
        (100 * _LIKELY / KEYS / 16 * likely - fooled[0] - fooled[1]).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return {
            "judges' loss": float(loss.detach()),
            "bits a bar": float(likely.detach() / np.log(2)),
        }

    @torch.no_grad()
    def measure(self) -> Losses:
        """On songs that it was not trained on, what is told apart and what of the ink is played."""
        sketch, around = _told(self._held, np.ones(_HELD_OUT, np.bool_))
        logits = self._generate(sketch, around)
        drawn = _drawn(logits)
        real = _planes(F.one_hot(torch.from_numpy(self._held.states.astype(np.int64)), 3))
        right = self._judge(real, sketch, around)
        wrong = self._judge(_planes(drawn), sketch, around)
        told_apart = [
            float(((one > 0).float().mean() + (other < 0).float().mean()) / 2)
            for one, other in zip(right, wrong, strict=True)
        ]
        sounds = (drawn[..., SILENT] < 0.5).float()[:, None]
        ink = sketch
        near = [F.max_pool2d(one, 3, 1, 1) for one in (sounds, ink)]
        return {
            "judges' loss": sum(
                float(F.relu(1 - one).mean() + F.relu(1 + other).mean())
                for one, other in zip(right, wrong, strict=True)
            ),
            "music told apart": told_apart[0],
            "picture told apart": told_apart[1],
            "ink played": float((near[0] * ink).sum() / ink.sum()),
            "notes on ink": float((near[1] * sounds).sum() / sounds.sum()),
            "notes a bar": float(drawn[..., STRUCK].sum() / len(drawn) / BARS),
            "notes a bar of songs": float((self._held.states == STRUCK).sum() / len(drawn) / BARS),
            "bits a bar": float(_surprise(logits, self._held) / np.log(2)),
        }

    def _generate(self, sketch: Tensor, around: Tensor) -> Tensor:
        n, _, _, steps = sketch.shape
        noise = torch.randn(n, ROLL, KEYS, steps)
        level = torch.from_numpy(embed(np.full(n, NOISE_ALONE, np.float32)))
        found: Tensor = self.network(noise, level, sketch, around)
        return found

    def _judge(self, roll: Tensor, sketch: Tensor, around: Tensor) -> tuple[Tensor, Tensor]:
        music = self._music(roll, around)
        return music, self._picture(torch.cat([roll, sketch], dim=1), around)


def _told(batch: Batch, drawn: NDArray[np.bool_]) -> tuple[Tensor, Tensor]:
    sketch, around = told(batch.harmony, batch.ink.astype(np.float32), drawn.astype(np.float32))
    return torch.from_numpy(sketch), torch.from_numpy(around)


def _drawn(logits: Tensor) -> Tensor:
    """What each key does, drawn by chance, ``[n, 88, 64, 3]``, with the chances' gradient."""
    return F.gumbel_softmax(logits.permute(0, 2, 3, 1), hard=True)


def _planes(one_hot: Tensor) -> Tensor:
    """Where notes are struck and where they sound, ``[n, 2, 88, 64]``, 1 or -1."""
    sounds = one_hot[..., HELD] + one_hot[..., STRUCK]
    return 2.0 * torch.stack([one_hot[..., STRUCK], sounds], dim=1) - 1


def _surprise(logits: Tensor, batch: Batch) -> Tensor:
    """Nats a bar of the songs under what is generated."""
    states = torch.from_numpy(batch.states.astype(np.int64))
    surprise: Tensor = F.cross_entropy(logits, states)
    return surprise * (KEYS * logits.shape[-1] / BARS)

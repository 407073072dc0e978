"""Train a generator against two judges: is it music, and is it the picture?

The seed's plan. The first judge is the discriminator that midiDraw comes with, which goes on
learning; the second sees ink and chords, too, and is also shown songs beside the ink of others
(Reed et al. 2016). They are taught by the hinge loss (Lim and Ye 2017) with songs and ink that
could stand for them, and what the generator makes of that ink. What is struck and held is drawn
from the generator's chances by the straight-through Gumbel softmax (Jang et al. 2017). It begins as
the denoiser that midiDraw comes with, which from noise alone tells no more than how likely each
note is.
"""

from copy import deepcopy
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.models import discriminator
from mididraw.models.columns.features import HELD, KEYS, STRUCK
from mididraw.models.diffusion.model import BARS, ROLL, WEIGHTS, conditioning, embed
from mididraw.models.gan.model import NOISE_ALONE
from mididraw.training.bar_networks import Losses, read_into
from mididraw.training.diffusion import UNDRAWN, Denoiser
from mididraw.training.rolls import RollBatch, Rolls

STEPS = 600
_BATCH, _RATE, _JUDGES_RATE = 12, 5e-4, 3e-4
_LIKELY = 0.05
"""Weight of how unlikely the song itself is, in nats a bar, which keeps the generator in place."""
_CHANNELS = (24, 48, 64)
_HARMONY = 3
"""Planes of harmony that the second judge sees: chord tones, roots, the scale."""
_HELD_OUT = 48


class Picture(nn.Module):
    """The second judge: does the music play this ink, over these chords?"""

    def __init__(self) -> None:
        """Make it with random weights."""
        super().__init__()
        self.layers = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(one, other, 5, 2, 2), nn.LeakyReLU(0.1))
                for one, other in pairwise((ROLL + 1 + _HARMONY, *_CHANNELS))
            )
        )
        self.out = nn.Linear(2 * _CHANNELS[-1], 1)

    def forward(self, roll: Tensor, sketch: Tensor, harmony: Tensor) -> Tensor:
        """Tell songs from other music, ``float[n]``; above 0 is a song that goes with its ink."""
        found = self.layers(torch.cat([roll, sketch, harmony[:, :_HARMONY]], dim=1))
        found = torch.cat([found.mean(dim=(2, 3)), found.amax(dim=(2, 3))], dim=1)
        judged: Tensor = self.out(found)[:, 0].float()
        return judged


class GanLesson:
    """Batches of windows of four bars; the judges learn before the generator at each step."""

    def __init__(self, steps: int, seed: int = 1) -> None:  # noqa: ARG002 -- as of other lessons
        """Begin with the denoiser's and the discriminator's weights, and a blind second judge."""
        torch.manual_seed(seed)
        self.network = Denoiser()
        read_into(self.network, WEIGHTS)
        # Another's instance is kept for all who ask for it.
        self._music, self._picture = deepcopy(discriminator.load()).train(), Picture()
        self._random, self._rolls = np.random.default_rng(seed), Rolls(BARS)
        judges = [*self._music.parameters(), *self._picture.parameters()]
        self._optimizer = torch.optim.Adam(self.network.parameters(), _RATE, (0.5, 0.99))
        self._judges = torch.optim.Adam(judges, _JUDGES_RATE, (0.5, 0.99))
        chosen = np.random.default_rng(0)
        held = chosen.choice(self._rolls.held_out, _HELD_OUT)
        self._held = self._rolls.batch(held, chosen)

    def step(self, done: float) -> Losses:
        """Take one step of training, slower towards the end."""
        for optimizer, rate in ((self._optimizer, _RATE), (self._judges, _JUDGES_RATE)):
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1.0, 2 * (1 - done))
        batch = self._rolls.batch(self._random.choice(self._rolls.learned, _BATCH), self._random)
        sketch, around = _conditioning(batch, self._random.random(_BATCH) >= UNDRAWN)
        harmony = torch.from_numpy(batch.harmony)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self._generate(sketch, around)
        generated = _planes(_drawn(logits))
        with torch.autocast("cpu", torch.bfloat16):
            judged = self._hinge(_planes(_certain(batch)), generated.detach(), sketch, harmony)
        self._judges.zero_grad()
        (judged[0] + judged[1]).backward()  # type: ignore[no-untyped-call]
        self._judges.step()
        with torch.autocast("cpu", torch.bfloat16):
            pleased = self._music(_downwards(generated)).mean()
            pleased = pleased + self._picture(generated, sketch, harmony).mean()
        likely = _surprise(logits, batch)
        (_LIKELY * likely - pleased).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return {
            "judges' loss": float((judged[0] + judged[1]).detach()),
            "bits a bar": float(likely.detach() / np.log(2)),
        }

    @torch.no_grad()
    def measure(self) -> Losses:
        """On songs that it was not trained on, what is told apart and what of the ink is played."""
        sketch, around = _conditioning(self._held, np.ones(_HELD_OUT, np.bool_))
        harmony = torch.from_numpy(self._held.harmony)
        logits = self._generate(sketch, around)
        generated, real = _planes(_drawn(logits)), _planes(_certain(self._held))
        judged = self._hinge(real, generated, sketch, harmony)
        music = [self._music(_downwards(one)) for one in (real, generated)]
        picture = [self._picture(one, sketch, harmony) for one in (real, generated)]
        sounds = generated[:, 1:]
        near = [F.max_pool2d(one, 3, 1, 1) for one in (sounds, sketch)]
        struck = [float(one[:, 0].sum()) / _HELD_OUT / BARS for one in (generated, real)]
        return {
            "judges' loss": float(judged[0] + judged[1]),
            "music told apart": _apart(*music),
            "picture told apart": _apart(*picture),
            "ink played": float((near[0] * sketch).sum() / sketch.sum()),
            "notes on ink": float((near[1] * sounds).sum() / sounds.sum()),
            "notes a bar": struck[0],
            "notes a bar of songs": struck[1],
            "bits a bar": float(_surprise(logits, self._held) / np.log(2)),
        }

    def _generate(self, sketch: Tensor, around: Tensor) -> Tensor:
        n, _, _, steps = sketch.shape
        noise = torch.randn(n, ROLL, KEYS, steps)
        level = torch.from_numpy(embed(np.full(n, NOISE_ALONE, np.float32)))
        found: Tensor = self.network(noise, level, sketch, around)
        return found

    def _hinge(
        self, real: Tensor, generated: Tensor, sketch: Tensor, harmony: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Both judges' losses."""
        music = F.relu(1 - self._music(_downwards(real))).mean()
        music = music + F.relu(1 + self._music(_downwards(generated))).mean()
        right = self._picture(real, sketch, harmony)
        wrong = self._picture(generated, sketch, harmony)
        others = self._picture(real.roll(1, dims=0), sketch, harmony)
        picture = F.relu(1 - right).mean() + F.relu(1 + wrong).mean() / 2
        return music, picture + F.relu(1 + others).mean() / 2


def _conditioning(batch: RollBatch, drawn: NDArray[np.bool_]) -> tuple[Tensor, Tensor]:
    sketch, around = conditioning(
        batch.harmony, batch.ink.astype(np.float32), drawn.astype(np.float32)
    )
    return torch.from_numpy(sketch), torch.from_numpy(around)


def _certain(batch: RollBatch) -> Tensor:
    """What each key does, ``float[n, 88, 64, 3]``, 1 for what it does."""
    return F.one_hot(torch.from_numpy(batch.states.astype(np.int64)), 3).float()


def _drawn(logits: Tensor) -> Tensor:
    """The same, drawn by chance, with the chances' gradient."""
    return F.gumbel_softmax(logits.permute(0, 2, 3, 1), hard=True)


def _planes(states: Tensor) -> Tensor:
    """Where notes are struck and where they sound, ``[n, 2, 88, 64]``, 1 or 0."""
    return torch.stack([states[..., STRUCK], states[..., HELD] + states[..., STRUCK]], dim=1)


def _downwards(roll: Tensor) -> Tensor:
    """Keys from the highest down, as the discriminator knows them."""
    return roll.flip(2)


def _apart(real: Tensor, generated: Tensor) -> float:
    """Share of the pairs of a song and a generated window of which the song is judged higher."""
    return float((real[:, None] > generated).float().mean())


def _surprise(logits: Tensor, batch: RollBatch) -> Tensor:
    """Nats a bar of the songs under what is generated."""
    states = torch.from_numpy(batch.states.astype(np.int64))
    surprise: Tensor = F.cross_entropy(logits, states)
    return surprise * (KEYS * logits.shape[-1] / BARS)

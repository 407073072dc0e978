"""Songs beside what the engine plays → the discriminator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.corpora.dataset import TokenPiece
from mididraw.models import discriminator
from mididraw.models.discriminator import Discriminator
from mididraw.models.music_embedding import KEYS, Notes, notes_of
from mididraw.models.pocket.tokens import decode
from mididraw.models.source import Source
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR, Score

STEPS = 400
_SONGS, _PER_SONG, _FEWEST_BARS = 400, 8, 8
_BATCH, _RATE, _DECAY = 128, 1e-3, 0.01

Rolls = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How well songs and engine are told apart, as shares of the bars, both sides counted alike.

    Attributes:
        accuracy: bars that are judged rightly.
        songs, engine: the same of either side.
    """

    accuracy: float
    songs: float
    engine: float


def rolls_of(notes: Notes, bars: Sequence[int]) -> Rolls:
    """Lay out bars and those before them, ``float32[n, 2, 88, 32]``, keys from the highest down."""
    length = discriminator.STEPS
    rolls = np.zeros((len(bars), 2, KEYS, length), np.float32)
    for roll, bar in zip(rolls, bars, strict=True):
        first = bar * STEPS_PER_BAR - (length - STEPS_PER_BAR)
        for onset, end, pitch in notes:
            start, stop = max(onset - first, 0), min(end - first, length)
            if start < stop and LOWEST_KEY <= pitch <= HIGHEST_KEY:
                roll[1, HIGHEST_KEY - pitch, start:stop] = 1.0
                if onset >= first:
                    roll[0, HIGHEST_KEY - pitch, start] = 1.0
    return rolls


def bars_of(scores: Iterable[Score]) -> Rolls:
    """Lay out every bar of pieces."""
    return np.concatenate([rolls_of(notes_of(score), range(score.bars)) for score in scores])


def bars_of_songs(pieces: Sequence[TokenPiece], seed: int = 0) -> Rolls:
    """Lay out eight bars of each of up to 400 parts of POP909's songs, chosen by chance."""
    random = np.random.default_rng(seed)
    pop = [piece for piece in pieces if piece.source is Source.POP]
    found = []
    for index in random.permutation(len(pop))[:_SONGS]:
        score = decode(pop[int(index)].tokens.tolist())
        if score.bars >= _FEWEST_BARS:
            bars = random.choice(score.bars, _PER_SONG, replace=False).tolist()
            found.append(rolls_of(notes_of(score), bars))
    return np.concatenate(found)


def train_discriminator(
    songs: Rolls, engine: Rolls, steps: int, seed: int = 0, start: Discriminator | None = None
) -> Discriminator:
    """Train it on as many bars of either side a step, each transposed by chance.

    Args:
        songs: bars of songs, ``float32[n, 2, 88, 32]``.
        engine: bars of the engine's, of the same shape.
        steps: of 128 bars.
        seed: of all chance.
        start: what it goes on from.
    """
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model = start or Discriminator()
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=_DECAY)
    wanted = torch.cat([torch.ones(_BATCH // 2), torch.zeros(_BATCH // 2)])
    model.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * min((steps - step) / (0.5 * steps), 1.0)
        batch = np.concatenate(
            [side[random.integers(len(side), size=_BATCH // 2)] for side in (songs, engine)]
        )
        moved = np.stack([np.roll(one, random.integers(-6, 7), axis=1) for one in batch])
        loss = F.binary_cross_entropy_with_logits(model(torch.from_numpy(moved)), wanted)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return model.eval()


@torch.inference_mode()
def tell(model: Discriminator, songs: Rolls, engine: Rolls) -> Discrimination:
    """Measure how many bars of either side are judged rightly."""
    right = [
        float(((model(torch.from_numpy(side)) > 0) == real).float().mean())
        for side, real in ((songs, True), (engine, False))
    ]
    return Discrimination(sum(right) / 2, *right)

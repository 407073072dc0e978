"""Train the model of columns on the shared bars: a few minutes on one core."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mididraw.bars.library import NO_CHORD, Library, library
from mididraw.harmony import PITCH_CLASSES, QUALITIES, Chord, Key, Mode
from mididraw.models.columns.features import FEATURES, HELD, KEYS, STRUCK, harmony, seen
from mididraw.models.columns.model import WIDTH
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR
from mididraw.training.bar_networks import Losses
from mididraw.training.rolls import HELD_OUT, USUAL

STEPS = 220
_BARS, _BATCH, _RATE = 4, 8, 6e-3
_HELD_OUT = 16
_BITS = "bits a column"


class ColumnsNetwork(nn.Module):
    """One recurrent network for every key, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.into = nn.Linear(FEATURES, WIDTH)
        self.cell = nn.GRU(WIDTH, WIDTH, batch_first=True)
        self.out = nn.Linear(WIDTH, 3)
        self.out.bias.data = torch.tensor(USUAL).log()

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits, ``[batch, steps, 88, 3]``, of features ``[batch, steps, 88, FEATURES]``."""
        batch, steps = features.shape[:2]
        by_key = self.into(features).relu().transpose(1, 2).reshape(batch * KEYS, steps, WIDTH)
        hidden, _ = self.cell(by_key)
        logits: torch.Tensor = self.out(hidden)
        return logits.reshape(batch, KEYS, steps, 3).transpose(1, 2)


def excerpt(known: Library, first: int, up: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Columns of bars that follow one another, with one silent before, and their harmony."""
    columns = np.zeros((1 + _BARS * STEPS_PER_BAR, KEYS), np.uint8)
    harmonies = []
    for place in range(_BARS):
        bar = first + place
        for n in range(int(known.first[bar]), int(known.first[bar + 1])):
            key = int(known.pitch[n]) + up - LOWEST_KEY
            start = 1 + place * STEPS_PER_BAR + int(known.onset[n])
            if 0 <= key <= HIGHEST_KEY - LOWEST_KEY:
                columns[start : start + int(known.duration[n]), key] = HELD
                if known.velocity[n]:
                    columns[start, key] = STRUCK
        number = int(known.keys[bar])
        mode = Mode.MINOR if number >= PITCH_CLASSES else Mode.MAJOR
        key_here = Key((number + up) % PITCH_CLASSES, mode)
        for half in range(2):
            chord = _chord(int(known.chords[bar, half]), up)
            harmonies += [harmony(chord, key_here)] * (STEPS_PER_BAR // 2)
    return columns, np.stack(harmonies)


def _chord(number: int, up: int) -> Chord | None:
    if number == NO_CHORD:
        return None
    quality, root = divmod(number, PITCH_CLASSES)
    return Chord((root + up) % PITCH_CLASSES, list(QUALITIES)[quality])


class ColumnsLesson:
    """Batches of four bars."""

    def __init__(self, steps: int, seed: int = 1) -> None:
        """Begin with random weights."""
        torch.manual_seed(seed)
        self.network = ColumnsNetwork()
        self._random, self._known = np.random.default_rng(seed), library()
        known, last = self._known, _BARS - 1
        follows = (known.song[last:] == known.song[:-last]) & (
            known.place[last:] == known.place[:-last] + last
        )
        starts = np.flatnonzero(follows)
        held = known.song[starts] % HELD_OUT == HELD_OUT - 1
        self._learned = starts[~held]
        self._held = np.random.default_rng(0).choice(starts[held], _HELD_OUT)
        self._optimizer = torch.optim.Adam(self.network.parameters(), _RATE)
        self._rate = torch.optim.lr_scheduler.OneCycleLR(self._optimizer, _RATE, steps + 1)

    def step(self, done: float) -> Losses:  # noqa: ARG002 -- the same from beginning to end
        """Take one step of training."""
        starts = self._random.choice(self._learned, _BATCH)
        loss = self._loss(starts, self._random.integers(-6, 6, _BATCH))
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self._rate.step()
        return {_BITS: float(loss.detach())}

    @torch.no_grad()
    def measure(self) -> Losses:
        """Measure it on songs that it was not trained on, as they are."""
        return {_BITS: float(self._loss(self._held, np.zeros(_HELD_OUT, np.int64)))}

    def _loss(self, starts: NDArray[np.int64], ups: NDArray[np.int64]) -> torch.Tensor:
        parts = [
            excerpt(self._known, start, up)
            for start, up in zip(starts.tolist(), ups.tolist(), strict=True)
        ]
        columns = np.stack([one for one, _ in parts])
        features = seen(columns[:, :-1], np.stack([two for _, two in parts]))
        logits = self.network(torch.from_numpy(features))
        target = torch.from_numpy(columns[:, 1:].astype(np.int64))
        loss = nn.functional.cross_entropy(logits.reshape(-1, 3), target.reshape(-1))
        return loss * (KEYS / float(np.log(2)))

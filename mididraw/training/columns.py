"""Train the model of columns on the shared bars.

Run as ``python -m mididraw.training.columns [STEPS]``: a few minutes on one core.
"""

import sys

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mididraw.bars.library import NO_CHORD, Library, library
from mididraw.harmony import PITCH_CLASSES, QUALITIES, Chord, Key, Mode
from mididraw.models.columns.features import FEATURES, HELD, KEYS, STRUCK, harmony, seen
from mididraw.models.columns.model import WEIGHTS, WIDTH
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR

_BARS, _BATCH, _RATE, _STEPS = 4, 8, 6e-3, 220


class ColumnsNetwork(nn.Module):
    """One recurrent network for every key, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.into = nn.Linear(FEATURES, WIDTH)
        self.cell = nn.GRU(WIDTH, WIDTH, batch_first=True)
        self.out = nn.Linear(WIDTH, 3)
        # What keys do most of the time need not be learned.
        self.out.bias.data = torch.tensor([0.957, 0.033, 0.010]).log()

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


def main() -> None:
    """Train, and write the weights beside :mod:`mididraw.models.columns`."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    random, known = np.random.default_rng(1), library()
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else _STEPS
    last = _BARS - 1
    follows = (known.song[last:] == known.song[:-last]) & (
        known.place[last:] == known.place[:-last] + last
    )
    starts = np.flatnonzero(follows)
    network = ColumnsNetwork()
    optimiser = torch.optim.Adam(network.parameters(), _RATE)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, steps)
    for step in range(steps):
        parts = [
            excerpt(known, int(start), int(up))
            for start, up in zip(
                random.choice(starts, _BATCH), random.integers(-6, 6, _BATCH), strict=True
            )
        ]
        columns = np.stack([one for one, _ in parts])
        features = seen(columns[:, :-1], np.stack([two for _, two in parts]))
        logits = network(torch.from_numpy(features))
        target = torch.from_numpy(columns[:, 1:].astype(np.int64))
        loss = nn.functional.cross_entropy(logits.reshape(-1, 3), target.reshape(-1))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        plan.step()
        if step % 10 == 0 or step == steps - 1:
            bits = float(loss.detach()) * KEYS / float(np.log(2))
            print(f"step {step}: {bits:.2f} bits a column", flush=True)  # noqa: T201
    weights = {
        name: value.numpy().astype(np.float16) for name, value in network.state_dict().items()
    }
    np.savez(WEIGHTS, **weights)


if __name__ == "__main__":
    main()

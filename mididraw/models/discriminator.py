"""Two bars of notes → how much they look like a song's rather than like what our engine plays.

A small convolutional network on the piano roll, the discriminator of Goodfellow et al. (2014) with
an engine in the generator's place (see ``DISCRIMINATOR.md`` beside this file).
"""

from functools import cache
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from mididraw.errors import unread
from mididraw.score import STEPS_PER_BAR

WEIGHTS = Path(__file__).with_name("discriminator.safetensors")
"""The weights that we ship."""

STEPS = 2 * STEPS_PER_BAR
"""Length of what is judged: a bar, and the one before it."""
_CHANNELS = (2, 16, 32, 64)
_KIND = "mididraw discriminator 1"


class Discriminator(nn.Module):
    """Piano rolls → logits."""

    def __init__(self) -> None:
        """Make it with random weights."""
        super().__init__()
        layers: list[nn.Module] = []
        for size, one, other in zip((5, 3, 3), _CHANNELS, _CHANNELS[1:], strict=False):
            layers += [nn.Conv2d(one, other, size, 2, size // 2), nn.LeakyReLU(0.1)]
        self.layers = nn.Sequential(*layers)
        self.out = nn.Linear(2 * _CHANNELS[-1], 1)

    def forward(self, rolls: Tensor) -> Tensor:
        """Tell how much rolls are like a song's.

        Args:
            rolls: ``float[n, 2, 88, 32]``: where notes begin and where they sound, keys in either
                direction as in training, which is from the highest down.

        Returns:
            ``float[n]``, the log of the odds that it is a song's.
        """
        found = self.layers(rolls)
        found = torch.cat([found.mean(dim=(2, 3)), found.amax(dim=(2, 3))], dim=1)
        logits: Tensor = self.out(found)[:, 0]
        return logits


def save(model: Discriminator, path: Path) -> None:
    """Write weights in half precision."""
    weights = {name: value.half().contiguous() for name, value in model.state_dict().items()}
    partial = path.with_suffix(".part")
    save_file(weights, partial, {"kind": _KIND})
    partial.replace(path)


@cache
def load(path: Path = WEIGHTS) -> Discriminator:
    """Read weights.

    Raises:
        ModelError: the file is missing, damaged, or holds something else.
    """
    model = Discriminator()
    try:
        with safe_open(path, framework="pt") as file:
            if (file.metadata() or {}).get("kind") != _KIND:
                raise unread(path)
            names = file.keys()
            model.load_state_dict({name: file.get_tensor(name).float() for name in names})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise unread(path) from error
    return model.eval()

"""Music → the style that it sounds like: a linear readout of the embedding of music."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.errors import unread
from mididraw.harmony import Style
from mididraw.models.music_embedding import DIMENSIONS, STEPS, Embeddings, embed_scores
from mididraw.score import Score

WEIGHTS = Path(__file__).with_name("sounds_like.json")
"""The readout that we ship; see ``MUSIC_EMBEDDING.md`` beside it."""

STYLES = (Style.POP, Style.FOLK, Style.CLASSICAL, Style.GAME)
"""What is told apart: a row of the readout each."""

_SURE = 0.9
"""A style that is less likely is not told."""
_DECAY = 1e-3
_ITERATIONS = 200
_DIGITS = 4


@dataclass(frozen=True, slots=True, eq=False)
class StyleReadout:
    """A song's mean point → the logits of the styles.

    Attributes:
        weight: ``float32[styles, 64]``.
        bias: ``float32[styles]``.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def style_of(self, point: NDArray[np.float32]) -> Style | None:
        """Tell the style of a point, ``float32[64]``; None where none is likely enough."""
        odds = np.exp(self.weight @ point + self.bias)
        likeliest = int(odds.argmax())
        return STYLES[likeliest] if odds[likeliest] >= _SURE * odds.sum() else None

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        parts = {"weight": self.weight, "bias": self.bias}
        rows = {name: part.astype(float).round(_DIGITS).tolist() for name, part in parts.items()}
        path.write_text(json.dumps(rows) + "\n")


def style_like(score: Score) -> Style | None:
    """Tell the style that music sounds like; None where it is too short or like none enough.

    Raises:
        ModelError: our weights cannot be read.
    """
    if score.steps < STEPS:
        return None
    points = embed_scores([score])[0]
    return load().style_of(points.mean(axis=0)) if len(points) else None


def fit(points: Embeddings, styles: Sequence[Style]) -> StyleReadout:
    """Fit a readout by logistic regression, every style weighing the same.

    Args:
        points: the mean point of each song, ``float32[songs, 64]``.
        styles: of each song.
    """
    labels = torch.tensor([STYLES.index(style) for style in styles])
    share = 1 / torch.bincount(labels, minlength=len(STYLES)).clamp(min=1)[labels]
    share = share / share.sum()
    weight = torch.zeros(len(STYLES), DIMENSIONS, requires_grad=True)
    bias = torch.zeros(len(STYLES), requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=_ITERATIONS)
    known = torch.from_numpy(points)

    def loss() -> float:
        optimizer.zero_grad()
        apart = F.cross_entropy(known @ weight.T + bias, labels, reduction="none")
        found = (apart * share).sum() + _DECAY * weight.square().sum()
        found.backward()  # type: ignore[no-untyped-call]
        return float(found.detach())

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return StyleReadout(weight.detach().numpy(), bias.detach().numpy())


@cache
def load(path: Path = WEIGHTS) -> StyleReadout:
    """Read a readout.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        rows = json.loads(path.read_text())
        weight, bias = (np.array(rows[name], np.float32) for name in ("weight", "bias"))
        weight = weight.reshape(len(STYLES), DIMENSIONS)
        return StyleReadout(weight, bias.reshape(len(STYLES)))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise unread(path) from error

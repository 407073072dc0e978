"""How well a pocket model foresees music: bits a token and bits a note."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.corpora.dataset import HEADER
from mididraw.models.pocket import vocabulary as v
from mididraw.models.transformer import Transformer


@dataclass(frozen=True, slots=True)
class CrossEntropy:
    """What a model still has to be told of music that it was not trained on.

    Attributes:
        bits_per_token, bits_per_note: all tokens' bits, over tokens or over notes.
    """

    bits_per_token: float
    bits_per_note: float


@torch.inference_mode()
def cross_entropy(model: Transformer, excerpts: Iterable[NDArray[np.uint16]]) -> CrossEntropy:
    """Measure how well music is foreseen, header excepted; not a number where there is none."""
    device = next(model.parameters()).device
    bits = tokens = notes = 0.0
    was_training = model.training
    model.eval()
    for excerpt in excerpts:
        row = torch.from_numpy(excerpt.astype(np.int64)).to(device)[None]
        logits = model(row[:, :-1]).float()[0, HEADER - 1 :]
        targets = row[0, HEADER:]
        bits += float(F.cross_entropy(logits, targets, reduction="sum")) / math.log(2)
        tokens += len(targets)
        notes += int(((targets >= v.PITCH.first) & (targets < v.PITCH.stop)).sum())
    model.train(was_training)
    return CrossEntropy(bits / tokens, bits / notes) if notes else CrossEntropy(math.nan, math.nan)

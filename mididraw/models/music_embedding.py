"""Four bars of notes → a point: what sounds like the same song lies close, whatever its key.

A small convolutional network on the piano roll, trained to tell songs apart (see
``MUSIC_EMBEDDING.md`` beside this file). Distances between such points hear pitches, which those
between sounds hardly do.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from mididraw.errors import unread
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR, Score

WEIGHTS = Path(__file__).with_name("music_embedding.safetensors")
"""The weights that we ship."""

STEPS = 4 * STEPS_PER_BAR
"""Length of what is embedded."""
KEYS = HIGHEST_KEY - LOWEST_KEY + 1
DIMENSIONS = 64
_HOP = 2 * STEPS_PER_BAR
_FEWEST_NOTES = 4
_KIND = "mididraw music embedding 1"

Embeddings = NDArray[np.float32]
"""Points, one a row, ``float32[n, 64]``."""

Notes = NDArray[np.int64]
"""Onset and end in steps and MIDI pitch, one note a row, ``int64[n, 3]``."""


class MusicEmbedding(nn.Module):
    """Piano rolls → points."""

    def __init__(self, width: int = 32) -> None:
        """Make it; the layers have ``width`` times 1, 2, 4 and 6 channels."""
        super().__init__()
        self.width = width
        channels = (2, width, 2 * width, 4 * width, 6 * width)
        kernels = ((5, 5, 2), (3, 3, 2), (3, 3, 2), (3, 3, 1))
        layers: list[nn.Module] = []
        for (high, wide, stride), one, other in zip(kernels, channels, channels[1:], strict=False):
            layers += [
                nn.Conv2d(one, other, (high, wide), stride, (high // 2, wide // 2), bias=False),
                nn.BatchNorm2d(other),
                nn.ReLU(),
            ]
        self.layers = nn.Sequential(*layers)
        self.time = nn.Conv1d(2 * channels[-1], channels[-1], 3, padding=1)
        self.out = nn.Linear(2 * channels[-1], DIMENSIONS)

    def forward(self, rolls: Tensor) -> Tensor:
        """Embed rolls.

        Args:
            rolls: ``float[n, 2, 88, 64]``, from :func:`rolls_of`.

        Returns:
            ``float[n, 64]``, points at distance 8 from the origin.
        """
        found = self.layers(rolls)
        found = torch.cat([found.mean(dim=2), found.amax(dim=2)], dim=1)
        found = torch.relu(self.time(found))
        found = self.out(torch.cat([found.mean(dim=2), found.amax(dim=2)], dim=1))
        points: Tensor = nn.functional.normalize(found, dim=1) * DIMENSIONS**0.5
        return points


def notes_of(score: Score) -> Notes:
    """The notes of all tuned tracks, in order of onset."""
    rows = [
        (note.onset, note.end, note.pitch)
        for track in score.tracks
        if not track.drums
        for note in track.notes
        if LOWEST_KEY <= note.pitch <= HIGHEST_KEY
    ]
    return np.array(sorted(rows), np.int64).reshape(-1, 3)


def rolls_of(excerpts: Sequence[Notes]) -> NDArray[np.float32]:
    """Lay excerpts out, ``float32[n, 2, 88, 64]``: where notes begin, and where they sound.

    Args:
        excerpts: their notes, counted from where each begins; what lies outside is left out.
    """
    count = [len(excerpt) for excerpt in excerpts]
    row = np.repeat(np.arange(len(excerpts)), count)
    onset, end, pitch = np.concatenate(excerpts).reshape(-1, 3).T
    inside = (onset >= 0) & (onset < STEPS) & (pitch >= LOWEST_KEY) & (pitch <= HIGHEST_KEY)
    row, onset, key = row[inside], onset[inside], pitch[inside] - LOWEST_KEY
    rolls = np.zeros((len(excerpts), 2, KEYS, STEPS), np.float32)
    rolls[row, 0, key, onset] = 1.0
    change = np.zeros((len(excerpts), KEYS, STEPS + 1), np.int32)
    np.add.at(change, (row, key, onset), 1)
    np.add.at(change, (row, key, np.minimum(end[inside], STEPS)), -1)
    rolls[:, 1] = change[:, :, :-1].cumsum(axis=2) > 0
    return rolls


def cut_notes(notes: Notes, start: int) -> Notes:
    """The notes that begin within four bars from a step on, counted from there."""
    first, last = np.searchsorted(notes[:, 0], (start, start + STEPS))
    return np.asarray(notes[first:last] - np.array([start, start, 0]))


def windows_of(score: Score) -> list[Notes]:
    """Cut a piece into four bars each, two bars apart, without those that are nearly silent."""
    notes = notes_of(score)
    starts = range(0, max(score.steps - STEPS, 0) + 1, _HOP)
    found = [cut_notes(notes, start) for start in starts]
    return [excerpt for excerpt in found if len(excerpt) >= _FEWEST_NOTES]


@torch.inference_mode()
def embed_excerpts(model: MusicEmbedding, excerpts: Sequence[Notes]) -> Embeddings:
    """Embed excerpts, ``float32[n, 64]``."""
    if not excerpts:
        return np.zeros((0, DIMENSIONS), np.float32)
    model.eval()
    parts = [excerpts[place : place + 64] for place in range(0, len(excerpts), 64)]
    found = [model(torch.from_numpy(rolls_of(part))) for part in parts]
    return np.asarray(torch.cat(found).numpy())


def embed_scores(scores: Iterable[Score], model: MusicEmbedding | None = None) -> list[Embeddings]:
    """Embed every four bars of pieces, two bars apart, one ``float32[windows, 64]`` a piece.

    Raises:
        ModelError: our weights cannot be read.
    """
    network = model or load()
    return [embed_excerpts(network, windows_of(score)) for score in scores]


def save(model: MusicEmbedding, path: Path) -> None:
    """Write weights in half precision."""
    weights = {name: value.half().contiguous() for name, value in model.state_dict().items()}
    partial = path.with_suffix(".part")
    save_file(weights, partial, {"kind": _KIND, "width": json.dumps(model.width)})
    partial.replace(path)


@cache
def load(path: Path = WEIGHTS) -> MusicEmbedding:
    """Read weights.

    Raises:
        ModelError: the file is missing, damaged, or holds something else.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            if about.get("kind") != _KIND:
                raise unread(path)
            model = MusicEmbedding(int(about["width"]))
            own = model.state_dict()
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        model.load_state_dict({name: found[name].to(own[name].dtype) for name in own})
    except (OSError, SafetensorError, LookupError, ValueError, RuntimeError) as error:
        raise unread(path) from error
    return model.eval()

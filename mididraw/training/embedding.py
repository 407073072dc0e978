"""Songs → the embedding of music, by contrast; to be broken off and resumed at any moment."""

import pickle
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.corpora.note_songs import NoteSong, changed, revoiced, scrambled, thinned, transposed
from mididraw.errors import ModelError
from mididraw.models.music_embedding import (
    DIMENSIONS,
    MusicEmbedding,
    Notes,
    embed_excerpts,
    rolls_of,
    save,
)
from mididraw.training.train import faster_in_half

CHECKPOINT, WEIGHTS = "embedding.pt", "music_embedding.safetensors"
STEPS = 1500
_SONGS, _SCRAMBLED = 160, 40
"""A batch: so many songs by two excerpts each, and so many excerpts with random pitches."""
_RATE, _DECAY, _WARMUP = 2e-3, 0.02, 50
_TEMPERATURE = 0.1
_SAME = 0.5
"""Share of the pairs that are one excerpt, changed twice; the others are two of the song's."""
_SAVE_EVERY = 50

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ranks:
    """How often the right song of all comes first.

    Attributes:
        songs: how many there are to choose from.
        transposed, revoiced, thinned, shifted: for an excerpt changed so, by one excerpt a song.
        changed: for an excerpt changed in all these ways by chance, as in training.
        other: for an excerpt, by all others of each song.
    """

    songs: int
    transposed: float
    revoiced: float
    thinned: float
    shifted: float
    changed: float
    other: float

    def as_json(self) -> dict[str, object]:
        """All figures, for JSON."""
        return asdict(self)


class EmbeddingTrainer:
    """The network, its optimizer and where they are."""

    def __init__(self, steps: int = STEPS, seed: int = 1) -> None:
        torch.manual_seed(seed)
        self.steps, self.step = steps, 0
        self.model = MusicEmbedding()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=_RATE, weight_decay=_DECAY)
        self.half = faster_in_half(torch.device("cpu"))
        self.random = np.random.default_rng(seed)
        self.history: list[float] = []

    def run(self, songs: Sequence[NoteSong], out: Path, tell: Callable[[int, float], None]) -> None:
        """Train to the last step; ``tell`` is told every step and its loss in nats.

        Raises:
            ModelError: there are not two songs.
        """
        if len(songs) < 2:
            raise ModelError("training-data-empty", "There is no music to learn from.")
        while self.step < self.steps:
            loss = self._learn(songs)
            self.step += 1
            self.history.append(loss)
            tell(self.step, loss)
            if self.step % _SAVE_EVERY == 0 or self.step == self.steps:
                self.save(out)

    def _learn(self, songs: Sequence[NoteSong]) -> float:
        share = min((self.step + 1) / _WARMUP, (self.steps - self.step) / (0.7 * self.steps), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = _RATE * share
        rolls = torch.from_numpy(rolls_of(self._batch(songs)))
        self.model.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            points = self.model(rolls)
        points = points.float() / DIMENSIONS**0.5
        loss = contrast(points, min(_SONGS, len(songs)))
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def _batch(self, songs: Sequence[NoteSong]) -> list[Notes]:
        """Two excerpts of every song, the first of all and then the second, and the scrambled."""
        random = self.random
        count = min(_SONGS, len(songs))
        pairs = []
        for index in random.choice(len(songs), count, replace=False):
            song = songs[int(index)]
            one, other = (song.starts[int(random.integers(len(song.starts)))] for _ in range(2))
            places = (one, one if random.random() < _SAME else other)
            pairs.append([changed(song, place, random) for place in places])
        ones, others = (list(side) for side in zip(*pairs, strict=True))
        return [*ones, *others, *(scrambled(one, random) for one in ones[:_SCRAMBLED])]

    def save(self, out: Path) -> None:
        """Write the checkpoint, and the weights as they are shipped."""
        out.mkdir(parents=True, exist_ok=True)
        partial = out / (CHECKPOINT + ".part")
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "random": self.random.bit_generator.state,
            "history": self.history,
        }
        torch.save(state, partial)
        partial.replace(out / CHECKPOINT)
        save(self.model, out / WEIGHTS)

    def resume(self, out: Path) -> None:
        """Go on where a checkpoint left off.

        Raises:
            ModelError: the checkpoint is damaged.
        """
        path = out / CHECKPOINT
        try:
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.random.bit_generator.state = state["random"]
            self.step, self.history = state["step"], state["history"]
        except (
            OSError,
            EOFError,
            LookupError,
            ValueError,
            RuntimeError,
            pickle.UnpicklingError,
        ) as error:
            raise ModelError(
                "training-state-damaged", "{path} is damaged: remove it to begin anew.", path=path
            ) from error


def contrast(points: Tensor, songs: int) -> Tensor:
    """The normalised cross entropy of telling each excerpt's pair from all else (Chen et al. 2020).

    Args:
        points: of length 1, ``float[n, d]``: one excerpt of every song, another of every song, and
            excerpts that are nobody's pair.
        songs: how many songs there are.
    """
    likeness = points[: 2 * songs] @ points.T / _TEMPERATURE
    likeness = likeness - 1e9 * torch.eye(2 * songs, len(points))
    pair = torch.arange(2 * songs).roll(songs)
    return F.cross_entropy(likeness, pair)


def rank_songs(model: MusicEmbedding, songs: Sequence[NoteSong], seed: int = 0) -> Ranks:
    """Measure how often the right one of songs comes first, one query a song."""
    random = np.random.default_rng(seed)
    places = [song.starts[int(random.integers(len(song.starts)))] for song in songs]
    plain = [song.excerpt(place) for song, place in zip(songs, places, strict=True)]
    stored = embed_excerpts(model, plain)
    own = np.arange(len(songs))

    def first(queries: list[Notes]) -> float:
        likeness = embed_excerpts(model, queries) @ stored.T
        return float((likeness.argmax(axis=1) == own).mean())

    every = [
        (index, song.excerpt(start))
        for index, (song, place) in enumerate(zip(songs, places, strict=True))
        for start in song.starts
        if start[0] != place[0] or abs(start[1] - place[1]) >= 64
    ]
    owners = np.array([index for index, _ in every])
    likeness = stored @ embed_excerpts(model, [excerpt for _, excerpt in every]).T
    return Ranks(
        songs=len(songs),
        transposed=first([transposed(notes, random) for notes in plain]),
        revoiced=first([revoiced(notes, random) for notes in plain]),
        thinned=first([thinned(notes, random) for notes in plain]),
        shifted=first(
            [
                song.excerpt(place, int(random.integers(-8, 9)))
                for song, place in zip(songs, places, strict=True)
            ]
        ),
        changed=first(
            [changed(song, place, random) for song, place in zip(songs, places, strict=True)]
        ),
        other=float((owners[likeness.argmax(axis=1)] == own).mean()),
    )

"""Held-out figures of a pocket model: how well it foresees music, and how its own compares."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from mididraw.corpora.dataset import HEADER, Dataset, TokenPiece, transposed, windows
from mididraw.evaluation.measures.copying import KnownSongs, copied_share
from mididraw.evaluation.measures.cross_entropy import cross_entropy
from mididraw.evaluation.measures.musicality import Musicality, average, musicality
from mididraw.evaluation.measures.ngram import NGram
from mididraw.harmony import Key
from mididraw.models.compose import ComposeOptions, compose
from mididraw.models.music_embedding import embed_scores
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.model import load
from mididraw.models.pocket.pocket import Pocket
from mididraw.models.pocket.tokens import decode
from mididraw.models.source import Source
from mididraw.models.transformer import as_module
from mididraw.score import Score, Track

SAMPLES, BARS = 50, 16
_ORDER = 5
_STUCK = 0.5  # share of one pitch from which a piece counts as stuck on it


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured.

    Attributes:
        bits_per_note, baseline_bits_per_note: of the model and of a Kneser–Ney 5-gram that saw
            the same songs, all in one key, on the same validation songs.
        own, real: 50 pieces of 16 bars by the model, and validation music in parts as long.
        silent, stuck: how many of the 50 have no note, or are half one pitch.
        longest_copy: the longest run of bars that any of them shares with a training song.
        real_longest_copy: the same of the validation parts.
        copied: share of their excerpts of four bars that sound as like a training song's as one in
            a hundred of the validation songs' does.
    """

    bits_per_note: float
    baseline_bits_per_note: float
    own: Musicality
    real: Musicality
    silent: int
    stuck: int
    longest_copy: int
    real_longest_copy: int
    copied: float

    def as_json(self) -> dict[str, object]:
        """All figures, for JSON."""
        return asdict(self)


def report(weights: Path, dataset: Dataset, tell: Callable[[str], None]) -> Report:
    """Measure weights against the validation songs; takes minutes.

    Args:
        weights: the model's file.
        dataset: what it was trained on and what it was not.
        tell: told of every part before it begins.

    Raises:
        ModelError: the weights cannot be read.
    """
    model = Pocket(load(weights))
    tell("held-out songs")
    excerpts = windows(dataset.validation, model.transformer.shape.context)
    held = cross_entropy(as_module(model.transformer), excerpts)
    tell("5-gram")
    baseline = _baseline(dataset)
    tell("samples")
    real = [part for piece in dataset.validation for part in _parts(piece)]
    random = np.random.default_rng(0)
    prompts = [_silent(real[int(place)]) for place in random.choice(len(real), SAMPLES)]
    own = compose(model, [(prompt, Source.POP) for prompt in prompts], ComposeOptions(BARS, seed=1))
    tell("copies")
    songs = [decode(piece.tokens.tolist()) for piece in dataset.train]
    known = KnownSongs(songs)
    figures = [musicality(piece) for piece in own]
    return Report(
        bits_per_note=held.bits_per_note,
        baseline_bits_per_note=baseline,
        own=average(own),
        real=average(real),
        silent=sum(one.notes_per_bar == 0 for one in figures),
        stuck=sum(_is_stuck(piece) for piece in own),
        longest_copy=max(known.longest_shared(piece) for piece in own),
        real_longest_copy=max(known.longest_shared(piece) for piece in real),
        copied=copied_share(embed_scores(own), embed_scores(real), embed_scores(songs)),
    )


def _baseline(dataset: Dataset) -> float:
    """Bits a note of the 5-gram; everything in C or A minor is the best that it can get."""
    model = NGram(_ORDER, v.SIZE)
    model.learn(_in_one_key(piece) for piece in dataset.train)
    bits = notes = 0.0
    for piece in dataset.validation:
        tokens = _in_one_key(piece)
        bits += model.bits(tokens, HEADER)
        notes += sum(token in v.PITCH for token in tokens)
    return bits / notes


def _in_one_key(piece: TokenPiece) -> list[int]:
    key = v.KEYS[int(piece.tokens[2]) - v.KEY.first]
    home = Key(0) if key.mode == Key(0).mode else Key(9, key.mode)
    return [int(t) for t in transposed(piece.tokens, (home.tonic - key.tonic + 6) % 12 - 6)]


def _parts(piece: TokenPiece) -> list[Score]:
    """The piece in parts of 16 bars; what is left over is dropped."""
    score = decode(piece.tokens.tolist())
    ends = range(score.bars, BARS - 1, -BARS)
    parts = [_first(score, bars).last(BARS) for bars in ends]
    return [part for part in parts if any(track.notes for track in part.tracks)]


def _first(score: Score, bars: int) -> Score:
    end = bars * 16
    return Score(
        tuple(
            Track(track.name, track.program, tuple(n for n in track.notes if n.onset < end))
            for track in score.tracks
        ),
        bars,
        score.tempo,
        score.key,
    )


def _silent(score: Score) -> Score:
    """Key and tempo alone."""
    return Score(
        tuple(Track(track.name, track.program, ()) for track in score.tracks),
        1,
        score.tempo,
        score.key,
    )


def _is_stuck(score: Score) -> bool:
    pitches = [note.pitch for track in score.tracks for note in track.notes]
    return bool(pitches) and max(map(pitches.count, set(pitches))) > _STUCK * len(pitches)

"""Token sequences → batches of excerpts, each a little changed."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mididraw.corpora.dataset import HEADER, TokenPiece, Tokens, bar_starts, transposed
from mididraw.models.pocket import vocabulary as v
from mididraw.options import HIGHEST_KEY, LOWEST_KEY

_PLANNED, _PLAIN = 0.5, 0.25
"""Shares of the excerpts that begin with their plan, and whose bars say nothing of themselves."""


def batches(
    pieces: tuple[TokenPiece, ...], context: int, size: int, random: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Draw augmented excerpts without end.

    A piece is drawn by the root of its length, an excerpt starts at a bar with the piece's
    header, is transposed by -6 to 5 semitones as far as it stays within the keys, played up to
    one level louder or softer, and its tempo is moved by up to one class. Half of them begin with
    their plan, and the bars of a quarter say no more than their meter.

    Yields:
        ``int64[size, context + 1]``, padded with ``PAD``.
    """
    chances = np.sqrt([len(piece.tokens) for piece in pieces])
    chances /= chances.sum()
    while True:
        batch = np.full((size, context + 1), v.PAD, np.int64)
        for row in batch:
            piece = pieces[int(random.choice(len(pieces), p=chances))]
            excerpt = augmented(_excerpt(piece.tokens, context + 1, random), random)
            excerpt = _conditioned(excerpt, random)[: context + 1]
            row[: len(excerpt)] = excerpt
        yield batch


def _excerpt(tokens: Tokens, length: int, random: np.random.Generator) -> Tokens:
    bars = bar_starts(tokens)
    # Up to the first bar from which all the rest fits, so that endings are learned too.
    rest = len(tokens) - (length - HEADER)
    last = min(int(np.searchsorted(bars, rest)) + 1, len(bars))
    start = int(bars[random.integers(last)])
    return np.concatenate([tokens[:HEADER], tokens[start : start + length - HEADER]])


def _conditioned(tokens: Tokens, random: np.random.Generator) -> Tokens:
    """Tell more or less of what is to come: every bar's first chord, what its rhythm is like."""
    bars = bar_starts(tokens)
    bars = bars[bars + 1 < len(tokens)]
    chords = tokens[bars + 1]
    if random.random() < _PLAIN:
        tokens = tokens.copy()
        every = bar_starts(tokens)
        tokens[every] = [v.plain_bar(int(token)) for token in tokens[every]]
    if random.random() < _PLANNED:
        return np.concatenate([tokens[:HEADER], chords, tokens[HEADER:]])
    return tokens


def augmented(tokens: Tokens, random: np.random.Generator) -> Tokens:
    """Transpose, and move tempo and velocities a little."""
    struck = tokens[(tokens >= v.PITCH.first) & (tokens < v.PITCH.stop)]
    pitches = HIGHEST_KEY - (struck - v.PITCH.first) % v.PITCHES
    down = int(min(6, pitches.min() - LOWEST_KEY)) if len(pitches) else 6
    up = int(min(5, HIGHEST_KEY - pitches.max())) if len(pitches) else 5
    moved = transposed(tokens, int(random.integers(-down, up + 1)))
    levels = len(v.VELOCITIES)
    shapes = (moved >= v.SHAPE.first) & (moved < v.SHAPE.stop)
    duration, level = np.divmod(moved[shapes].astype(np.int64) - v.SHAPE.first, levels)
    level = np.clip(level + random.integers(-1, 2), 0, levels - 1)
    moved[shapes] = v.SHAPE.first + duration * levels + level
    tempo = int(moved[3]) + int(random.integers(-1, 2))
    moved[3] = min(max(tempo, v.TEMPO.first), v.TEMPO.stop - 1)
    return moved

"""Collections → token sequences, cached on disk."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mididraw.corpora.midi_files import read_folder, tunes_of
from mididraw.corpora.pop909 import read_archive, read_song
from mididraw.errors import MidiError
from mididraw.harmony import PITCH_CLASSES, Key
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.tokens import encode
from mididraw.models.source import Source
from mididraw.options import HIGHEST_KEY, LOWEST_KEY

Tokens = NDArray[np.uint16]

HEADER = 4
"""Tokens before the first bar, the plan excepted."""

_COLLECTIONS = {
    "nottingham.tar.gz": Source.FOLK,
    "pianomidi.tar.gz": Source.CLASSICAL,
    "freedoom.tar.gz": Source.GAME,
}
# What decides how music becomes tokens: when it changes, so do the cached ones.
_MADE_BY = (
    "models/source.py",
    "models/pocket/vocabulary.py",
    "models/pocket/tokens.py",
    "corpora/pop909.py",
    "corpora/midi_files.py",
    "harmony/estimate.py",
)


@dataclass(frozen=True, slots=True, eq=False)
class TokenPiece:
    """A piece as tokens, ``uint16[length]``, and its name in its collection."""

    name: str
    tokens: Tokens

    @property
    def source(self) -> Source:
        """The collection it is of."""
        return Source(int(self.tokens[1]) - v.SOURCE.first)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Pieces to learn from and pieces that are only listened to: POP909 songs ending in 9."""

    train: tuple[TokenPiece, ...]
    validation: tuple[TokenPiece, ...]


def shipped(data: Path, cache: Path, tell: Callable[[str], None]) -> Dataset:
    """Read the four collections whose licences allow to ship what is learned from them.

    Args:
        data: the folder with ``pop909.tar.gz``, ``nottingham.tar.gz``, ``pianomidi.tar.gz`` and
            ``freedoom.tar.gz``; those that are missing are left out, POP909 must be there.
        cache: a folder that the tokens are kept in; made anew when their code changes.
        tell: told of every collection before it is read.

    Raises:
        MidiError: there is no POP909.
    """
    if not (data / "pop909.tar.gz").is_file():
        raise MidiError(
            "training-data-missing", "{data} holds no pop909.tar.gz to learn from.", data=data
        )

    def pieces() -> Iterator[TokenPiece]:
        tell("pop909")
        for song in read_archive(data / "pop909.tar.gz"):
            for place, score in enumerate(read_song(song)):
                yield TokenPiece(
                    f"pop909/{song.number}/{place}", _tokens(encode(score, Source.POP))
                )
        for file, source in _COLLECTIONS.items():
            if (data / file).is_file():
                tell(file)
                for name, score in tunes_of(data / file):
                    yield TokenPiece(name, _tokens(encode(score, source)))

    every = _cached(cache, data, pieces)
    validation = tuple(p for p in every if p.name.startswith("pop909") and _number(p).endswith("9"))
    names = {piece.name for piece in validation}
    return Dataset(tuple(piece for piece in every if piece.name not in names), validation)


def own(folder: Path, source: Source = Source.GAME) -> Dataset:
    """Read a host's own MIDI files; every tenth, and at least one of two, is for validation.

    Raises:
        MidiError: none of the files can be learned from.
    """
    pieces = [
        TokenPiece(f"own/{place}", _tokens(encode(score, source)))
        for place, score in enumerate(read_folder(folder))
    ]
    every = min(10, max(len(pieces), 2))
    train = tuple(piece for place, piece in enumerate(pieces) if (place + 1) % every)
    validation = tuple(pieces[every - 1 :: every])
    return Dataset(train, validation)


def transposed(tokens: Tokens, semitones: int) -> Tokens:
    """Move key, chords and pitches by -6 to 6 semitones; pitches must stay within the keys."""
    return _TRANSPOSED[semitones][tokens]


def _transposition(semitones: int) -> Tokens:
    """Where each token goes, ``uint16[SIZE]``."""
    table = np.arange(v.SIZE, dtype=np.uint16)
    for key in v.KEYS:
        moved = Key((key.tonic + semitones) % PITCH_CLASSES, key.mode)
        table[v.key_token(key)] = v.key_token(moved)
    for chord in v.CHORDS:
        if chord is not None:
            moved_chord = type(chord)((chord.root + semitones) % PITCH_CLASSES, chord.quality)
            table[v.chord_token(chord)] = v.chord_token(moved_chord)
    for role in v.Role:
        for pitch in range(LOWEST_KEY, HIGHEST_KEY + 1):
            moved_pitch = min(max(pitch + semitones, LOWEST_KEY), HIGHEST_KEY)
            table[v.pitch_token(pitch, role)] = v.pitch_token(moved_pitch, role)
    return table


_TRANSPOSED = {semitones: _transposition(semitones) for semitones in range(-6, 7)}


def bar_starts(tokens: Tokens) -> NDArray[np.int64]:
    """Where bars begin, ``int64[bars]``."""
    return np.flatnonzero((tokens >= v.BARS.first) & (tokens < v.BARS.stop))


def windows(pieces: Iterable[TokenPiece], context: int) -> Iterator[Tokens]:
    """Cut pieces at bars into pieces of up to ``context + 1`` tokens, each with the header."""
    for piece in pieces:
        bars = bar_starts(piece.tokens)
        start = int(bars[0])
        while start < len(piece.tokens):
            stop = min(start + context + 1 - HEADER, len(piece.tokens))
            whole = bars[(bars > start) & (bars <= stop)]
            # A bar longer than the context is cut within.
            if stop < len(piece.tokens) and len(whole):
                stop = int(whole[-1])
            yield np.concatenate([piece.tokens[:HEADER], piece.tokens[start:stop]])
            start = stop


def _tokens(values: list[int]) -> Tokens:
    return np.array(values, np.uint16)


def _number(piece: TokenPiece) -> str:
    return piece.name.split("/")[1]


def _cached(
    cache: Path, data: Path, pieces: Callable[[], Iterator[TokenPiece]]
) -> list[TokenPiece]:
    package = Path(__file__).parents[1]
    code = b"".join((package / name).read_bytes() for name in _MADE_BY)
    path = cache / f"tokens-{hashlib.sha256(code + str(data).encode()).hexdigest()[:12]}.npz"
    if not path.is_file():
        found = list(pieces())
        cache.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part.npz")
        np.savez_compressed(
            partial,
            names=np.array([piece.name for piece in found]),
            lengths=np.array([len(piece.tokens) for piece in found]),
            tokens=np.concatenate([piece.tokens for piece in found]),
        )
        partial.rename(path)
    with np.load(path) as stored:
        ends = stored["lengths"].cumsum()[:-1]
        parts = np.split(stored["tokens"], ends)
        return [
            TokenPiece(str(name), part) for name, part in zip(stored["names"], parts, strict=True)
        ]

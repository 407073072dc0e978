"""Collections → token sequences, cached on disk; and batches drawn from them."""

import hashlib
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mididraw.errors import MidiError
from mididraw.harmony import PITCH_CLASSES, Key
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.tokens import encode
from mididraw.models.pocket.vocabulary import Source
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.training.midi_files import read_folder, read_tune
from mididraw.training.pop909 import read_archive, read_song

Tokens = NDArray[np.uint16]

HEADER = 4
"""Tokens before the first bar, the plan excepted."""

_PLANNED, _PLAIN = 0.5, 0.25
"""Shares of the excerpts that begin with their plan, and whose bars say nothing of themselves."""

_COLLECTIONS = {
    "nottingham.tar.gz": Source.FOLK,
    "pianomidi.tar.gz": Source.CLASSICAL,
    "freedoom.tar.gz": Source.GAME,
}
# What decides how music becomes tokens: when it changes, so do the cached ones.
_MADE_BY = (
    "models/pocket/vocabulary.py",
    "models/pocket/tokens.py",
    "training/pop909.py",
    "training/midi_files.py",
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
                yield from _read_tunes(data / file, source)

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


def windows(pieces: Iterable[TokenPiece], context: int) -> Iterator[Tokens]:
    """Cut pieces at bars into pieces of up to ``context + 1`` tokens, each with the header."""
    for piece in pieces:
        bars = _bars(piece.tokens)
        start = int(bars[0])
        while start < len(piece.tokens):
            stop = min(start + context + 1 - HEADER, len(piece.tokens))
            whole = bars[(bars > start) & (bars <= stop)]
            # A bar longer than the context is cut within.
            if stop < len(piece.tokens) and len(whole):
                stop = int(whole[-1])
            yield np.concatenate([piece.tokens[:HEADER], piece.tokens[start:stop]])
            start = stop


def _excerpt(tokens: Tokens, length: int, random: np.random.Generator) -> Tokens:
    bars = _bars(tokens)
    # Up to the first bar from which all the rest fits, so that endings are learned too.
    rest = len(tokens) - (length - HEADER)
    last = min(int(np.searchsorted(bars, rest)) + 1, len(bars))
    start = int(bars[random.integers(last)])
    return np.concatenate([tokens[:HEADER], tokens[start : start + length - HEADER]])


def _conditioned(tokens: Tokens, random: np.random.Generator) -> Tokens:
    """Tell more or less of what is to come: every bar's first chord, what its rhythm is like."""
    bars = _bars(tokens)
    bars = bars[bars + 1 < len(tokens)]
    chords = tokens[bars + 1]
    if random.random() < _PLAIN:
        tokens = tokens.copy()
        every = _bars(tokens)
        tokens[every] = [v.plain_bar(int(token)) for token in tokens[every]]
    if random.random() < _PLANNED:
        return np.concatenate([tokens[:HEADER], chords, tokens[HEADER:]])
    return tokens


def _bars(tokens: Tokens) -> NDArray[np.int64]:
    """Where bars begin."""
    return np.flatnonzero((tokens >= v.BARS.first) & (tokens < v.BARS.stop))


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


def _tokens(values: list[int]) -> Tokens:
    return np.array(values, np.uint16)


def _number(piece: TokenPiece) -> str:
    return piece.name.split("/")[1]


def _read_tunes(archive: Path, source: Source) -> Iterator[TokenPiece]:
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.name.endswith(".mid") else None
            if stream is None or Path(member.name).parent.name in ("melody", "chords"):
                continue
            try:
                score = read_tune(stream.read())
            except MidiError:
                continue
            if score is not None:
                yield TokenPiece(member.name, _tokens(encode(score, source)))


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

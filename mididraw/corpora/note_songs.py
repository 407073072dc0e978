"""Songs as notes, and excerpts of them that a listener would still know."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from mididraw.corpora.dataset import Dataset, TokenPiece
from mididraw.corpora.songs import game_songs
from mididraw.models.music_embedding import STEPS, Notes, cut_notes, notes_of
from mididraw.models.pocket.tokens import decode
from mididraw.render.midi import read_midi
from mididraw.score import STEPS_PER_BAR

_FEWEST = 12
"""Notes of an excerpt that can be learned from."""
_HELD_OUT = 5
"""Of the songs that are not POP909's, one of so many is never trained on."""


@dataclass(frozen=True, slots=True, eq=False)
class NoteSong:
    """A song by its parts' notes, and where excerpts of four bars may begin: part and step."""

    name: str
    parts: tuple[Notes, ...]
    starts: tuple[tuple[int, int], ...]

    def excerpt(self, place: tuple[int, int], shift: int = 0) -> Notes:
        """The notes from one of its starts on, or from some steps later."""
        return cut_notes(self.parts[place[0]], max(place[1] + shift, 0))


def song_of(name: str, parts: Sequence[Notes]) -> NoteSong | None:
    """Make a song; None where it has no two excerpts."""
    starts = tuple(
        (part, start)
        for part, notes in enumerate(parts)
        if len(notes)
        for start in range(0, int(notes[-1, 0]) + 1 - STEPS // 2, STEPS_PER_BAR)
        if len(cut_notes(notes, start)) >= _FEWEST
    )
    return NoteSong(name, tuple(parts), starts) if len(starts) > STEPS // STEPS_PER_BAR else None


def songs_of(pieces: Iterable[TokenPiece]) -> list[NoteSong]:
    """Songs of token sequences, the parts of one of POP909 together."""
    parts: defaultdict[str, list[Notes]] = defaultdict(list)
    for piece in pieces:
        name = (
            "/".join(piece.name.split("/")[:2]) if piece.name.startswith("pop909") else piece.name
        )
        parts[name].append(notes_of(decode(piece.tokens.tolist())))
    found = (song_of(name, notes) for name, notes in parts.items())
    return [song for song in found if song is not None]


def parted(dataset: Dataset) -> tuple[list[NoteSong], list[NoteSong]]:
    """Songs to learn from, and songs that are only listened to."""
    others: list[NoteSong] = []
    held = songs_of(dataset.validation)
    for song in songs_of(dataset.train):
        known = song.name.startswith("pop909") or crc32(song.name.encode()) % _HELD_OUT
        (others if known else held).append(song)
    return others, held


def held_out_songs(archive: Path) -> list[NoteSong]:
    """Songs of an archive of MIDI files that nothing is learned from.

    Raises:
        MidiError: the archive cannot be read.
    """
    found = []
    for song in game_songs(archive):
        made = song_of(song.name, [notes_of(read_midi(song.midi))])
        if made is not None:
            found.append(made)
    return found


def transposed(notes: Notes, random: np.random.Generator) -> Notes:
    """By up to half an octave."""
    return np.asarray(notes + np.array([0, 0, int(random.integers(-6, 6))]))


def revoiced(notes: Notes, random: np.random.Generator) -> Notes:
    """What lies high and what lies low by octaves of their own, and some notes alone."""
    if not len(notes):
        return notes
    octaves = random.choice([-12, 0, 12], size=2, p=[0.25, 0.5, 0.25])
    split = random.uniform(notes[:, 2].min(), notes[:, 2].max() + 1)
    moved = octaves[(notes[:, 2] > split).astype(np.int64)]
    moved += random.choice([-12, 0, 12], size=len(notes), p=[0.04, 0.92, 0.04])
    return np.stack([notes[:, 0], notes[:, 1], notes[:, 2] + moved], axis=1)


def thinned(notes: Notes, random: np.random.Generator) -> Notes:
    """Without up to 40 % of the notes; durations shorter or longer."""
    kept = notes[random.random(len(notes)) >= random.uniform(0, 0.4)]
    length = (kept[:, 1] - kept[:, 0]) * random.uniform(0.5, 1.3)
    return np.stack(
        [kept[:, 0], kept[:, 0] + np.maximum(length.round(), 1), kept[:, 2]], axis=1
    ).astype(np.int64)


def changed(song: NoteSong, place: tuple[int, int], random: np.random.Generator) -> Notes:
    """An excerpt transposed, and by chance shifted, revoiced and thinned."""
    shift = int(random.integers(-8, 9)) if random.random() < 0.5 else 0
    notes = transposed(song.excerpt(place, shift), random)
    if random.random() < 0.5:
        notes = revoiced(notes, random)
    if random.random() < 0.5:
        notes = thinned(notes, random)
    return notes


def scrambled(notes: Notes, random: np.random.Generator) -> Notes:
    """The same rhythm with pitches at random, as high and low as before."""
    if not len(notes):
        return notes
    low, high = int(notes[:, 2].min()), int(notes[:, 2].max())
    pitches = random.integers(low, high + 1, size=len(notes))
    return np.stack([notes[:, 0], notes[:, 1], pitches], axis=1)

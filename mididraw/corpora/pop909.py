"""POP909 onto the grid: its annotated beats, chords and keys (Wang et al., ISMIR 2020)."""

import io
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from mididraw.harmony import QUALITIES, Chord, Key
from mididraw.models.pocket.tokens import BACKING, LEAD
from mididraw.render.quiet import pretty_midi
from mididraw.score import (
    BEATS_PER_BAR,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    ChordSpan,
    Note,
    Score,
    Track,
)

_HALF = STEPS_PER_BAR // 2
_FEWEST_BARS = 8
_QUALITY_OF = {
    "maj6": "maj",
    "min6": "min",
    "hdim7": "dim",
    "sus4(b7)": "7sus4",
}


@dataclass(frozen=True, slots=True)
class SongFiles:
    """One song of the archive: its number and its four files' contents."""

    number: str
    midi: bytes
    beats: str
    chords: str
    keys: str


def read_chord(text: str) -> Chord | None:
    """Read POP909's chord notation (``Ab:min7/b3``); the inversion is dropped.

    Returns:
        the chord, or None for ``N`` and for qualities outside of the vocabulary.
    """
    root, _, rest = text.partition(":")
    quality = rest.partition("/")[0]
    quality = _QUALITY_OF.get(quality, quality)
    if quality not in QUALITIES:
        return None
    return Chord(Key.parse(root).tonic, quality)


def read_archive(archive: Path) -> Iterator[SongFiles]:
    """Read every song of the data set's archive, in order of number."""
    files: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is not None:
                folder, name = Path(member.name).parent.name, Path(member.name).name
                files[folder][name] = stream.read()
    for number in sorted(files):
        found = files[number]
        if f"{number}.mid" in found:
            texts = [
                found.get(name, b"").decode()
                for name in ("beat_midi.txt", "chord_midi.txt", "key_audio.txt")
            ]
            yield SongFiles(number, found[f"{number}.mid"], *texts)


def read_song(song: SongFiles) -> list[Score]:
    """Lay a song on the grid by its beats, parted wherever a bar has not four beats.

    Returns:
        its parts of at least eight bars; the melody leads, bridge and piano back.
    """
    rows = [tuple(map(float, line.split())) for line in song.beats.splitlines() if line.strip()]
    times = np.array([row[0] for row in rows])
    downbeats = [place for place, row in enumerate(rows) if row[2]]
    spans = _timed(song.chords)
    keys = [(start, end, Key.parse(name)) for start, end, name in _timed(song.keys)]
    midi = pretty_midi.PrettyMIDI(io.BytesIO(song.midi))
    return [
        _part(midi, times[first : first + BEATS_PER_BAR * bars + 1], spans, keys)
        for first, bars in _runs(downbeats, len(times))
        if bars >= _FEWEST_BARS and keys
    ]


def _timed(text: str) -> list[tuple[float, float, str]]:
    rows = (line.split() for line in text.splitlines() if line.strip())
    return [(float(start), float(end), name) for start, end, name in rows]


def _runs(downbeats: list[int], beats: int) -> Iterator[tuple[int, int]]:
    """First beat and number of bars of every run of bars of four beats."""
    first, bars = None, 0
    for here, following in pairwise(downbeats):
        if following - here == BEATS_PER_BAR and following < beats:
            first, bars = (here, 1) if first is None else (first, bars + 1)
        elif first is not None:
            yield first, bars
            first, bars = None, 0
    if first is not None:
        yield first, bars


def _part(
    midi: pretty_midi.PrettyMIDI,
    beats: np.ndarray,
    chords: list[tuple[float, float, str]],
    keys: list[tuple[float, float, Key]],
) -> Score:
    bars = (len(beats) - 1) // BEATS_PER_BAR
    steps = bars * STEPS_PER_BAR
    places = np.arange(len(beats)) * STEPS_PER_BEAT

    def step(time: float) -> int:
        return round(float(np.interp(time, beats, places)))

    def notes(names: tuple[str, ...]) -> tuple[Note, ...]:
        return tuple(
            Note(
                step(note.start),
                note.pitch,
                max(step(note.end) - step(note.start), 1),
                max(note.velocity, 1),
            )
            for instrument in midi.instruments
            if instrument.name in names
            for note in instrument.notes
            if beats[0] - 0.02 <= note.start < beats[-1] and step(note.start) < steps
        )

    def held(spans: list[tuple[float, float, str]], first: float, last: float) -> Chord | None:
        shares: defaultdict[Chord | None, float] = defaultdict(float)
        for start, end, name in spans:
            if start < last and end > first:
                shares[read_chord(name)] += min(end, last) - max(start, first)
        return max(shares, key=lambda chord: shares[chord]) if shares else None

    halves = [held(chords, beats[half * 2], beats[half * 2 + 2]) for half in range(2 * bars)]
    longest = max(keys, key=lambda key: min(key[1], beats[-1]) - max(key[0], beats[0]))
    return Score(
        tracks=(Track(LEAD, 0, notes(("MELODY",))), Track(BACKING, 0, notes(("BRIDGE", "PIANO")))),
        bars=bars,
        tempo=60 / median(np.diff(beats).tolist()),
        key=longest[2],
        chords=tuple(
            ChordSpan(half * _HALF, _HALF, chord)
            for half, chord in enumerate(halves)
            if chord is not None
        ),
    )

"""Real music to measure against: excerpts of songs, as scores and as sound.

The sound is of the song as it was played, with its own timing, dynamics and pedal; the scores are
the same song on our grid.
"""

import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mididraw.errors import MidiError
from mididraw.evaluation.measures.listen import CLIP_SECONDS, on_piano, span
from mididraw.score import STEPS_PER_BAR, ChordSpan, Meter, Score
from mididraw.training.midi_files import read_tune
from mididraw.training.pop909 import read_archive, read_song

EXCERPT_BARS = 16
PER_SONG = 4
"""At most so many excerpts are taken from a song, so that a long one does not count for many."""


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceSong:
    """A song that people wrote, to measure against.

    Attributes:
        name: its collection and its name there.
        midi: the file's bytes, as it was played.
        parts: the same on the grid; none where it cannot be laid there.
    """

    name: str
    midi: bytes
    parts: tuple[Score, ...]


def pop_songs(archive: Path, ending: str = "9") -> list[ReferenceSong]:
    """Read the POP909 songs whose number has this ending; those in 9 are the validation set.

    Raises:
        MidiError: the archive cannot be read or holds none.
    """

    def songs() -> Iterator[ReferenceSong]:
        for files in read_archive(archive):
            if files.number.endswith(ending):
                yield ReferenceSong(f"pop909/{files.number}", files.midi, tuple(read_song(files)))

    return _all(songs(), archive)


def game_songs(archive: Path) -> list[ReferenceSong]:
    """Read VGMIDI's piano arrangements, leaving out files that are damaged.

    Raises:
        MidiError: the archive cannot be read or holds none.
    """

    def songs() -> Iterator[ReferenceSong]:
        with tarfile.open(archive) as tar:
            for member in sorted(tar.getmembers(), key=lambda member: member.name):
                stream = tar.extractfile(member) if member.name.endswith(".mid") else None
                if stream is None:
                    continue
                data = stream.read()
                try:
                    tune = read_tune(data)
                except MidiError:
                    continue
                fours = (tune,) if tune and tune.meter == Meter() else ()
                yield ReferenceSong(f"vgmidi/{Path(member.name).stem}", data, fours)

    return _all(songs(), archive)


def _all(songs: Iterator[ReferenceSong], archive: Path) -> list[ReferenceSong]:
    try:
        found = list(songs)
    except (OSError, tarfile.TarError) as error:
        raise MidiError(
            "songs-unread", "{archive} cannot be read as an archive of songs.", archive=archive
        ) from error
    if not found:
        raise MidiError(
            "songs-missing",
            "{archive} holds none of the songs that are looked for.",
            archive=archive,
        )
    return found


def halves(songs: Sequence[ReferenceSong]) -> tuple[list[ReferenceSong], list[ReferenceSong]]:
    """Part songs in two, every other one, so that no song is on both sides.

    The distance between the halves is the floor: what even real music does not fall below.
    """
    return list(songs[::2]), list(songs[1::2])


def clips(songs: Iterable[ReferenceSong], seconds: float = CLIP_SECONDS) -> list[bytes]:
    """Cut MIDI excerpts for the ear: up to four a song, evenly spread, without overlap.

    Returns:
        MIDI files of ``seconds`` on a grand piano; shorter songs are left out.
    """
    found = []
    for song in songs:
        first, last = span(song.midi)
        room = last - first - seconds
        count = min(int(room / seconds) + 1, PER_SONG) if room >= 0 else 0
        for place in range(count):
            start = first + room * place / max(count - 1, 1)
            found.append(on_piano(song.midi, start, seconds))
    return found


def excerpts(songs: Iterable[ReferenceSong], bars: int = EXCERPT_BARS) -> list[Score]:
    """Cut scores: up to four a song, evenly spread over the whole excerpts that it has."""
    found = []
    for song in songs:
        places = [
            (part, first) for part in song.parts for first in range(0, part.bars - bars + 1, bars)
        ]
        count = min(len(places), PER_SONG)
        for place in range(count):
            part, first = places[round(place * (len(places) - 1) / max(count - 1, 1))]
            found.append(cut(part, first, bars))
    return found


def cut(score: Score, first: int, bars: int) -> Score:
    """Take ``bars`` bars from bar ``first`` on (0 = the first) as a piece of their own.

    Notes that began before are left out, those that last longer are cut off.

    Raises:
        ValueError: the score has no such bars.
    """
    if not 0 <= first <= first + bars <= score.bars or bars < 1:
        raise ValueError(f"no {bars} bars from bar {first} on in a piece of {score.bars}")
    start, stop = first * STEPS_PER_BAR, (first + bars) * STEPS_PER_BAR
    tracks = tuple(
        replace(
            track,
            notes=tuple(
                replace(note, onset=note.onset - start, duration=min(note.end, stop) - note.onset)
                for note in track.notes
                if start <= note.onset < stop
            ),
        )
        for track in score.tracks
    )
    chords = tuple(
        ChordSpan(begin - start, end - begin, held.chord)
        for held in score.chords
        if (begin := max(held.onset, start)) < (end := min(held.onset + held.duration, stop))
    )
    return replace(score, tracks=tracks, bars=bars, chords=chords)

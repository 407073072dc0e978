"""Real music to measure against: excerpts of songs, as scores and as sound.

The sound is of the song as it was played, with its own timing, dynamics and pedal; the scores are
the same song on our grid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mididraw.corpora.songs import ReferenceSong
from mididraw.evaluation.measures.listen import CLIP_SECONDS, on_piano, span
from mididraw.score import STEPS_PER_BAR, ChordSpan, Score

EXCERPT_BARS = 16
PER_SONG = 4
"""At most so many excerpts are taken from a song, so that a long one does not count for many."""


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

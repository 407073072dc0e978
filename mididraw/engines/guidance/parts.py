"""What a model wrote in two roles → the tracks of a drawing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from mididraw.models.pocket.tokens import BACKING
from mididraw.score import DRAWING, Note, Score, Track

_QUIETER = 0.6
"""The accompaniment's velocities, so that the drawing carries most of what is heard."""


def parted(music: Score, program: int, *, accompany: bool) -> Score:
    """Put the notes that play the drawing on its track, all of them or the lead's.

    Args:
        music: with a lead and a backing track.
        program: General MIDI program of all tracks.
        accompany: whether the backing is an accompaniment, quieter and on its own track.
    """
    backing = [note for track in music.tracks if track.name == BACKING for note in track.notes]
    drawing = [note for track in music.tracks if track.name != BACKING for note in track.notes]
    tracks = [Track(DRAWING, program, _one_hand(drawing if accompany else drawing + backing))]
    if accompany and backing:
        quiet = [replace(n, velocity=max(round(n.velocity * _QUIETER), 1)) for n in backing]
        tracks.append(Track(BACKING, program, _one_hand(quiet)))
    return replace(music, tracks=tuple(tracks), performed=True)


def _one_hand(notes: Iterable[Note]) -> tuple[Note, ...]:
    """End every note where its key is struck again; it then sounds on as long as either would."""
    by_pitch: defaultdict[int, dict[int, Note]] = defaultdict(dict)
    for note in sorted(notes, key=lambda note: note.duration):
        by_pitch[note.pitch][note.onset] = note
    played = []
    for struck in by_pitch.values():
        onsets, end = sorted(struck), 0
        for onset, following in zip(onsets, [*onsets[1:], None], strict=True):
            note = struck[onset]
            end = max(end, note.end)
            stop = end if following is None else min(end, following)
            played.append(replace(note, duration=stop - onset))
    return tuple(played)

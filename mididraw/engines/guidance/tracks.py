"""What a model wrote in two roles → the tracks of a drawing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from mididraw.canvas import Canvas
from mididraw.engines.guidance.coverage import REACH
from mididraw.models.pocket.tokens import BACKING
from mididraw.score import DRAWING, STEPS_PER_BEAT, Note, Score, Track, roll

_QUIETER = 0.75
"""The accompaniment's velocities, so that the drawing carries most of what is heard."""
_EVEN = 0.1
"""How far from the drawing's median, 0.5, the ink's weight may lie and be as loud as the model
wants it: a mouse's lines differ by less."""
_LOUDER = 80
"""Velocity that all of the weight beyond that is worth."""
_SPREAD = 0.85
"""Of the model's differences in loudness so much is played: no line falls silent."""
_RUBS = 2
"""Semitones: what sounds no farther from a note rubs with it."""


def split_tracks(
    music: Score,
    canvas: Canvas,
    program: int,
    backing: str,
    *,
    accompany: bool,
    contrast: float = 1.0,
) -> Score:
    """Put the notes that play the drawing on its track.

    Args:
        music: with a lead and a backing track.
        canvas: the drawing.
        program: General MIDI program of all tracks.
        backing: name of the backing track.
        accompany: whether what the backing plays beside the ink is an accompaniment, quieter and
            on its own track.
        contrast: of the loudness, 1 for the usual one.
    """
    second = [note for track in music.tracks if track.name == backing for note in track.notes]
    drawing = [note for track in music.tracks if track.name != backing for note in track.notes]
    beside = [note for note in second if accompany and not _at_ink(canvas, note)]
    drawing += [note for note in second if note not in beside]
    pressed = (_pressed(note, canvas) for note in _evened(drawing, _SPREAD * contrast))
    played = _held(_tied(_one_hand(pressed)), canvas)
    tracks = [Track(DRAWING, program, played)]
    if beside:
        quiet = [replace(n, velocity=max(round(n.velocity * _QUIETER), 1)) for n in beside]
        tracks.append(Track(BACKING, program, _one_hand(quiet)))
    return replace(music, tracks=tuple(tracks), performed=True)


def _at_ink(canvas: Canvas, note: Note) -> bool:
    row = note.pitch - canvas.pitches.low
    if not 0 <= row < len(canvas.ink):
        return False
    rows = np.s_[max(row - REACH, 0) : row + REACH + 1]
    stop = min(note.end, canvas.steps)
    for step in range(note.onset, stop):
        if not canvas.ink[rows, max(step - REACH, 0) : step + REACH + 1].any():
            return False
    return True


def _evened(notes: Sequence[Note], spread: float) -> list[Note]:
    """Leave a share of how far loudness is from the notes' median."""
    if not notes:
        return []
    middle = median(note.velocity for note in notes)
    return [
        replace(note, velocity=max(round(middle + spread * (note.velocity - middle)), 1))
        for note in notes
    ]


def _pressed(note: Note, canvas: Canvas) -> Note:
    """Play thick and dark ink louder than the model would, thin and faint ink softer."""
    row = note.pitch - canvas.pitches.low
    rows, steps = (
        slice(max(row - REACH, 0), max(row + REACH + 1, 0)),
        slice(max(note.onset - REACH, 0), note.end + REACH),
    )
    ink = canvas.weight[rows, steps][canvas.ink[rows, steps]]
    if not ink.size:
        return note
    weight = float(ink.mean()) - 0.5
    beyond = np.sign(weight) * max(abs(weight) - _EVEN, 0.0)
    velocity = round(note.velocity + _LOUDER * float(beyond))
    return replace(note, velocity=min(max(velocity, 1), 127))


def _tied(notes: Iterable[Note]) -> list[Note]:
    """Hold keys on that would be hammered: struck for a 16th between the beats, as they end."""
    by_pitch: defaultdict[int, list[Note]] = defaultdict(list)
    for note in sorted(notes):
        own = by_pitch[note.pitch]
        between = note.onset % STEPS_PER_BEAT > 0
        if own and between and note.duration == 1 and own[-1].end == note.onset:
            own[-1] = replace(own[-1], duration=own[-1].duration + 1)
        else:
            own.append(note)
    return [note for own in by_pitch.values() for note in own]


def _held(notes: list[Note], canvas: Canvas) -> tuple[Note, ...]:
    """Hold notes of a 16th for another one, where there is ink to it and nothing rubs."""
    sounds = roll(notes, canvas.steps) > 0
    held = []
    for note in notes:
        longer = replace(note, duration=2)
        beside = sounds[
            max(note.pitch - _RUBS, 0) : note.pitch + _RUBS + 1, note.end : note.end + 1
        ]
        room = longer.end <= canvas.steps and not beside.any()
        if note.duration == 1 and room and _at_ink(canvas, longer):
            sounds[note.pitch, note.end : longer.end] = True
            held.append(longer)
        else:
            held.append(note)
    return tuple(held)


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

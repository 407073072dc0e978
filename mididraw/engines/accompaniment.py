"""A quiet bass and chords under the drawing, on tracks of their own."""

import numpy as np

from mididraw.harmony import PITCH_CLASSES, Chord
from mididraw.score import STEPS_PER_BAR, Note, Track

BASS, CHORDS = "bass", "chords"
_BASS_PROGRAM, _CHORDS_PROGRAM = 32, 0
_LOWEST_BASS = 28  # E1, the lowest string of a bass
_MIDDLE = 55

# Onset and duration in steps within the bar, and which tone: root, fifth or the octave.
_BASS_PATTERNS = (
    ((0, 16, "root"),),
    ((0, 8, "root"), (8, 8, "fifth")),
    ((0, 6, "root"), (6, 2, "root"), (8, 8, "fifth")),
    ((0, 4, "root"), (4, 4, "octave"), (8, 4, "fifth"), (12, 4, "octave")),
)
# Onset and duration of the whole chord (None) or of its n-th tone from below.
_CHORD_PATTERNS: tuple[tuple[tuple[int, int, int | None], ...], ...] = (
    ((0, 16, None),),
    ((0, 8, None), (8, 8, None)),
    ((4, 4, None), (12, 4, None)),
    tuple((2 * i, 2, (0, 1, 2, 1)[i % 4]) for i in range(8)),
)


def accompany(progression: tuple[Chord, ...], random: np.random.Generator) -> list[Track]:
    """Write bass and chords for a progression of one chord a bar.

    One pattern of each is drawn for the whole piece; the last bar rests on its chord. Velocities
    stay under the drawing's.
    """
    bass_pattern = _BASS_PATTERNS[random.integers(len(_BASS_PATTERNS))]
    chord_pattern = _CHORD_PATTERNS[random.integers(len(_CHORD_PATTERNS))]
    bass, harmony = [], []
    for bar, chord in enumerate(progression):
        last = bar == len(progression) - 1
        start = bar * STEPS_PER_BAR
        root = _LOWEST_BASS + (chord.root - _LOWEST_BASS) % PITCH_CLASSES
        fifth = root + 7 if (chord.root + 7) % PITCH_CLASSES in chord.tones else root + 6
        tone = {"root": root, "fifth": fifth, "octave": root + PITCH_CLASSES}
        for onset, duration, name in _BASS_PATTERNS[0] if last else bass_pattern:
            bass.append(Note(start + onset, tone[name], duration, 50 if onset == 0 else 44))
        voicing = sorted(_MIDDLE + (place - _MIDDLE) % PITCH_CLASSES for place in chord.tones)
        for onset, duration, which in _CHORD_PATTERNS[0] if last else chord_pattern:
            tones = voicing if which is None else [voicing[which]]
            harmony += [Note(start + onset, pitch, duration, 38) for pitch in tones]
    return [
        Track(BASS, _BASS_PROGRAM, tuple(bass)),
        Track(CHORDS, _CHORDS_PROGRAM, tuple(harmony)),
    ]

"""Short openings of our own making that a model can go on from, one for each source."""

from itertools import count

from mididraw.harmony import Chord, Key, Mode
from mididraw.models.pocket.tokens import BACKING, LEAD
from mididraw.models.source import Source
from mididraw.score import STEPS_PER_BAR, ChordSpan, Note, Score, Track

# Pitches with their duration in steps, one bar a line; a dash rests.
_Line = tuple[tuple[int | None, int], ...]


def _notes(line: _Line, velocity: int) -> tuple[Note, ...]:
    notes, step = [], 0
    for pitch, duration in line:
        if pitch is not None:
            notes.append(Note(step, pitch, duration, velocity + (8 if step % 16 == 0 else 0)))
        step += duration
    return tuple(notes)


def _arpeggio(*chords: tuple[int, ...], length: int = 2) -> _Line:
    """Each chord's tones up and down over a bar, ``length`` steps a tone."""
    line: list[tuple[int | None, int]] = []
    for chord in chords:
        wave = (*chord, *chord[-2:0:-1])
        line += [
            (wave[place % len(wave)], length)
            for place, _ in zip(count(), range(0, STEPS_PER_BAR, length), strict=False)
        ]
    return tuple(line)


def _prompt(
    lead: _Line, backing: _Line, tempo: float, key: Key, chords: tuple[Chord, ...]
) -> Score:
    return Score(
        tracks=(Track(LEAD, 0, _notes(lead, 80)), Track(BACKING, 0, _notes(backing, 56))),
        bars=len(chords),
        tempo=tempo,
        key=key,
        chords=tuple(
            ChordSpan(bar * STEPS_PER_BAR, STEPS_PER_BAR, chord) for bar, chord in enumerate(chords)
        ),
    )


PROMPTS: dict[Source, Score] = {
    Source.POP: _prompt(
        ((76, 6), (74, 2), (72, 4), (67, 4), (74, 6), (72, 2), (71, 4), (67, 4)),
        _arpeggio((48, 55, 60, 64), (43, 50, 55, 59)),
        92,
        Key(0),
        (Chord(0, "maj"), Chord(7, "maj")),
    ),
    Source.FOLK: _prompt(
        (
            (74, 2),
            (71, 2),
            (67, 2),
            (71, 2),
            (74, 4),
            (79, 4),
            (76, 2),
            (72, 2),
            (67, 2),
            (72, 2),
            (76, 4),
            (72, 4),
        ),
        ((43, 4), (59, 4), (50, 4), (59, 4), (48, 4), (60, 4), (43, 4), (60, 4)),
        117,
        Key(7),
        (Chord(7, "maj"), Chord(0, "maj")),
    ),
    Source.CLASSICAL: _prompt(
        ((72, 8), (76, 4), (79, 4), (71, 6), (72, 1), (74, 1), (72, 4), (None, 4)),
        ((60, 2), (67, 2), (64, 2), (67, 2)) * 2 + ((62, 2), (67, 2), (65, 2), (67, 2)) * 2,
        117,
        Key(0),
        (Chord(0, "maj"), Chord(7, "7")),
    ),
    Source.GAME: _prompt(
        (
            (69, 2),
            (72, 2),
            (76, 2),
            (81, 4),
            (79, 2),
            (76, 4),
            (77, 2),
            (76, 2),
            (72, 2),
            (69, 4),
            (72, 2),
            (74, 4),
        ),
        ((45, 2), (57, 2)) * 4 + ((41, 2), (53, 2)) * 4,
        132,
        Key(9, Mode.MINOR),
        (Chord(9, "min"), Chord(5, "maj")),
    ),
}

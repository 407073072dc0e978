"""Quiet layers around the drawing, on tracks of their own: bass, chords and drums."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Bools
from mididraw.engines.bands import (
    BASSES,
    CHORDS,
    CRASH,
    HELD_BASS,
    HELD_CHORD,
    KICK,
    SNARE,
    TOMS,
    Bass,
    Chords,
    Drums,
)
from mididraw.harmony import PITCH_CLASSES, Chord
from mididraw.harmony.feel import Feel, feel_of
from mididraw.harmony.plan import PHRASE, Plan
from mididraw.score import STEPS_PER_BAR, STEPS_PER_BEAT, Note, Track, roll

BASS, OCTAVE, CHORDAL, DRUMS, ENDING = "bass", "octave", "chords", "drums", "ending"
_BASS_PROGRAM, _CHORDS_PROGRAM = 32, 0
_LOWEST_BASS = 28  # E1, the lowest string of a bass
_MIDDLE = 55
_LOUD, _SOFT = 58, 48
"""Velocities of a bar's first bass note and of chords, beside a drawing of usual loudness."""
_TURNS = (0, 1, 0, 1)
"""Which of a section's patterns each bar of a phrase has."""
_DETACHED = 3
"""A bass note of so many steps or more ends a 16th before the next begins."""
_SHORTEST = 2
"""Steps that a chord's tone must have until it would rub, to be struck at all."""
_FULL = 3
"""Together with the drawing so many notes sound, or one more than the drawing's."""
_ENDING = 46
"""Velocity of a solo's last chord."""
_OFFBEAT = 0.65
"""Loudness between the beats, as a share of that on them."""

_Pattern = TypeVar("_Pattern", bound=Bass | Chords)


def accompany(progression: tuple[Chord, ...], random: np.random.Generator) -> list[Track]:
    """Write bass and chords for a progression of one chord a bar.

    One pattern of each is drawn for the whole piece; the last bar rests on its chord. Velocities
    stay under the drawing's.
    """
    bass = [BASSES[random.integers(len(BASSES))]] * len(progression)
    figure = [CHORDS[random.integers(len(CHORDS))]] * len(progression)
    nothing = np.zeros((128, len(progression) * STEPS_PER_BAR), np.bool_)
    return [
        bass_track(progression, bass, _BASS_PROGRAM),
        chord_track(progression, figure, nothing, _CHORDS_PROGRAM),
    ]


def choose_patterns(
    patterns: Sequence[_Pattern], plan: Plan, onsets: NDArray[np.float64]
) -> list[_Pattern]:
    """Choose a pattern for every bar: each section has one that goes best with the drawing.

    It is left in every other bar for one that is unlike it, and comes back. All of them divide the
    beat as the plan's feel does.

    Args:
        patterns: what there is.
        plan: whose sections are followed.
        onsets: how many notes the drawing strikes at each step, ``float64[steps]``.
    """
    sections = np.array(plan.sections)
    bars = onsets.reshape(-1, STEPS_PER_BAR)
    patterns = _felt(patterns, plan.feel)
    first: list[_Pattern] = list(patterns)
    chosen: list[list[_Pattern]] = []
    for section in range(int(sections.max()) + 1):
        struck = bars[sections == section].sum(axis=0)
        best = max(first, key=lambda pattern: _alike(pattern, struck))
        played = _onsets(best)
        # The last of them is the best itself.
        turns = [best, *sorted(patterns, key=lambda pattern: _alike(pattern, played))]
        chosen.append([turns[min(place, len(patterns) - 1)] for place in _TURNS])
        # Sections differ where there is a choice.
        first = [one for one in first if one is not best] or list(patterns)
    return [chosen[section][bar % PHRASE] for bar, section in enumerate(plan.sections)]


def _felt(patterns: Sequence[_Pattern], feel: Feel) -> Sequence[_Pattern]:
    """Choose the patterns that divide the beat like the feel, or make them do so."""
    if feel is Feel.EIGHTHS:
        return [one for one in patterns if _feel(one) is Feel.EIGHTHS] or patterns
    pushed = [one if _feel(one) is Feel.SIXTEENTHS else _pushed(one) for one in patterns]
    if feel is Feel.SIXTEENTHS:
        return pushed
    return [*patterns, *(one for one in pushed if one not in patterns)]


def _feel(pattern: Bass | Chords) -> Feel:
    return feel_of(onset for onset, *_ in pattern)


def _pushed(pattern: _Pattern) -> _Pattern:
    """Strike what lies between the beats a 16th later, as a dotted rhythm has it."""
    return cast(
        "_Pattern",
        tuple(
            (onset + 1, max(duration - 1, 1), tone)
            if onset % STEPS_PER_BEAT == STEPS_PER_BEAT // 2
            else (onset, duration, tone)
            for onset, duration, tone in pattern
        ),
    )


def _onsets(pattern: Bass | Chords) -> NDArray[np.float64]:
    own = np.zeros(STEPS_PER_BAR)
    own[[onset for onset, *_ in pattern]] = 1.0
    return own


def _alike(pattern: Bass | Chords, struck: NDArray[np.float64]) -> float:
    own = _onsets(pattern)
    return float(own @ struck) / float(np.linalg.norm(own))


def bass_track(chords: Sequence[Chord], patterns: Sequence[Bass], program: int) -> Track:
    """Write the bass, a pattern a bar, its longer notes detached; the last bar holds its root."""
    notes = []
    for bar, (chord, pattern) in enumerate(zip(chords, patterns, strict=True)):
        root = _LOWEST_BASS + (chord.root - _LOWEST_BASS) % PITCH_CLASSES
        fifth = root + 7 if (chord.root + 7) % PITCH_CLASSES in chord.tones else root + 6
        tone = {"root": root, "fifth": fifth, "octave": root + PITCH_CLASSES}
        last = bar == len(chords) - 1
        for onset, duration, name in HELD_BASS if last else pattern:
            velocity = _LOUD if onset == 0 else _LOUD - 6
            sounding = duration if last or duration < _DETACHED else duration - 1
            notes.append(Note(bar * STEPS_PER_BAR + onset, tone[name], sounding, velocity))
    return Track(BASS, program, tuple(notes))


def octave_track(bass: Track, sounding: Bools, program: int) -> Track:
    """Let somebody double the bass an octave higher, where small loudspeakers play it, too.

    Args:
        bass: what is doubled.
        sounding: what the drawing plays, ``bool[128, steps]``; a note ends or rests as the
            chords' tones do.
        program: of the track.
    """
    notes = []
    for note in bass.notes:
        pitch = note.pitch + PITCH_CLASSES
        free = _free(sounding[:, note.onset : note.end], pitch)
        if free >= min(note.duration, _SHORTEST):
            notes.append(replace(note, pitch=pitch, duration=free))
    return Track(OCTAVE, program, tuple(notes))


def chord_track(
    chords: Sequence[Chord],
    patterns: Sequence[Chords],
    sounding: Bools,
    program: int,
    velocity: int = _SOFT,
) -> Track:
    """Write the chords, a pattern a bar; the last bar holds its chord.

    Args:
        chords: one a bar.
        patterns: one a bar.
        sounding: what the drawing plays, ``bool[128, steps]``; a tone ends where the drawing
            strikes it itself or what is a semitone away, give or take octaves, and rests where that
            would be at once. Beside a full drawing there is one tone, so that the rhythm goes on.
        program: of the track.
        velocity: of every note.
    """
    notes: list[Note] = []
    for bar, (chord, pattern) in enumerate(zip(chords, patterns, strict=True)):
        voicing = sorted(_MIDDLE + (place - _MIDDLE) % PITCH_CLASSES for place in chord.tones)
        # The bass has the root.
        upper = [pitch for pitch in voicing if pitch % PITCH_CLASSES != chord.root]
        last = bar == len(chords) - 1
        for onset, duration, which in HELD_CHORD if last else pattern:
            start = bar * STEPS_PER_BAR + onset
            held = sounding[:, start].sum()
            room = len(upper) if last else max(_FULL - int(held), 1)
            tones = upper if which is None else [voicing[which % len(voicing)]]
            for pitch in tones:
                free = _free(sounding[:, start : start + duration], pitch)
                if room > 0 and free >= min(duration, _SHORTEST):
                    notes.append(Note(start, pitch, free, velocity))
                    room -= 1
    return Track(CHORDAL, program, tuple(notes))


def _free(sounding: Bools, pitch: int) -> int:
    """How many steps pass, of those given, until a pitch is struck itself or would rub."""
    keys = np.arange(128)
    rubbing = np.isin((keys - pitch) % PITCH_CLASSES, (1, PITCH_CLASSES - 1))
    beside = sounding[rubbing | (keys == pitch)].any(axis=0)
    return int(beside.argmax()) if beside.any() else len(beside)


def ending_track(plan: Plan, sounding: Bools, program: int) -> Track:
    """Let the tonic ring below the last half bar, if the last chord is its own.

    Args:
        plan: of the piece.
        sounding: what the drawing plays, ``bool[128, steps]``; tones a semitone away rest.
        program: of the track.
    """
    chord, half = plan.chords[-1], STEPS_PER_BAR // 2
    if chord.root != plan.key.tonic:
        return Track(ENDING, program, ())
    start = sounding.shape[1] - half
    root = _LOWEST_BASS + (chord.root - _LOWEST_BASS) % PITCH_CLASSES
    played = np.flatnonzero(sounding[:, start:].any(axis=1))
    if played.size and root > played[0]:
        root -= PITCH_CLASSES
    voicing = sorted(_MIDDLE + (place - _MIDDLE) % PITCH_CLASSES for place in chord.tones)
    tones = [
        pitch for pitch in (root, *voicing) if not sounding[[pitch - 1, pitch + 1], start:].any()
    ]
    notes = [
        Note(start, pitch, half, _ENDING) for pitch in tones if not sounding[pitch, start:].any()
    ]
    return Track(ENDING, program, tuple(notes))


def drum_track(drums: Drums, plan: Plan) -> Track:
    """Write the drums: a beat a section, a fill before each new phrase, a stroke at the end."""
    bars = len(plan.sections)
    notes = [
        note
        for bar in range(bars - 1)
        for note in _beat(drums, plan, bar, fill=bar % PHRASE == PHRASE - 1 or bar == bars - 2)
    ]
    last = (bars - 1) * STEPS_PER_BAR
    notes += [Note(last, KICK, 4, drums.loudness), Note(last, CRASH, 8, drums.loudness)]
    return Track(DRUMS, drums.kit, tuple(notes), drums=True)


def _beat(drums: Drums, plan: Plan, bar: int, *, fill: bool) -> Iterator[Note]:
    first = bar * STEPS_PER_BAR
    stop = STEPS_PER_BAR - STEPS_PER_BEAT if fill else STEPS_PER_BAR
    for pitch, steps in drums.beats[plan.sections[bar] % len(drums.beats)]:
        for step in steps:
            if step < stop:
                share = 1.0 if step % STEPS_PER_BEAT == 0 else _OFFBEAT
                yield Note(first + step, pitch, 1, round(drums.loudness * share))
    if bar % PHRASE == 0 and bar > 0:
        yield Note(first, CRASH, 4, round(drums.loudness * _OFFBEAT))
    if fill:
        for place, pitch in enumerate((SNARE, *TOMS)):
            yield Note(first + stop + place, pitch, 1, drums.loudness - 10 + 4 * place)


def sounds(notes: Sequence[Note], steps: int) -> Bools:
    """The keys that sound at each step, ``bool[128, steps]``."""
    return np.asarray(roll(notes, steps) > 0)

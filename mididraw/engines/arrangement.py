"""A drawing's music for several players: its lines by their shape, and layers around them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from mididraw.engines.accompaniment import (
    BASS,
    bass_track,
    choose_patterns,
    chord_track,
    drum_track,
    ending_track,
    octave_track,
    sounds,
)
from mididraw.engines.bands import BANDS, BY_STYLE, Band
from mididraw.harmony import Chord, Mode
from mididraw.harmony.feel import feel_of
from mididraw.harmony.plan import Plan, sections_of
from mididraw.options import Arrangement, DrawOptions
from mididraw.score import DRAWING, STEPS_PER_BAR, STEPS_PER_BEAT, Note, Score, Track

UNISON = "unison"
_LEVEL = STEPS_PER_BEAT
"""Notes so long are level."""
_MOSTLY = 0.6
"""Share of a line's sounding steps that decides for all of it."""
_DOT = (3, STEPS_PER_BEAT)
"""A line of so few notes within so few steps is a dot."""
_NEXT = (4, 1)
"""Semitones and steps from one note of a line to the next, at most."""
_LOW = 48
"""Below C3 the lowest contour is the bass's."""
_USUAL = 77
"""The loudness of a drawing, its notes' median velocity, that layers and drums are written for."""
_ALONG = 0.8
"""Loudness of who plays along in unison, as a share of the drawing's."""
_MOST = 0.8
"""Of the drawing's energy the layers have so much at most."""


def arrangement_of(options: DrawOptions) -> Arrangement:
    """Tell who plays; where that is left to us, the mood decides."""
    if options.arrangement is Arrangement.AUTO:
        return BY_STYLE[options.style]
    return options.arrangement


def arrange(score: Score, options: DrawOptions, contrast: float = 1.0) -> Score:
    """Give the drawing's lines instruments and put layers around them; a solo gets an ending.

    No note of the drawing is changed. Whoever asks for an instrument hears the drawing by it. An
    accompaniment that is there already stands for the chords.

    Args:
        score: the drawing, and its accompaniment if it has one.
        options: who plays.
        contrast: between the drawing's loudness and the layers', 1 for the usual one.
    """
    arrangement, plan, drawing = arrangement_of(options), _plan_of(score), score.drawing
    if arrangement is Arrangement.SOLO:
        if any(track.name == BASS for track in score.others):
            return score
        everything = [note for track in score.tracks for note in track.notes]
        ending = ending_track(plan, sounds(everything, score.steps), options.program)
        if not ending.notes:
            return score
        layers = _behind([_levelled(ending, drawing, contrast)], drawing)
        return replace(score, tracks=(*score.tracks, *layers))
    band = BANDS[arrangement]
    played = (
        cast(drawing.notes, band)
        if options.instrument == DrawOptions.model_fields["instrument"].default
        else {options.program: list(drawing.notes)}
    )
    tracks = [Track(DRAWING, program, tuple(notes)) for program, notes in sorted(played.items())]
    tracks = tracks or [drawing]
    others = [track for track in score.tracks if track.name != DRAWING]
    onsets = np.zeros(score.steps)
    np.add.at(onsets, [note.onset for note in drawing.notes if note.onset < score.steps], 1.0)
    sounding = sounds(drawing.notes, score.steps)
    bass = bass_track(plan.chords, choose_patterns(band.basses, plan, onsets), band.bass)
    layers = [bass]
    if band.octave is not None:
        layers.append(octave_track(bass, sounding, band.octave))
    if not others:
        figures = choose_patterns(band.figures, plan, onsets)
        layers.append(chord_track(plan.chords, figures, sounding, band.chords))
    along = [replace(track, program=band.chords) for track in others]
    along.append(unison_track(drawing.notes, band.unison))
    tracks += _behind([*along, *(_levelled(layer, drawing, contrast) for layer in layers)], drawing)
    if band.drums:
        tracks.append(_levelled(drum_track(band.drums, plan), drawing, 1.0))
    return replace(score, tracks=tuple(tracks))


def _plan_of(score: Score) -> Plan:
    """The key, each bar's first chord, the sections of a piece so long, and the drawing's feel.

    Where no chord is known, the tonic's.
    """
    key = score.key
    tonic = Chord(key.tonic, "min" if key.mode is Mode.MINOR else "maj")
    bars = [score.chord_at(bar * STEPS_PER_BAR) or tonic for bar in range(score.bars)]
    feel = feel_of(note.onset for note in score.drawing.notes)
    return Plan(key, tuple(bars), sections_of(score.bars), feel=feel)


def _levelled(track: Track, drawing: Track, contrast: float) -> Track:
    """Play a track as loud beside this drawing as beside a usual one, give or take contrast."""
    if not drawing.notes:
        return track
    middle = median(note.velocity for note in drawing.notes)

    def level(velocity: int) -> int:
        return min(max(round(middle * (1 + contrast * (velocity / _USUAL - 1))), 1), 127)

    return replace(
        track, notes=tuple(replace(note, velocity=level(note.velocity)) for note in track.notes)
    )


def _behind(layers: Sequence[Track], drawing: Track) -> list[Track]:
    """Play layers so softly that most of what sounds is the drawing."""
    theirs, own = sum(map(_energy, layers)), _energy(drawing)
    if not own or theirs <= _MOST * own:
        return list(layers)
    share = (_MOST * own / theirs) ** 0.5
    return [
        replace(
            track,
            notes=tuple(
                replace(note, velocity=max(int(note.velocity * share), 1)) for note in track.notes
            ),
        )
        for track in layers
    ]


def _energy(track: Track) -> float:
    return float(sum(note.velocity**2 * note.duration for note in track.notes))


def cast(notes: Sequence[Note], band: Band) -> dict[int, list[Note]]:
    """Share notes among programs by the shape of the lines that they are part of."""
    shares: defaultdict[int, list[Note]] = defaultdict(list)
    lowest = _lowest(notes)
    for line in _lines(notes):
        steps = sum(note.duration for note in line)
        level = sum(note.duration for note in line if note.duration >= _LEVEL) / steps
        start, stop = min(note.onset for note in line), max(note.end for note in line)
        dot = len(line) <= _DOT[0] and stop - start <= _DOT[1]
        for note in line:
            if note in lowest and note.pitch < _LOW:
                program = band.low
            elif dot:
                program = band.dots
            elif level >= _MOSTLY or (level > 1 - _MOSTLY and note.duration >= _LEVEL):
                program = band.sings
            else:
                program = band.runs
            shares[program].append(note)
    return dict(shares)


def unison_track(notes: Sequence[Note], program: int) -> Track:
    """Let somebody else play along with the drawing's highest contour."""
    sounding = sounds(notes, max((note.end for note in notes), default=0))
    highest = [note for note in notes if not sounding[note.pitch + 1 :, note.onset].any()]
    softly = [replace(n, velocity=max(round(_ALONG * n.velocity), 1)) for n in highest]
    return Track(UNISON, program, tuple(softly))


def _lowest(notes: Sequence[Note]) -> set[Note]:
    """Notes below which nothing sounds where they begin."""
    sounding = sounds(notes, max((note.end for note in notes), default=0))
    return {note for note in notes if not sounding[: note.pitch, note.onset].any()}


def _lines(notes: Sequence[Note]) -> list[list[Note]]:
    """Part notes into lines: each goes on from one that ends as it begins, not far away."""
    lines: list[list[Note]] = []
    open_: list[list[Note]] = []
    semitones, steps = _NEXT
    for note in sorted(notes):
        open_ = [line for line in open_ if note.onset <= line[-1].end + steps]
        near = [
            line
            for line in open_
            if abs(line[-1].pitch - note.pitch) <= semitones and line[-1].onset < note.onset
        ]
        if near:
            min(near, key=lambda line: abs(line[-1].pitch - note.pitch)).append(note)
        else:
            lines.append([note])
            open_.append(lines[-1])
    return lines

"""Any MIDI file onto the grid, with key and chords estimated: other collections, a host's own."""

import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np

from mididraw.errors import MidiError
from mididraw.harmony import PITCH_CLASSES
from mididraw.harmony.estimate import estimate_chord
from mididraw.models.pocket.tokens import BACKING, LEAD
from mididraw.render.midi import parse_midi, read_midi
from mididraw.score import ChordSpan, Meter, Note, Score, Track

_METERS = {
    Meter(): {(4, 4), (2, 4), (2, 2), (4, 2), (4, 8), (2, 8)},
    Meter(3, 4): {(3, 4), (6, 4), (3, 2)},
    Meter(6, 8): {(6, 8), (3, 8), (12, 8)},
}
"""The meters of tunes that are read, and the signatures whose bars fill theirs."""
_FEWEST_BARS = 4
_SUSPECT_SHARE = 0.25  # of onsets between 16ths: the file does not follow its own beats


def read_tune(data: bytes) -> Score | None:
    """Lay a MIDI file on the grid as lead and backing.

    The lead is the track with the highest mean pitch. Drums are left out.

    Returns:
        the tune in 4/4, 3/4 or 6/8, or None where its bars fill none of them, it has fewer than
        four bars, or it was recorded without regard to its beats.

    Raises:
        MidiError: the file is damaged or holds no note.
    """
    file = parse_midi(data)
    meter = _meter(file)
    if meter is None or _off_beat(file) > _SUSPECT_SHARE:
        return None
    score = read_midi(data)
    score = replace(score, bars=-(-score.steps // meter.bar), meter=meter)
    tracks = [track for track in score.tracks if not track.drums]
    if not tracks or score.bars < _FEWEST_BARS:
        return None
    lead = max(tracks, key=lambda track: float(np.mean([note.pitch for note in track.notes])))
    backing = tuple(note for track in tracks if track is not lead for note in track.notes)
    return Score(
        tracks=(Track(LEAD, 0, lead.notes), Track(BACKING, 0, backing)),
        bars=score.bars,
        tempo=score.tempo,
        key=score.key,
        chords=_estimate_chords((*lead.notes, *backing), score.bars, meter.bar // 2),
        meter=meter,
    )


def tunes_of(archive: Path) -> Iterator[tuple[str, Score]]:
    """Read a collection's MIDI files that can be laid on the grid, in the archive's order.

    Nottingham's archive also holds each tune's melody and its chords alone, in folders called
    ``melody`` and ``chords``, which are left out.

    Yields:
        the file's name in the archive, and the tune.
    """
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.name.endswith(".mid") else None
            if stream is None or Path(member.name).parent.name in ("melody", "chords"):
                continue
            try:
                tune = read_tune(stream.read())
            except MidiError:
                continue
            if tune is not None:
                yield member.name, tune


def read_folder(folder: Path) -> list[Score]:
    """Read every MIDI file below a folder that can be laid on the grid.

    Raises:
        MidiError: there is none.
    """
    tunes = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (".mid", ".midi") or not path.is_file():
            continue
        try:
            tune = read_tune(path.read_bytes())
        except (MidiError, OSError):
            continue
        if tune is not None:
            tunes.append(tune)
    if not tunes:
        raise MidiError(
            "training-midi-missing",
            "{folder} holds no MIDI file in 4/4, 3/4 or 6/8 that can be learned from.",
            folder=folder,
        )
    return tunes


def _meter(file: mido.MidiFile) -> Meter | None:
    """The meter whose bars those of the file fill; 4/4 where it says nothing."""
    signatures = {
        (message.numerator, message.denominator)
        for track in file.tracks
        for message in track
        if message.type == "time_signature"
    }
    return next((meter for meter, filling in _METERS.items() if signatures <= filling), None)


def _off_beat(file: mido.MidiFile) -> float:
    """Share of onsets that lie more than a fifth of a step from a 16th."""
    step = file.ticks_per_beat / 4
    away = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                away.append(abs(now / step - round(now / step)) > 0.2)
    return float(np.mean(away)) if away else 1.0


def _estimate_chords(notes: tuple[Note, ...], bars: int, half: int) -> tuple[ChordSpan, ...]:
    """The chord of every half bar of ``half`` steps."""
    weights: defaultdict[int, np.ndarray] = defaultdict(lambda: np.zeros(PITCH_CLASSES))
    for note in notes:
        for step in range(note.onset, min(note.end, bars * 2 * half)):
            # What strikes and what lies low says more of the chord.
            weights[step // half][note.pitch % PITCH_CLASSES] += (
                1.0 + (step == note.onset) + (note.pitch < 52)
            )
    spans = []
    for place in range(2 * bars):
        chord = estimate_chord(weights[place]) if place in weights else None
        if chord is not None:
            spans.append(ChordSpan(place * half, half, chord))
    return tuple(spans)

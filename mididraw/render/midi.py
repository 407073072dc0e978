"""Score ↔ Standard MIDI File."""

import io
import math
import warnings
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import mido
from mido.midifiles.meta import KeySignatureError

from mididraw.errors import MidiError, OptionError
from mididraw.harmony import Chord, Key, Mode
from mididraw.harmony.estimate import estimate_key
from mididraw.render.chunks import is_midi, mended
from mididraw.render.performance import pedal, play
from mididraw.render.quiet import pretty_midi
from mididraw.score import (
    BEATS_PER_BAR,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    ChordSpan,
    Meter,
    Note,
    Score,
    Track,
    sounding_pitch_classes,
)

TICKS_PER_BEAT = 480
MAX_BYTES = 4_000_000
MAX_BARS = 1200
MAX_SECONDS = 2400
"""Longer files are refused, as they are long in bars or slow."""

# What mido and pretty_midi raise on damaged files.
_DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    KeySignatureError,
)
_TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT
_SUSTAIN = 64
_SIX_SHARPS_MINOR, _SIX_FLATS_MINOR = b"\xff\x59\x02\x06\x01", b"\xff\x59\x02\xfa\x01"


def write_midi(score: Score) -> bytes:
    """Write a score as a MIDI file of type 1.

    It carries tempo, time and key signature, chord names as text events and the tracks by name. The
    same score gives the same bytes.
    """
    midi = pretty_midi.PrettyMIDI(initial_tempo=score.tempo, resolution=TICKS_PER_BEAT)
    midi.time_signature_changes.append(
        pretty_midi.TimeSignature(score.meter.beats, score.meter.unit, 0.0)
    )
    number = score.key.tonic + (0 if score.key.mode is Mode.MAJOR else 12)
    midi.key_signature_changes.append(pretty_midi.KeySignature(number, 0.0))
    for span in score.chords:
        time = midi.tick_to_time(span.onset * _TICKS_PER_STEP)
        midi.text_events.append(pretty_midi.Text(span.chord.name(score.key), time))
    for track in score.tracks:
        instrument = pretty_midi.Instrument(track.program, track.drums, track.name)
        for struck in play(track, score):
            note = struck.note
            instrument.notes.append(
                pretty_midi.Note(note.velocity, note.pitch, struck.start, struck.end)
            )
        for time, down in pedal(track, score):
            instrument.control_changes.append(
                pretty_midi.ControlChange(_SUSTAIN, 127 if down else 0, time)
            )
        midi.instruments.append(instrument)
    out = io.BytesIO()
    midi.write(out)
    # The library knows this key as D# minor only: six sharps for six flats.
    spelt = score.key == Key(3, Mode.MINOR)
    written = out.getvalue()
    return written.replace(_SIX_SHARPS_MINOR, _SIX_FLATS_MINOR, 1) if spelt else written


def load_midi(source: Path | bytes) -> bytes:
    """Take a MIDI file's bytes, after a look at its size and heading.

    Raises:
        MidiError: the file cannot be read, is too large or is no MIDI file.
    """
    if isinstance(source, Path):
        try:
            with source.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise MidiError(
                "file-unread", "{source} cannot be read: {why}.", source=source, why=error.strerror
            ) from error
    else:
        data = source
    if len(data) > MAX_BYTES:
        raise MidiError("midi-too-large", "The MIDI file is too large: up to 4 MB are read.")
    if not is_midi(data):
        raise MidiError("midi-other", "This is no MIDI file: give one that ends in .mid.")
    return data[max(data.find(b"MThd"), 0) :]  # RIFF wraps it


def parse_midi(data: bytes) -> mido.MidiFile:
    """Parse the bytes of a MIDI file.

    Raises:
        MidiError: the file is damaged or longer than :data:`MAX_BARS` or :data:`MAX_SECONDS`.
    """
    try:
        file = mido.MidiFile(file=io.BytesIO(mended(load_midi(data))), clip=True)
        if file.type == 2:
            raise MidiError(
                "midi-several",
                "The MIDI file holds several pieces (type 2): save one of them as type 0 or 1.",
            )
        ticks = max((sum(message.time for message in track) for track in file.tracks), default=0)
        seconds = file.length
    except _DAMAGED as error:
        raise MidiError(
            "midi-damaged", "The MIDI file is damaged: save it again and retry."
        ) from error
    if file.ticks_per_beat <= 0 or file.type not in (0, 1):
        raise MidiError(
            "midi-kind", "The MIDI file is of a kind that is not read: save it as type 0 or 1."
        )
    if ticks > MAX_BARS * STEPS_PER_BAR / STEPS_PER_BEAT * file.ticks_per_beat:
        raise MidiError(
            "midi-too-many-bars",
            "The MIDI file is too long: up to {most} bars are read.",
            most=MAX_BARS,
        )
    if seconds > MAX_SECONDS:
        raise MidiError(
            "midi-too-many-minutes",
            "The MIDI file is too long: up to {most} minutes are read.",
            most=MAX_SECONDS // 60,
        )
    return file


def read_midi(data: bytes) -> Score:
    """Read a MIDI file onto the grid of 16th-note steps.

    Times are rounded to the nearest step; of tempo and key changes only the first counts, of time
    signatures the one that rules longest.

    Raises:
        MidiError: the file is damaged, too long, or holds no note.
    """
    file = parse_midi(data)
    try:
        with warnings.catch_warnings():
            # Misplaced tempo events, which pretty_midi warns of, do no harm on a grid.
            warnings.simplefilter("ignore", RuntimeWarning)
            midi = pretty_midi.PrettyMIDI(mido_object=file)
    except _DAMAGED as error:
        raise MidiError(
            "midi-damaged", "The MIDI file is damaged: save it again and retry."
        ) from error

    def step(time: float) -> int:
        return round(int(midi.time_to_tick(time)) * STEPS_PER_BEAT / int(midi.resolution))

    tracks: list[Track] = []
    for instrument in midi.instruments:
        notes = [
            Note(step(n.start), n.pitch, max(step(n.end) - step(n.start), 1), n.velocity)
            for n in instrument.notes
        ]
        if notes:
            name = instrument.name or f"track {len(tracks) + 1}"
            tracks.append(Track(name, instrument.program, tuple(notes), instrument.is_drum))
    if not tracks:
        raise MidiError("midi-empty", "The MIDI file holds no notes.")
    steps = max(note.end for track in tracks for note in track.notes)
    tuned = [note for track in tracks if not track.drums for note in track.notes]
    signatures = midi.key_signature_changes
    meter = _meter(
        [(step(c.time), c.numerator, c.denominator) for c in midi.time_signature_changes], steps
    )
    return Score(
        tracks=tuple(tracks),
        bars=math.ceil(steps / meter.bar),
        tempo=round(float(midi.get_tempo_changes()[1][0]), 2),
        key=_key(signatures[0].key_number)
        if signatures
        else estimate_key(sounding_pitch_classes(tuned)),
        chords=_chords(
            [(step(text.time), text.text) for text in midi.text_events],
            math.ceil(steps / meter.bar) * meter.bar,
        ),
        meter=meter,
    )


def _meter(changes: list[tuple[int, int, int]], steps: int) -> Meter:
    """The meter of most of a piece: 4/4 where nothing is said, or none that 16ths can count."""
    lengths: defaultdict[Meter, int] = defaultdict(int)
    changes = [(0, BEATS_PER_BAR, 4), *changes]
    ends = [*(onset for onset, _, _ in changes), steps][1:]
    for (onset, beats, unit), end in zip(changes, ends, strict=True):
        with suppress(ValueError):
            lengths[Meter(beats, unit)] += end - onset
    return max(lengths, key=lengths.__getitem__, default=Meter())


def _key(number: int) -> Key:
    return Key(number % 12, Mode.MAJOR if number < 12 else Mode.MINOR)


def _chords(texts: list[tuple[int, str]], end: int) -> tuple[ChordSpan, ...]:
    """Read back the chord names that :func:`write_midi` leaves; other texts are passed over."""
    found = []
    for onset, text in sorted(texts):
        try:
            found.append((onset, Chord.parse(text)))
        except OptionError:
            continue
    ends = [*(onset for onset, _ in found), end][1:]
    return tuple(
        ChordSpan(onset, stop - onset, chord)
        for (onset, chord), stop in zip(found, ends, strict=True)
        if stop > onset
    )

"""MIDI → what the audio distance hears: a clip of one length, on one instrument.

Timbre swamps an audio distance, so whatever a piece was written for is played on a grand piano.
"""

import io
import warnings
from functools import lru_cache
from pathlib import Path

import numpy as np

from mididraw.errors import MidiError
from mididraw.evaluation.measures.embed import Sound, to_sound
from mididraw.render.audio import SAMPLE_RATE, synthesize
from mididraw.render.midi import TICKS_PER_BEAT, parse_midi
from mididraw.render.quiet import pretty_midi

CLIP_SECONDS = 15.0
_GRAND_PIANO = 0
_SUSTAIN = 64


def span(midi: bytes) -> tuple[float, float]:
    """When the first note starts and the last one ends, in seconds; drums do not count.

    Raises:
        MidiError: the file is damaged or holds no note.
    """
    notes = [note for part in _tuned(midi) for note in part.notes]
    if not notes:
        raise MidiError("midi-empty", "The MIDI file holds no notes.")
    return float(min(note.start for note in notes)), float(max(note.end for note in notes))


def on_piano(midi: bytes, start: float = 0.0, seconds: float = CLIP_SECONDS) -> bytes:
    """Cut an excerpt and give it to a grand piano.

    Notes that began before are left out, those that last longer are cut off; drums and every
    controller but the sustain pedal are dropped.

    Raises:
        MidiError: the file is damaged.
    """
    stop = start + seconds
    out = pretty_midi.PrettyMIDI(resolution=TICKS_PER_BEAT)
    for part in _tuned(midi):
        piano = pretty_midi.Instrument(_GRAND_PIANO, name=part.name)
        piano.notes = [
            pretty_midi.Note(
                note.velocity, note.pitch, note.start - start, min(note.end, stop) - start
            )
            for note in part.notes
            if start <= note.start < stop and note.end > note.start
        ]
        pedal = [change for change in part.control_changes if change.number == _SUSTAIN]
        before = [change for change in pedal if change.time < start]
        piano.control_changes = [
            pretty_midi.ControlChange(_SUSTAIN, change.value, max(change.time - start, 0.0))
            for change in (*before[-1:], *(c for c in pedal if start <= c.time < stop))
        ]
        out.instruments.append(piano)
    data = io.BytesIO()
    out.write(data)
    return data.getvalue()


def listen(midi: bytes, soundfont: Path | None = None, seconds: float = CLIP_SECONDS) -> Sound:
    """Play the first ``seconds`` of a MIDI file as the network hears them.

    Returns:
        mono at 16 kHz; what ends sooner is followed by silence.

    Raises:
        MidiError: the file is damaged.
        SoundError: FluidSynth or the SoundFont cannot be used.
        ModelError: soxr is not installed.
    """
    length = round(seconds * SAMPLE_RATE)
    samples = synthesize(on_piano(midi, 0.0, seconds), soundfont)[:length]
    return to_sound(np.pad(samples, ((0, length - len(samples)), (0, 0))), SAMPLE_RATE)


@lru_cache(maxsize=1)  # a song is looked at once for each clip that is cut from it
def _tuned(midi: bytes) -> tuple[pretty_midi.Instrument, ...]:
    file = parse_midi(midi)
    with warnings.catch_warnings():
        # Misplaced tempo events, which pretty_midi warns of, do no harm here.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            midi_file = pretty_midi.PrettyMIDI(mido_object=file)
        except (OSError, EOFError, ValueError, LookupError, TypeError, ArithmeticError) as error:
            raise MidiError(
                "midi-damaged", "The MIDI file is damaged: save it again and retry."
            ) from error
    return tuple(part for part in midi_file.instruments if not part.is_drum)

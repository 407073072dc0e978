"""MIDI → samples: FluidSynth plays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import mido
import numpy as np
from numpy.typing import NDArray

from mididraw.errors import Sentence, SoundError
from mididraw.render.midi import parse_midi
from mididraw.render.quiet import pretty_midi

SAMPLE_RATE = 44_100
DEFAULT_SOUNDFONT = Path(pretty_midi.__file__).with_name("TimGM6mb.sf2")
"""TimGM6mb by Tim Brechbill, which pretty_midi carries."""

_TAIL_SECONDS = 2.0
_FADE = int(_TAIL_SECONDS / 2 * SAMPLE_RATE)
"""Samples at the end in which the tail becomes silent."""
_GAIN = 1.0
MISSING = Sentence(
    "fluidsynth-missing",
    "Install FluidSynth and ffmpeg (apt-get install libfluidsynth3 ffmpeg) to make sound.",
)

Samples = NDArray[np.int16]


def synthesize(
    midi: bytes, soundfont: Path | None = None, tell: Callable[[Samples], None] | None = None
) -> Samples:
    """Play a MIDI file.

    Args:
        midi: the file's bytes; every event in it is obeyed.
        soundfont: an SF2 or SF3 file; :data:`DEFAULT_SOUNDFONT` if None.
        tell: given the samples part by part while they are made, and where they clipped all of
            them once more.

    Returns:
        ``int16[samples, 2]`` at 44.1 kHz, with a tail in which the reverb dies away.

    Raises:
        MidiError: the bytes are no MIDI.
        SoundError: FluidSynth or the SoundFont cannot be used.
    """
    file = parse_midi(midi)
    samples = _play(file, soundfont or DEFAULT_SOUNDFONT, _GAIN, tell)
    if peak(samples) >= 0.999:
        # The synthesiser clipped, which no later gain can mend.
        samples = _play(file, soundfont or DEFAULT_SOUNDFONT, _GAIN / 8, tell)
    return samples


def _play(
    file: mido.MidiFile, soundfont: Path, gain: float, tell: Callable[[Samples], None] | None
) -> Samples:
    with _synth(soundfont, gain) as synth:
        parts: list[Samples] = []
        seconds, done = 0.0, 0

        def render_until(sample: int, fade: NDArray[np.float64] | None = None) -> None:
            nonlocal done
            if sample <= done:
                return
            part = synth.get_samples(sample - done).reshape(-1, 2)
            if fade is not None:
                part = (part * fade[:, None]).astype(np.int16)
            done = sample
            parts.append(part)
            if tell is not None:
                tell(part)

        for message in file:
            seconds += message.time
            if not message.is_meta:
                render_until(round(seconds * SAMPLE_RATE))
                _send(synth, message)
        end, fade = round((seconds + _TAIL_SECONDS) * SAMPLE_RATE), np.linspace(1.0, 0.0, _FADE)
        render_until(end - _FADE)
        render_until(end, fade)
        return np.concatenate(parts)


def _send(synth: Any, message: mido.Message) -> None:
    match message.type:
        case "note_on" if message.velocity:
            synth.noteon(message.channel, message.note, message.velocity)
        case "note_on" | "note_off":
            synth.noteoff(message.channel, message.note)
        case "program_change":
            synth.program_change(message.channel, message.program)
        case "control_change":
            synth.cc(message.channel, message.control, message.value)
        case "pitchwheel":
            synth.pitch_bend(message.channel, message.pitch)


def load_soundfont(path: Path) -> None:
    """Try whether FluidSynth plays with a SoundFont.

    Raises:
        SoundError: it does not.
    """
    with _synth(path, _GAIN):
        pass


@contextmanager
def _synth(soundfont: Path, gain: float) -> Iterator[Any]:
    fluidsynth = _fluidsynth()
    if not soundfont.is_file():
        raise SoundError(
            "soundfont-missing", "There is no SoundFont at {soundfont}.", soundfont=soundfont
        )
    synth = fluidsynth.Synth(
        gain=gain, samplerate=SAMPLE_RATE, channels=16, **{"synth.chorus.active": 0}
    )
    try:
        if not _is_soundfont(soundfont) or synth.sfload(str(soundfont)) == fluidsynth.FLUID_FAILED:
            raise SoundError(
                "soundfont-unread",
                "{soundfont} is no SoundFont that FluidSynth reads (SF2 or SF3).",
                soundfont=soundfont,
            )
        synth.system_reset()
        yield synth
    finally:
        synth.delete()


def _is_soundfont(path: Path) -> bool:
    """Look at the heading: FluidSynth tells standard error of what it cannot load."""
    try:
        with path.open("rb") as stream:
            head = stream.read(12)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:] == b"sfbk"


def _fluidsynth() -> ModuleType:
    try:
        import fluidsynth
    except (ImportError, OSError) as error:
        raise SoundError(MISSING) from error
    module: ModuleType = fluidsynth
    return module


def peak(samples: Samples) -> float:
    """The largest sample, 0 to 1; without a copy, as pieces may be long."""
    return max(int(samples.max(initial=0)), -int(samples.min(initial=0))) / 32_768

"""When each step of a MIDI file sounds."""

from dataclasses import dataclass
from typing import Self

import mido
import numpy as np
from numpy.typing import NDArray

from mididraw.render.midi import parse_midi
from mididraw.score import STEPS_PER_BEAT


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Steps and seconds of a piece, whatever its tempo does."""

    _steps: NDArray[np.float64]
    _seconds: NDArray[np.float64]

    @classmethod
    def of(cls, midi: bytes) -> Self:
        """Read a file's tempo events.

        Raises:
            MidiError: as :func:`parse_midi`.
        """
        file = parse_midi(midi)
        tick, tempo = 0, mido.bpm2tempo(120)
        marks = [(0, 0.0)]
        for message in mido.merge_tracks(file.tracks):
            tick += message.time
            if message.type == "set_tempo":
                marks.append((tick, _later(marks[-1], tick, tempo, file.ticks_per_beat)))
                tempo = message.tempo
        far = tick + 2**24
        marks.append((far, _later(marks[-1], far, tempo, file.ticks_per_beat)))
        ticks, seconds = np.array(marks).T
        return cls(ticks * STEPS_PER_BEAT / file.ticks_per_beat, seconds)

    def seconds(self, step: float) -> float:
        """Compute when a step begins, in seconds."""
        return float(np.interp(step, self._steps, self._seconds))

    def step(self, seconds: float) -> float:
        """Which step is reached then, with the part of it that is over."""
        return float(np.interp(seconds, self._seconds, self._steps))


def _later(mark: tuple[int, float], tick: int, tempo: int, ticks_per_beat: int) -> float:
    return mark[1] + float(mido.tick2second(tick - mark[0], ticks_per_beat, tempo))

"""The pocket model's grammar, with notes and time counted from where the picture begins."""

import numpy as np

from mididraw.arrays import Bools, Ints
from mididraw.engines.guidance.notes import Notes
from mididraw.models.interface import Opening
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import GrammarState, PocketGrammar
from mididraw.score import STEPS_PER_BAR


def among(*states: GrammarState) -> Bools:
    """Tell of every state whether it is one of these, ``bool[states]``."""
    return np.array([state in states for state in GrammarState])


_STRIKING = among(GrammarState.POSITION, GrammarState.FIRST_NOTE, GrammarState.SECOND_NOTE)
_SHAPING = among(GrammarState.PITCH)


class PocketPictureGrammar(PocketGrammar):
    """The grammar, with notes and time counted from where the picture begins."""

    def __init__(self, slots: int) -> None:
        """Make room for so many sequences."""
        super().__init__(slots)
        self.completed: Notes | None = None
        self._first_bar = np.zeros_like(self.bars)

    def begin(self, slots: Ints, opening: Opening, bars: int) -> None:
        """Take note of sequences whose picture begins after an opening."""
        super().begin(slots, opening, bars)
        self._first_bar[slots] = opening.bars

    def observe(self, slots: Ints, tokens: Ints) -> None:
        """Go on by one token each, and read the notes that are complete."""
        super().observe(slots, tokens)
        self.completed = None
        shaped = (tokens >= v.SHAPE.first) & (tokens < v.SHAPE.stop)
        if shaped.any():
            slots = slots[shaped]
            duration = (tokens[shaped] - v.SHAPE.first) // len(v.VELOCITIES) + 1
            backing = self.pitch[slots] >= v.PITCH.first + v.PITCHES
            self.completed = Notes(slots, self.key(slots), self.step(slots), duration, backing)

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the state of some slots to others."""
        super().fork(source, target)
        self._first_bar[target] = self._first_bar[source]

    def key(self, slots: Ints) -> Ints:
        """Tell the key of the last pitch, counted from the highest down, ``int64[n]``."""
        return (self.pitch[slots] - v.PITCH.first) % v.PITCHES

    def step(self, slots: Ints) -> Ints:
        """Tell the step of the last position, 0 where there is none yet, ``int64[n]``."""
        step: Ints = self.onset[slots] - self._first_bar[slots] * STEPS_PER_BAR
        return np.maximum(step, 0, out=step)

    def bar_line(self, slots: Ints) -> Ints:
        """Tell the step at which the bar began, ``int64[n]``."""
        return (self.bars[slots] - 1 - self._first_bar[slots]) * STEPS_PER_BAR

    def bars_begun(self, slots: Ints) -> list[int]:
        """Tell how many bars each has begun since the opening; one more once it has ended."""
        begun: list[int] = (self.bars[slots] - self._first_bar[slots] + self.ended(slots)).tolist()
        return begun

    def is_striking(self, slots: Ints) -> Bools:
        """Tell which may strike a note, ``bool[n]``."""
        striking: Bools = _STRIKING[self.state[slots]]
        return striking

    def is_shaping(self, slots: Ints) -> Bools:
        """Tell which have a pitch that waits for its duration, ``bool[n]``."""
        shaping: Bools = _SHAPING[self.state[slots]]
        return shaping

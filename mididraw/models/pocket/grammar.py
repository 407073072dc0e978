"""Which tokens may follow: for many sequences at once, as masks over the vocabulary."""

from enum import IntEnum

import numpy as np

from mididraw.arrays import Bools, Floats, Ints
from mididraw.models.interface import Opening, Rules, forbid
from mididraw.models.pocket import vocabulary as v
from mididraw.score import STEPS_PER_BAR


class GrammarState(IntEnum):
    """What the last token leaves open."""

    NOTHING = 0
    STARTED = 1
    SOURCE = 2
    KEY = 3
    TEMPO = 4
    BAR = 5
    FIRST_CHORD = 6
    SECOND_CHORD = 7
    POSITION = 8
    PITCH = 9
    FIRST_NOTE = 10
    SECOND_NOTE = 11
    ENDED = 12


def _allowed() -> Bools:
    """What may follow in each state, ``bool[states, SIZE]``, order within the bar aside.

    All that is written is in 4/4, and begins without a plan unless the opening has one.
    """
    table = np.zeros((len(GrammarState), v.SIZE), np.bool_)

    def allow(state: GrammarState, first: int, stop: int | None = None) -> None:
        table[state, first : first + 1 if stop is None else stop] = True

    allow(GrammarState.NOTHING, v.START)
    allow(GrammarState.STARTED, v.SOURCE.first, v.SOURCE.stop)
    allow(GrammarState.SOURCE, v.KEY.first, v.KEY.stop)
    allow(GrammarState.KEY, v.TEMPO.first, v.TEMPO.stop)
    common = v.plain_bar(v.BAR), v.bar_token(v.METERS[1])
    allow(GrammarState.TEMPO, *common)
    allow(GrammarState.BAR, v.CHORD.first, v.CHORD.stop)
    half = v.POSITION.first + v.STEPS_PER_CHORD
    for state in (GrammarState.FIRST_CHORD, GrammarState.FIRST_NOTE):
        allow(state, v.POSITION.first, half)
        allow(state, v.CHORD.first, v.CHORD.stop)
    for state in (GrammarState.SECOND_CHORD, GrammarState.SECOND_NOTE):
        allow(state, half, v.POSITION.stop)
        allow(state, *common)
        allow(state, v.END)
    for state in (GrammarState.POSITION, GrammarState.FIRST_NOTE, GrammarState.SECOND_NOTE):
        allow(state, v.PITCH.first, v.PITCH.stop)
    allow(GrammarState.PITCH, v.SHAPE.first, v.SHAPE.stop)
    allow(GrammarState.ENDED, v.PAD)
    return table


def _later() -> Bools:
    """Which tokens may follow after each of the same step or bar, ``bool[SIZE, SIZE]``.

    Time only goes on within a bar, and pitches only on within a step.
    """
    token = np.arange(v.SIZE)
    table = np.ones((v.SIZE, v.SIZE), np.bool_)
    for family in (v.POSITION, v.PITCH):
        own = (token >= family.first) & (token < family.stop)
        table &= ~(own[:, None] & own & (token <= token[:, None]))
    return table


def _end() -> Bools:
    """Which tokens may follow before the last bar and within it, ``bool[2, SIZE]``."""
    table = np.ones((2, v.SIZE), np.bool_)
    table[0, v.END] = table[1, v.BARS.first : v.BARS.stop] = False
    return table


def _following() -> Ints:
    """The state after each token, ``int64[2, states, SIZE]``, for the two halves of a bar."""
    table = np.full((2, len(GrammarState), v.SIZE), GrammarState.ENDED, np.int64)
    table[:, :, v.START] = GrammarState.STARTED
    for family, following in (
        (v.SOURCE, GrammarState.SOURCE),
        (v.KEY, GrammarState.KEY),
        (v.TEMPO, GrammarState.TEMPO),
        (v.BARS, GrammarState.BAR),
        (v.CHORD, GrammarState.SECOND_CHORD),
        (v.POSITION, GrammarState.POSITION),
        (v.PITCH, GrammarState.PITCH),
    ):
        table[:, :, family.first : family.stop] = following
    table[:, GrammarState.TEMPO, v.CHORD.first : v.CHORD.stop] = GrammarState.TEMPO
    table[:, GrammarState.BAR, v.CHORD.first : v.CHORD.stop] = GrammarState.FIRST_CHORD
    table[0, :, v.SHAPE.first : v.SHAPE.stop] = GrammarState.FIRST_NOTE
    table[1, :, v.SHAPE.first : v.SHAPE.stop] = GrammarState.SECOND_NOTE
    table[:, GrammarState.ENDED] = GrammarState.ENDED
    return table


class PocketGrammar(Rules):
    """Forbids what may not follow; there is always something that may.

    Each of its attributes is ``int64[slots]``.

    Attributes:
        state: a :class:`GrammarState`.
        position: the last position token of the bar, 0 where there is none.
        pitch: the last pitch token at that position, 0 where there is none.
        onset: the step of the last position, counted from the beginning of the piece.
        bars: bars begun.
        most_bars: after so many bars the piece ends, and not before.
    """

    def __init__(self, slots: int) -> None:
        """Make a grammar for so many slots."""
        self.state, self.position, self.pitch, self.onset, self.bars, self.most_bars = (
            np.zeros(slots, np.int64) for _ in range(6)
        )
        self._allowed, self._later = _allowed(), _later()
        self._end, self._following = _end(), _following()

    def begin(self, slots: Ints, opening: Opening, bars: int) -> None:
        """Take note of sequences that go on from an opening until so many bars are full."""
        self.start(slots, bars)
        for token in opening.tokens:
            self.observe(slots, np.full_like(slots, token))

    def start(self, slots: Ints, bars: int) -> None:
        """Take note of sequences that have no token yet and go on until so many bars are full."""
        for part in (self.state, self.position, self.pitch, self.onset, self.bars):
            part[slots] = 0
        self.most_bars[slots] = bars

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Forbid what may not follow."""
        return forbid(logits, self.mask(slots))

    def mask(self, slots: Ints) -> Bools:
        """Which tokens may follow, ``bool[n, SIZE]``."""
        full = (self.bars[slots] >= self.most_bars[slots]).astype(np.int64)
        allowed = self._allowed[self.state[slots]] & self._end[full]
        return allowed & self._later[self.position[slots]] & self._later[self.pitch[slots]]

    def observe(self, slots: Ints, tokens: Ints) -> None:
        """Go on by one token each that the mask allows."""
        position = self.position[slots]
        second = (position >= v.POSITION.first + v.STEPS_PER_CHORD).astype(np.int64)
        self.state[slots] = self._following[second, self.state[slots], tokens]
        bar, moved = _of(tokens, v.BARS), _of(tokens, v.POSITION)
        bars = self.bars[slots] + bar
        self.bars[slots] = bars
        self.position[slots] = np.where(moved, tokens, np.where(bar, 0, position))
        pitch = np.where(moved, 0, self.pitch[slots])
        self.pitch[slots] = np.where(_of(tokens, v.PITCH), tokens, pitch)
        onset = (bars - 1) * STEPS_PER_BAR + tokens - v.POSITION.first
        self.onset[slots] = np.where(moved, onset, self.onset[slots])

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the state of some slots to others."""
        for part in (self.state, self.position, self.pitch, self.onset, self.bars, self.most_bars):
            part[target] = part[source]

    def ended(self, slots: Ints) -> Bools:
        """Which sequences have come to their end, ``bool[n]``."""
        ended: Bools = self.state[slots] == GrammarState.ENDED
        return ended


def longest(bars: int) -> int:
    """More tokens than music of so many bars takes: a bound for buffers, eight notes a step."""
    return 5 + bars * (3 + STEPS_PER_BAR * (1 + 2 * 8))


def _of(tokens: Ints, family: v.PocketFamily) -> Bools:
    return (tokens >= family.first) & (tokens < family.stop)

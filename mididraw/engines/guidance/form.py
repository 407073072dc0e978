"""What makes a piece of what a model writes: the plan's chords, rhythms that return, held notes."""

import numpy as np

from mididraw.arrays import Floats, Ints
from mididraw.canvas import Canvas
from mididraw.engines.guidance.coverage import KEYS
from mididraw.engines.guidance.pocket_grammar import PocketPictureGrammar
from mididraw.harmony import PITCH_CLASSES
from mididraw.harmony.feel import Feel
from mididraw.harmony.plan import Plan
from mididraw.models.decoder import LogitsProcessor
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.tokens import plan_bars
from mididraw.options import HIGHEST_KEY
from mididraw.score import STEPS_PER_BAR, STEPS_PER_BEAT

_LAGS = (2, 4)
"""Bars after which a rhythm returns; one that returned at once would make all bars alike."""
_RETURNING = np.float32(3.8)
"""Nats for an onset where each of these bars before had one."""
_LATELY = np.float32(0.6)
"""Nats against striking a key that is held or was released within a beat."""
_AGAIN = np.float32(1.5)
"""Nats more where it is held or just released."""
_HAMMERING = np.float32(4.0)
"""Nats more where it is released again after a 16th."""
_BETWEEN = {Feel.EIGHTHS: 6.0, Feel.MIXED: 1.0, Feel.SIXTEENTHS: -1.0}
"""Nats against an onset between the eighths, by the feel: so many onsets lie there as in songs."""
_SHORT = np.float32(0.3)
"""Nats against a note of a 16th."""
_OFF_CHORD = np.float32(2.4)
"""Nats against a note that is none of the chord's."""
_OFF_HOME = np.float32(4.0)
"""Nats more where it would sound in the last two beats."""


class PocketForm(LogitsProcessor):
    """Forces the plan's chords, and leans towards rhythms that return and keys that are held."""

    def __init__(self, grammar: PocketPictureGrammar, slots: int) -> None:
        """Make room for so many sequences that the grammar follows."""
        self._grammar = grammar
        self._chords = np.full((slots, 1), -1)
        """Of each bar, as places among the vocabulary's chords; -1 where they are left open."""
        self._lines = np.full((slots, 1), -1)
        """The token that each bar begins with; -1 where that is left open."""
        self._onsets = np.zeros((slots, _columns(1)), np.float32)
        """1 where a note begins; the steps follow those of the longest lag, which are 0."""
        self._until = np.zeros((slots, KEYS), np.int64)
        """The step until which each key was last held."""
        self._between = np.zeros(slots, np.float32)
        """Nats against an onset between the eighths."""
        self._led = np.ones((slots, 1), np.float32)
        """0 where no picture leads: the model's own music needs the chords alone."""
        self._bars = np.zeros(slots, np.int64)
        """The picture's length."""
        self._bar = np.arange(STEPS_PER_BAR)
        self._off_eighths = (self._bar % 2).astype(np.float32)
        self._off_chord = _off_chord()
        self._other_chords = ~np.eye(len(v.CHORDS) + 1, len(v.CHORDS), dtype=np.bool_)
        self._other_chords[-1] = False

    def begin(self, slots: Ints, canvas: Canvas, plan: Plan, *, led: bool = True) -> None:
        """Take note of sequences that have no note yet.

        Args:
            slots: of the sequences.
            canvas: the picture.
            plan: of the piece.
            led: whether the picture counts; where it does not, nothing but the chords is planned.
        """
        more = canvas.bars - self._chords.shape[1]
        if more > 0:
            wider = ((0, 0), (0, more))
            self._chords = np.pad(self._chords, wider, constant_values=-1)
            self._lines = np.pad(self._lines, wider, constant_values=-1)
            self._onsets = np.pad(self._onsets, ((0, 0), (0, more * STEPS_PER_BAR)))
        self._chords[slots], self._lines[slots], self._onsets[slots] = -1, -1, 0.0
        self._until[slots], self._bars[slots] = -_columns(0), canvas.bars
        self._between[slots] = _BETWEEN[plan.feel]
        if plan.chords:
            places = [v.CHORDS.index(chord) for chord in plan.chords]
            self._chords[slots, : len(places)] = places
        self._led[slots] = float(led)
        lines = plan_bars(plan) if led else ()
        self._lines[slots, : len(lines)] = lines

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Forbid other chords, raise onsets that return, lower hammering."""
        grammar = self._grammar
        line, step = grammar.bar_line(slots), grammar.step(slots)
        chord = self._chords[slots, _within(line // STEPS_PER_BAR, self._chords)]
        chords = logits[:, v.CHORD.first : v.CHORD.stop]
        np.copyto(chords, -np.inf, where=self._other_chords[chord])
        self._begin_bar(logits, slots, line // STEPS_PER_BAR + 1)
        between = self._between[slots][:, None] * self._off_eighths
        returning = _RETURNING * self._before(slots, line) - between
        led = self._led[slots]
        logits[:, v.POSITION.first : v.POSITION.stop] += led * returning
        held_for = self._until[slots] - step[:, None]
        released = held_for >= 0
        ending = step >= self._bars[slots] * STEPS_PER_BAR - STEPS_PER_BAR // 2
        off_chord_cost = _OFF_CHORD + _OFF_HOME * ending
        cost = _LATELY * (held_for >= -STEPS_PER_BEAT) + _AGAIN * released
        cost += off_chord_cost[:, None] * self._off_chord[chord]
        cost *= led
        for pitches in v.PITCHES_OF_ROLES:
            logits[:, pitches] -= cost
        shaping = grammar.is_shaping(slots)
        hammered = released[np.arange(len(slots)), grammar.key(slots)]
        shape_cost = shaping * (_SHORT + _HAMMERING * hammered)
        logits[:, v.SHAPE.first : v.SHAPE.first + len(v.VELOCITIES)] -= led * shape_cost[:, None]
        return logits

    def _begin_bar(self, logits: Floats, slots: Ints, bar: Ints) -> None:
        """Give the planned kind of bar the chance of all kinds, so that no bar becomes longer."""
        planned = self._lines[slots, _within(bar, self._lines)]
        bars = logits[:, v.BARS.first : v.BARS.stop]
        places = np.arange(v.BARS.first, v.BARS.stop)
        whole = np.logaddexp.reduce(bars, axis=1, keepdims=True)
        only = np.where(places == planned[:, None], whole, np.float32(-np.inf))
        np.copyto(bars, only, where=planned[:, None] >= 0)

    def _before(self, slots: Ints, line: Ints) -> Floats:
        """Count the bars before that have an onset at each step, ``float32[n, 16]``."""
        columns = np.maximum(line, 0)[:, None] + _columns(0) + self._bar
        count = np.zeros(columns.shape, np.float32)
        for lag in _LAGS:
            count += self._onsets[slots[:, None], columns - lag * STEPS_PER_BAR]
        return count

    def observe(self, slots: Ints, tokens: Ints) -> None:  # noqa: ARG002 -- the grammar's
        """Take note of the notes that are complete."""
        notes = self._grammar.completed
        if notes is not None:
            end = np.maximum(self._until[notes.slots, notes.key], notes.step + notes.duration)
            self._until[notes.slots, notes.key] = end
            self._onsets[notes.slots, notes.step + _columns(0)] = 1.0

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the state of some slots to others."""
        follows = (self._chords, self._lines, self._onsets, self._until, self._bars)
        for part in (*follows, self._between, self._led):
            part[target] = part[source]


def _within(bar: Ints, table: Ints) -> Ints:
    """The bar, or the nearest that a table ``[slots, bars]`` has."""
    nearest: Ints = np.minimum(np.maximum(bar, 0), table.shape[1] - 1)
    return nearest


def _off_chord() -> Floats:
    """Which keys, from the highest down, are none of each chord's; the last row is of no chord."""
    table = np.zeros((len(v.CHORDS) + 1, KEYS), np.float32)
    for place, chord in enumerate(v.CHORDS):
        for key in range(KEYS):
            table[place, key] = (
                chord is not None and (HIGHEST_KEY - key) % PITCH_CLASSES not in chord.tones
            )
    return table


def _columns(bars: int) -> int:
    return (max(_LAGS) + bars) * STEPS_PER_BAR

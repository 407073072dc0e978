"""Which tokens may follow: for a whole batch at once, as masks over the vocabulary."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import torch
from torch import Tensor

from mididraw.models.pocket import vocabulary as v
from mididraw.score import STEPS_PER_BAR


class State(IntEnum):
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


def _allowed() -> Tensor:
    """What may follow in each state, ``bool[states, SIZE]``, order within the bar aside."""
    table = torch.zeros(len(State), v.SIZE, dtype=torch.bool)

    def allow(state: State, first: int, stop: int | None = None) -> None:
        table[state, first : first + 1 if stop is None else stop] = True

    allow(State.NOTHING, v.START)
    allow(State.STARTED, v.SOURCE.first, v.SOURCE.stop)
    allow(State.SOURCE, v.KEY.first, v.KEY.stop)
    allow(State.KEY, v.TEMPO.first, v.TEMPO.stop)
    allow(State.TEMPO, v.BAR)
    allow(State.BAR, v.CHORD.first, v.CHORD.stop)
    half = v.POSITION.first + v.STEPS_PER_CHORD
    for state in (State.FIRST_CHORD, State.FIRST_NOTE):
        allow(state, v.POSITION.first, half)
        allow(state, v.CHORD.first, v.CHORD.stop)
    for state in (State.SECOND_CHORD, State.SECOND_NOTE):
        allow(state, half, v.POSITION.stop)
        allow(state, v.BAR)
        allow(state, v.END)
    for state in (State.POSITION, State.FIRST_NOTE, State.SECOND_NOTE):
        allow(state, v.PITCH.first, v.PITCH.stop)
    allow(State.PITCH, v.SHAPE.first, v.SHAPE.stop)
    allow(State.ENDED, v.PAD)
    return table


_ALLOWED = _allowed()


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """Where each sequence of a batch stands; every method gives a new one.

    Attributes:
        state: ``int64[batch]``, a :class:`State`.
        position: ``int64[batch]``, the last position token of the bar, 0 where there is none.
        pitch: ``int64[batch]``, the last pitch token at that position, 0 where there is none.
        bars: ``int64[batch]``, bars begun.
        most_bars: ``int64[batch]``, after so many bars the piece ends, and not before.
    """

    state: Tensor
    position: Tensor
    pitch: Tensor
    bars: Tensor
    most_bars: Tensor

    @classmethod
    def begin(cls, most_bars: Tensor) -> "Grammar":
        """Before ``START``; ``most_bars`` is ``int64[batch]``, at least 1."""
        nothing = torch.zeros_like(most_bars)
        return cls(nothing, nothing, nothing, nothing, most_bars)

    def mask(self) -> Tensor:
        """Which tokens may follow, ``bool[batch, SIZE]``; there is always one."""
        device = self.state.device
        token = torch.arange(v.SIZE, device=device)
        positions = (token >= v.POSITION.first) & (token < v.POSITION.stop)
        pitches = (token >= v.PITCH.first) & (token < v.PITCH.stop)
        allowed = _ALLOWED.to(device)[self.state]
        # Time only goes on within a bar, and pitches only on within a step.
        allowed &= ~(positions & (token <= self.position[:, None]))
        allowed &= ~(pitches & (token <= self.pitch[:, None]))
        full = (self.bars >= self.most_bars)[:, None]
        allowed &= ~(full & (token == v.BAR))
        allowed &= ~(~full & (token == v.END))
        return allowed

    def take(self, tokens: Tensor) -> "Grammar":
        """Go on by one token each, ``int64[batch]``, that the mask allows."""
        state = torch.full_like(self.state, State.ENDED)

        def at(condition: Tensor, value: State | Tensor) -> None:
            state[condition] = value[condition] if isinstance(value, Tensor) else value

        at(tokens == v.START, State.STARTED)
        for family, following in (
            (v.SOURCE, State.SOURCE),
            (v.KEY, State.KEY),
            (v.TEMPO, State.TEMPO),
            (v.POSITION, State.POSITION),
            (v.PITCH, State.PITCH),
        ):
            at(_of(tokens, family), following)
        bar = tokens == v.BAR
        at(bar, State.BAR)
        chord = _of(tokens, v.CHORD)
        at(chord & (self.state == State.BAR), State.FIRST_CHORD)
        at(chord & (self.state != State.BAR), State.SECOND_CHORD)
        shape = _of(tokens, v.SHAPE)
        second = self.position >= v.POSITION.first + v.STEPS_PER_CHORD
        at(shape & ~second, State.FIRST_NOTE)
        at(shape & second, State.SECOND_NOTE)
        at(self.state == State.ENDED, State.ENDED)
        moved = _of(tokens, v.POSITION)
        position = torch.where(moved, tokens, torch.where(bar, 0, self.position))
        pitch = torch.where(_of(tokens, v.PITCH), tokens, torch.where(moved, 0, self.pitch))
        return Grammar(state, position, pitch, self.bars + bar.long(), self.most_bars)

    def take_all(self, tokens: Tensor) -> "Grammar":
        """Go on by several tokens, ``int64[batch, time]``."""
        grammar = self
        for column in tokens.unbind(dim=1):
            grammar = grammar.take(column)
        return grammar

    @classmethod
    def stack(cls, grammars: Sequence["Grammar"]) -> "Grammar":
        """Put batches together into one."""
        return cls(*(torch.cat(parts) for parts in zip(*map(_fields, grammars), strict=True)))

    def at(self, places: Tensor) -> "Grammar":
        """The sequences at ``places``, ``int64[n]``."""
        return Grammar(*(part[places] for part in _fields(self)))

    def put(self, places: Tensor, grammar: "Grammar") -> "Grammar":
        """This batch with other states at ``places``."""
        pairs = zip(_fields(self), _fields(grammar), strict=True)
        return Grammar(*(mine.index_copy(0, places, theirs) for mine, theirs in pairs))

    def to(self, device: torch.device) -> "Grammar":
        """This batch on a device."""
        return Grammar(*(part.to(device) for part in _fields(self)))

    @property
    def ended(self) -> Tensor:
        """Which sequences have come to their end, ``bool[batch]``."""
        return self.state == State.ENDED


def _fields(grammar: Grammar) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    return (grammar.state, grammar.position, grammar.pitch, grammar.bars, grammar.most_bars)


def longest(bars: int) -> int:
    """More tokens than music of so many bars takes: a bound for buffers, eight notes a step."""
    return 5 + bars * (3 + STEPS_PER_BAR * (1 + 2 * 8))


def _of(tokens: Tensor, family: v.Family) -> Tensor:
    return (tokens >= family.first) & (tokens < family.stop)

"""The picture's wishes in the pocket model's tokens."""

import torch
from torch import Tensor

from mididraw.engines.guidance.easel import STRAY, Easel
from mididraw.engines.guidance.harmony import Consonance, in_scale
from mididraw.models.interface import Opening, forbid
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import Grammar, State
from mididraw.options import HIGHEST_KEY
from mididraw.score import STEPS_PER_BAR

_TRIED = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Durations that are looked at before one is chosen."""
_EAGER = 0.15
"""How much of the worth of ink counts as soon as a token leads to it; the rest counts when it would
be missed. Without it the model puts strokes off; with all of it, it plays every cell at once."""
_ROLES = len(v.Role)


class PocketGuide:
    """Grammar, harmony and picture for a batch of sequences that all play one picture.

    The tokens of a note come one after the other, and each is weighed by the best that may still
    come of it: a position by what could be played there and what would be missed on the way, a
    pitch by its best duration, a shape by its own.
    """

    def __init__(
        self,
        easel: Easel,
        opening: Opening,
        bars: int,
        strength: float,
        batch: int,
        *,
        accompany: bool = False,
    ) -> None:
        """Begin ``batch`` sequences with the same opening.

        Args:
            easel: the picture, for as many sequences.
            opening: tokens that are there already.
            bars: bars to follow.
            strength: nats a cell; 0 leaves the model alone.
            batch: how many sequences.
            accompany: let the backing play what it likes beside the ink; whatever of it lies at
                ink counts as the drawing (see :mod:`mididraw.engines.guidance.parts`).
        """
        self._easel, self._strength, self._bars = easel, strength, bars
        self._accompany = accompany
        device = easel.device
        grammar = Grammar.begin(torch.full((batch,), opening.bars + bars, device=device))
        tokens = torch.tensor([opening.tokens] * batch, device=device)
        self._grammar = grammar.take_all(tokens)
        self._first_bar = opening.bars
        self._consonance = Consonance(batch, device)
        key = v.KEYS[opening.tokens[2] - v.KEY.first]
        self._allowed = in_scale(key).to(device)
        self._step = torch.zeros(batch, dtype=torch.int64, device=device)
        self._pitch = torch.full((batch,), HIGHEST_KEY, device=device)
        self._backing = torch.zeros(batch, dtype=torch.bool, device=device)
        self.log_model = torch.zeros(batch, device=device)
        """Log probability of what each sequence drew, under the model."""
        self.log_drawn = torch.zeros(batch, device=device)
        """The same under the distribution that it was drawn from."""
        self._settled = torch.zeros(batch, device=device)
        self._model, self._drawn = torch.zeros(2, batch, v.SIZE, device=device)
        self._tried = torch.tensor(_TRIED, device=device)
        self._durations = torch.arange(1, v.LONGEST + 1, device=device)
        pitches = HIGHEST_KEY - torch.arange(v.PITCHES, device=device)
        self._row = pitches - easel.low
        self._inside = (self._row >= 0) & (self._row < easel.rows)
        self._row = self._row.clamp(0, easel.rows - 1)

    @property
    def score(self) -> Tensor:
        """Log of the target up to a constant: p(music) · exp(strength · match)."""
        return self.log_model + self._strength * self._easel.match()

    def shares(self) -> Tensor:
        """The weights since they last settled: what was drawn, over what it was drawn from."""
        return torch.softmax((self.score - self.log_drawn - self._settled).double(), dim=0)

    def settle(self) -> None:
        """Count the weights from here on."""
        self._settled = self.score - self.log_drawn

    def bars_begun(self, place: int) -> int:
        """How many bars a sequence has begun since the opening; one more once it has ended."""
        ended = bool(self._grammar.ended[place])
        return self._bars + 1 if ended else int(self._grammar.bars[place]) - self._first_bar

    def take(self, places: Tensor, tokens: Tensor) -> None:
        """Follow what was drawn, ``int64[n]`` each."""
        self.log_model[places] += self._model[places, tokens]
        self.log_drawn[places] += self._drawn[places, tokens]
        here = self._grammar.at(places).take(tokens)
        self._grammar = self._grammar.put(places, here)
        bar = (here.bars - 1 - self._first_bar) * STEPS_PER_BAR
        moved = _of(tokens, v.POSITION)
        self._step[places] = torch.where(moved, bar + tokens - v.POSITION.first, self._step[places])
        struck = _of(tokens, v.PITCH)
        pitch = HIGHEST_KEY - (tokens - v.PITCH.first) % v.PITCHES
        self._pitch[places] = torch.where(struck, pitch, self._pitch[places])
        backing = tokens >= v.PITCH.first + v.PITCHES
        self._backing[places] = torch.where(struck, backing, self._backing[places])
        shaped = _of(tokens, v.SHAPE)
        if bool(shaped.any()):
            at = places[shaped]
            duration = (tokens[shaped] - v.SHAPE.first) // len(v.VELOCITIES) + 1
            self._consonance.play(at, self._pitch[at], self._step[at] + duration)
            if self._accompany:
                draws = ~self._backing[at] | self._at_ink(at, duration)
                at, duration = at[draws], duration[draws]
            if len(at):
                self._easel.play(at, self._pitch[at], self._step[at], duration)

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put the sequences at ``source`` also at ``target``, both ``int64[n]``."""
        self._grammar = self._grammar.put(target, self._grammar.at(source))
        self._easel.copy(source, target)
        self._consonance.copy(source, target)
        for part in (
            self._step,
            self._pitch,
            self._backing,
            self.log_model,
            self.log_drawn,
        ):
            part[target] = part[source]

    def __call__(self, logits: Tensor, places: Tensor) -> Tensor:
        """Weigh what may follow at ``places``; ``logits`` and result ``float32[n, SIZE]``."""
        here = self._grammar.at(places)
        logits = forbid(logits, here.mask() & self._allowed)
        guided = logits + self._strength * self._wishes(here.state, places)
        first, stop = v.PITCH.first, v.PITCH.stop
        guided[:, first:stop] -= self._consonance.penalty(places, self._step[places]).repeat(
            1, _ROLES
        )
        self._model[places] = logits.log_softmax(dim=-1)
        self._drawn[places] = guided.log_softmax(dim=-1)
        return guided

    def _wishes(self, state: Tensor, places: Tensor) -> Tensor:
        """Cells that each token is worth, ``float32[n, SIZE]``."""
        wishes = torch.zeros(len(places), v.SIZE, device=places.device)
        striking = _any(state, State.POSITION, State.FIRST_NOTE, State.SECOND_NOTE)
        if bool(striking.any()):
            wishes[striking, v.PITCH.first : v.PITCH.stop] = self._of_pitches(places[striking])
        shaping = state == State.PITCH
        if bool(shaping.any()):
            wishes[shaping, v.SHAPE.first : v.SHAPE.stop] = self._of_shapes(places[shaping])
        moving = _any(
            state, State.FIRST_CHORD, State.FIRST_NOTE, State.SECOND_CHORD, State.SECOND_NOTE
        )
        if bool(moving.any()):
            positions, half, bar = self._of_moves(places[moving])
            wishes[moving, v.POSITION.first : v.POSITION.stop] = positions
            wishes[moving, v.CHORD.first : v.CHORD.stop] = half
            wishes[moving, v.BAR] = wishes[moving, v.END] = bar[:, 0]
        return wishes

    def _of_pitches(self, places: Tensor) -> Tensor:
        step = self._step[places]
        worth = self._worth(places, step, self._tried)
        outside = -STRAY * float(self._tried[2])
        lead = torch.where(self._inside, worth.amax(dim=-1)[:, self._row], outside)
        backing = lead
        if self._accompany:
            free = worth.where(self._easel.clear(step, self._tried), 0.0).clamp(min=0)
            backing = torch.where(self._inside, free.amax(dim=-1)[:, self._row], 0.0)
        # Whatever lies higher comes too late after a note of the backing.
        above = self._easel.overhead(places, step)[:, self._row]
        return torch.cat([lead, torch.where(self._inside, backing - above, backing)], dim=1)

    def _of_shapes(self, places: Tensor) -> Tensor:
        key = HIGHEST_KEY - self._pitch[places]
        each = torch.arange(len(places), device=places.device)
        step, row = self._step[places], self._row[key]
        own = self._worth(places, step, self._durations)[each, row]
        own = torch.where(self._inside[key][:, None], own, -STRAY * self._durations.float())
        if self._accompany:
            clear = self._easel.clear(step, self._durations)[each, row]
            clear &= self._inside[key][:, None]
            free = own.where(clear, 0.0).clamp(min=0)
            own = torch.where(self._backing[places][:, None], free, own)
        return own.repeat_interleave(len(v.VELOCITIES), dim=1)

    def _of_moves(self, places: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of the 16 positions of the bar, of going on to its second half, and to the next bar."""
        bar = (self._grammar.bars[places] - 1 - self._first_bar) * STEPS_PER_BAR
        offsets = torch.arange(STEPS_PER_BAR, device=places.device)
        steps = bar[:, None] + offsets
        best = self._worth(places, steps, self._tried).amax(dim=(1, 3)).clamp(max=0)
        if self._accompany:
            best = torch.zeros_like(best)
        goals = torch.cat([offsets, offsets.new_tensor([STEPS_PER_BAR // 2, STEPS_PER_BAR])])
        missed = self._easel.missed(places, bar[:, None] + goals)
        missed = missed - self._easel.missed(places, self._step[places][:, None])
        missed = missed.clamp(min=0)
        return best - missed[:, :STEPS_PER_BAR], -missed[:, -2:-1], -missed[:, -1:]

    def _at_ink(self, places: Tensor, duration: Tensor) -> Tensor:
        key = HIGHEST_KEY - self._pitch[places]
        clear = self._easel.clear(self._step[places], self._durations)
        each = torch.arange(len(places), device=places.device)
        return clear[each, self._row[key], duration - 1] & self._inside[key]

    def _worth(self, places: Tensor, step: Tensor, durations: Tensor) -> Tensor:
        played, off = self._easel.worth(places, step, durations)
        return _EAGER * played - off


def _of(tokens: Tensor, family: v.Family) -> Tensor:
    return (tokens >= family.first) & (tokens < family.stop)


def _any(state: Tensor, *states: State) -> Tensor:
    return torch.stack([state == one for one in states]).any(dim=0)

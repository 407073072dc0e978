"""The picture's wishes in the pocket model's tokens."""

import torch
from torch import Tensor

from mididraw.canvas import Canvas
from mididraw.engines.guidance.easel import Easel
from mididraw.engines.guidance.harmony import Consonance, in_scale
from mididraw.models.interface import Opening, forbid
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import Grammar, State
from mididraw.score import STEPS_PER_BAR

_TRIED = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Durations that are looked at before one is chosen."""
_EAGER = 0.15
"""How much of the worth of ink counts as soon as a token leads to it; the rest counts when it would
be missed. Without it the model puts strokes off; with all of it, it plays every cell at once."""


class PocketGuide:
    """Grammar, harmony and picture for a batch of sequences, each with a picture of its own.

    The tokens of a note come one after the other, and each is weighed by the best that may still
    come of it: a position by what would be missed on the way there, a pitch by its best duration, a
    shape by its own. All sequences that take a step are weighed at once.
    """

    def __init__(self, batch: int, device: torch.device) -> None:
        """Make ``batch`` places, all free."""
        self.device = device
        self._free = list(range(batch))
        self._easel = Easel(batch, device)
        self._consonance = Consonance(batch, device)
        numbers = torch.zeros(batch, dtype=torch.int64, device=device)
        self._grammar = Grammar.begin(numbers + 1)
        self._first_bar, self._bars = numbers.clone(), numbers.clone()
        self._step, self._key = numbers.clone(), numbers.clone()
        self._backing, self._accompany = torch.zeros(2, batch, dtype=torch.bool, device=device)
        self._allowed = torch.ones(batch, v.SIZE, dtype=torch.bool, device=device)
        reals = torch.zeros(batch, device=device)
        self._strength, self._settled = reals.clone(), reals.clone()
        self.log_model = reals.clone()
        """Log probability of what each sequence drew, under the model."""
        self.log_drawn = reals.clone()
        """The same under the distribution that it was drawn from."""
        self._model, self._drawn = torch.zeros(2, batch, v.SIZE, device=device)
        self._tried = torch.tensor(_TRIED, device=device)

    def join(
        self,
        canvas: Canvas,
        opening: Opening,
        strength: float,
        count: int,
        *,
        accompany: bool = False,
    ) -> Tensor:
        """Take places for sequences that begin with the same opening and play the same picture.

        Args:
            canvas: the picture.
            opening: tokens that are there already.
            strength: nats a cell; 0 leaves the model alone.
            count: how many sequences.
            accompany: let the backing play what it likes beside the ink; whatever of it lies at
                ink counts as the drawing (see :mod:`mididraw.engines.guidance.parts`).

        Returns:
            ``int64[count]``, to be given back to :meth:`leave`.

        Raises:
            ValueError: there are not so many places.
        """
        if count > len(self._free):
            raise ValueError("all places are taken")
        places = torch.tensor([self._free.pop(0) for _ in range(count)], device=self.device)
        self._easel.lay(places, canvas)
        self._consonance.clear(places)
        bars = torch.full((count,), opening.bars + canvas.bars, device=self.device)
        tokens = torch.tensor([opening.tokens] * count, device=self.device)
        self._grammar = self._grammar.put(places, Grammar.begin(bars).take_all(tokens))
        self._first_bar[places] = opening.bars
        self._bars[places] = canvas.bars
        self._allowed[places] = in_scale(v.KEYS[opening.tokens[2] - v.KEY.first]).to(self.device)
        self._strength[places], self._accompany[places] = strength, accompany
        for part in (self._step, self._key, self._settled, self.log_model, self.log_drawn):
            part[places] = 0
        return places

    def leave(self, places: Tensor) -> None:
        """Give places back."""
        self._free += places.tolist()

    def score(self, places: Tensor) -> Tensor:
        """Log of the target up to a constant: p(music) · exp(strength · match)."""
        match = self._easel.match()[places]
        return self.log_model[places] + self._strength[places] * match

    def shares(self, places: Tensor) -> Tensor:
        """The weights since they last settled: what was drawn, over what it was drawn from."""
        level = self.score(places) - self.log_drawn[places] - self._settled[places]
        return torch.softmax(level.double(), dim=0)

    def settle(self, places: Tensor) -> None:
        """Count the weights from here on."""
        self._settled[places] = self.score(places) - self.log_drawn[places]

    def bars_begun(self, places: Tensor) -> list[int]:
        """How many bars each has begun since the opening; one more once it has ended."""
        here = self._grammar.at(places)
        begun = here.bars - self._first_bar[places]
        return torch.where(here.ended, self._bars[places] + 1, begun).tolist()

    def take(self, places: Tensor, tokens: Tensor) -> None:
        """Follow what was drawn, ``int64[n]`` each."""
        self.log_model[places] += self._model[places, tokens]
        self.log_drawn[places] += self._drawn[places, tokens]
        here = self._grammar.at(places).take(tokens)
        self._grammar = self._grammar.put(places, here)
        bar = (here.bars - 1 - self._first_bar[places]) * STEPS_PER_BAR
        moved = _of(tokens, v.POSITION)
        self._step[places] = torch.where(moved, bar + tokens - v.POSITION.first, self._step[places])
        struck = _of(tokens, v.PITCH)
        key = (tokens - v.PITCH.first) % v.PITCHES
        self._key[places] = torch.where(struck, key, self._key[places])
        backing = tokens >= v.PITCH.first + v.PITCHES
        self._backing[places] = torch.where(struck, backing, self._backing[places])
        shaped = _of(tokens, v.SHAPE)
        if bool(shaped.any()):
            duration = (tokens[shaped] - v.SHAPE.first) // len(v.VELOCITIES) + 1
            self._play(places[shaped], duration)

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put the sequences at ``source`` also at ``target``, both ``int64[n]``, of one piece."""
        self._grammar = self._grammar.put(target, self._grammar.at(source))
        self._easel.copy(source, target)
        self._consonance.copy(source, target)
        for part in (self._step, self._key, self._backing, self.log_model, self.log_drawn):
            part[target] = part[source]

    def __call__(self, logits: Tensor, places: Tensor) -> Tensor:
        """Weigh what may follow at ``places``; ``logits`` and result ``float32[n, SIZE]``."""
        here = self._grammar.at(places)
        logits = forbid(logits, here.mask() & self._allowed[places])
        guided = logits + self._strength[places][:, None] * self._wishes(here, places)
        pitches = guided[:, v.PITCH.first : v.PITCH.stop].view(len(places), len(v.Role), -1)
        pitches -= self._consonance.penalty(places, self._step[places])[:, None]
        self._model[places] = logits.log_softmax(dim=-1)
        self._drawn[places] = guided.log_softmax(dim=-1)
        return guided

    def _play(self, places: Tensor, duration: Tensor) -> None:
        key, step = self._key[places], self._step[places]
        self._consonance.play(places, key, step + duration)
        free = self._accompany[places] & self._backing[places]
        if bool(free.any()):
            clear = self._easel.clear_of(places, key, step)
            draws = ~free | clear.gather(1, duration[:, None] - 1)[:, 0]
            places, key, step, duration = (part[draws] for part in (places, key, step, duration))
        if len(places):
            self._easel.play(places, key, step, duration)

    def _wishes(self, here: Grammar, places: Tensor) -> Tensor:
        """Cells that each token is worth, ``float32[n, SIZE]``."""
        wishes = torch.zeros(len(places), v.SIZE, device=places.device)
        state = here.state
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
            positions, half, bar = self._of_moves(places[moving], here.bars[moving])
            wishes[moving, v.POSITION.first : v.POSITION.stop] = positions
            wishes[moving, v.CHORD.first : v.CHORD.stop] = half
            wishes[moving, v.BAR] = wishes[moving, v.END] = bar[:, 0]
        return wishes

    def _of_pitches(self, places: Tensor) -> Tensor:
        step = self._step[places]
        played, price = self._easel.worth(places, step, self._tried)
        worth = _EAGER * played - price
        lead = backing = worth.amax(dim=1)
        accompany = self._accompany[places]
        if bool(accompany.any()):
            clear = self._easel.clear(places, step, self._tried)
            free = worth.where(clear, 0.0).clamp(min=0).amax(dim=1)
            backing = torch.where(accompany[:, None], free, lead)
        # Whatever lies higher comes too late after a note of the backing.
        return torch.cat([lead, backing - self._easel.overhead(places, step)], dim=1)

    def _of_shapes(self, places: Tensor) -> Tensor:
        played, price = self._easel.worth_of(places, self._key[places], self._step[places])
        own = _EAGER * played - price
        free = self._accompany[places] & self._backing[places]
        if bool(free.any()):
            clear = self._easel.clear_of(places, self._key[places], self._step[places])
            at_will = own.where(clear, 0.0).clamp(min=0)
            own = torch.where(free[:, None], at_will, own)
        return own.repeat_interleave(len(v.VELOCITIES), dim=1)

    def _of_moves(self, places: Tensor, bars: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of the 16 positions of the bar, of going on to its second half, and to the next bar."""
        bar = (bars - 1 - self._first_bar[places]) * STEPS_PER_BAR
        missed = self._easel.missed(places, bar)
        so_far = (self._step[places] - bar).clamp(min=0)
        missed = (missed - missed.gather(1, so_far[:, None])).clamp(min=0)
        bare = self._easel.bare(places, bar) * ~self._accompany[places][:, None]
        half = STEPS_PER_BAR // 2
        return -bare - missed[:, :-1], -missed[:, half : half + 1], -missed[:, -1:]


def _of(tokens: Tensor, family: v.Family) -> Tensor:
    return (tokens >= family.first) & (tokens < family.stop)


def _any(state: Tensor, *states: State) -> Tensor:
    return torch.stack([state == one for one in states]).any(dim=0)

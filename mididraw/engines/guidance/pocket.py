"""The picture's wishes in the pocket model's tokens."""

import torch
from torch import Tensor

from mididraw.canvas import Canvas
from mididraw.engines.guidance.target import EAGER, Target
from mididraw.harmony import PITCH_CLASSES, Key
from mididraw.models.interface import Opening, forbid
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import Grammar, State
from mididraw.models.pocket.tokens import BACKING
from mididraw.score import STEPS_PER_BAR

_TRIED = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Durations that are looked at before one is chosen."""


class PocketGuide(Target):
    """Grammar, harmony and picture for a batch of sequences, each with a picture of its own.

    The tokens of a note come one after the other, and each is weighed by the best that may still
    come of it: a position by what would be missed on the way there, a pitch by its best duration, a
    shape by its own. All sequences that take a step are weighed at once.
    """

    backing = BACKING

    def __init__(self, batch: int, device: torch.device) -> None:
        """Make ``batch`` places, all free."""
        super().__init__(batch, v.SIZE, device)
        numbers = torch.zeros(batch, dtype=torch.int64, device=device)
        self._grammar = Grammar.begin(numbers + 1)
        self._first_bar, self._bars = numbers.clone(), numbers.clone()
        self._step, self._key = numbers.clone(), numbers.clone()
        self._backing = torch.zeros(batch, dtype=torch.bool, device=device)
        self._allowed = torch.ones(batch, v.SIZE, dtype=torch.bool, device=device)
        self._tried = torch.tensor(_TRIED, device=device)

    def join(
        self,
        canvas: Canvas,
        opening: Opening,
        key: Key,
        strength: float,
        count: int,
        *,
        accompany: bool = False,
    ) -> Tensor:
        """Take places for sequences that begin with the same opening and play the same picture.

        Args:
            canvas: the picture.
            opening: tokens that are there already.
            key: what is played keeps to its scale.
            strength: nats a cell; 0 leaves the model alone.
            count: how many sequences.
            accompany: let the backing play what it likes beside the ink; whatever of it lies at
                ink counts as the drawing (see :mod:`mididraw.engines.guidance.parts`).

        Returns:
            ``int64[count]``, to be given back to :meth:`leave`.

        Raises:
            ValueError: there are not so many places.
        """
        places = self._join(canvas, strength, count, accompany=accompany)
        bars = torch.full((count,), opening.bars + canvas.bars, device=self.device)
        tokens = torch.tensor([opening.tokens] * count, device=self.device)
        self._grammar = self._grammar.put(places, Grammar.begin(bars).take_all(tokens))
        self._first_bar[places] = opening.bars
        self._bars[places] = canvas.bars
        self._allowed[places] = in_scale(key).to(self.device)
        self._step[places] = self._key[places] = 0
        return places

    def bars_begun(self, places: Tensor) -> list[int]:
        """How many bars each has begun since the opening; one more once it has ended."""
        here = self._grammar.at(places)
        begun = here.bars - self._first_bar[places]
        return torch.where(here.ended, self._bars[places] + 1, begun).tolist()

    def take(self, places: Tensor, tokens: Tensor) -> None:
        """Follow what was drawn, ``int64[n]`` each."""
        self._count(places, tokens)
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
            at = places[shaped]
            self._play(at, self._key[at], self._step[at], duration, self._backing[at])

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put the sequences at ``source`` also at ``target``, both ``int64[n]``, of one piece."""
        self._grammar = self._grammar.put(target, self._grammar.at(source))
        self._copy(source, target)
        for part in (self._step, self._key, self._backing):
            part[target] = part[source]

    def __call__(self, logits: Tensor, places: Tensor) -> Tensor:
        """Weigh what may follow at ``places``; ``logits`` and result ``float32[n, SIZE]``."""
        here = self._grammar.at(places)
        logits = forbid(logits, here.mask() & self._allowed[places])
        guided = logits + self._strength[places][:, None] * self._wishes(here, places)
        pitches = guided[:, v.PITCH.first : v.PITCH.stop].view(len(places), len(v.Role), -1)
        pitches -= self._consonance.penalty(places, self._step[places])[:, None]
        return self._weighed(logits, guided, places)

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
        lead, backing = (worth.amax(dim=1) for worth in self._worth(places, step, self._tried))
        # Whatever lies higher comes too late after a note of the backing.
        return torch.cat([lead, backing - self._easel.overhead(places, step)], dim=1)

    def _of_shapes(self, places: Tensor) -> Tensor:
        played, price = self._easel.worth_of(places, self._key[places], self._step[places])
        own = EAGER * played - price
        free = self._accompany[places] & self._backing[places]
        if bool(free.any()):
            clear = self._easel.clear_of(places, self._key[places], self._step[places])
            at_will = own.where(clear, 0.0).clamp(min=0)
            own = torch.where(free[:, None], at_will, own)
        return own.repeat_interleave(len(v.VELOCITIES), dim=1)

    def _of_moves(self, places: Tensor, bars: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of the 16 positions of the bar, of going on to its second half, and to the next bar."""
        bar = (bars - 1 - self._first_bar[places]) * STEPS_PER_BAR
        missed = self._easel.missed(places, bar, STEPS_PER_BAR)
        so_far = (self._step[places] - bar).clamp(min=0)
        missed = (missed - missed.gather(1, so_far[:, None])).clamp(min=0)
        bare = self._easel.bare(places, bar, STEPS_PER_BAR) * ~self._accompany[places][:, None]
        half = STEPS_PER_BAR // 2
        return -bare - missed[:, :-1], -missed[:, half : half + 1], -missed[:, -1:]


def _of(tokens: Tensor, family: v.Family) -> Tensor:
    return (tokens >= family.first) & (tokens < family.stop)


def _any(state: Tensor, *states: State) -> Tensor:
    return torch.stack([state == one for one in states]).any(dim=0)


def in_scale(key: Key) -> Tensor:
    """Which tokens keep to the key, ``bool[SIZE]``: its chords and pitches, and all others."""
    allowed = torch.ones(v.SIZE, dtype=torch.bool)
    for place, chord in enumerate(v.CHORDS):
        allowed[v.CHORD.first + place] = chord is None or chord.tones <= key.scale
    for token in range(v.PITCH.first, v.PITCH.stop):
        allowed[token] = v.read_pitch(token)[0] % PITCH_CLASSES in key.scale
    return allowed

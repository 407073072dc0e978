"""The pocket model's tokens as processors see them: what they play, gain and cost."""

from typing import TYPE_CHECKING

import numpy as np

from mididraw.arrays import Bools, Floats, Ints
from mididraw.canvas import Canvas
from mididraw.engines.guidance.consonance import Consonance
from mididraw.engines.guidance.form import PocketForm
from mididraw.engines.guidance.particles import ParticleFilter
from mididraw.engines.guidance.pocket_grammar import PocketPictureGrammar, among
from mididraw.engines.guidance.reward import HELD, PictureReward
from mididraw.engines.guidance.token_mask import TokenMask
from mididraw.engines.guidance.weights import ImportanceWeights
from mididraw.harmony import PITCH_CLASSES, Key
from mididraw.harmony.plan import Plan
from mididraw.models.decoder import LogitsProcessor
from mididraw.models.interface import Opening
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import GrammarState
from mididraw.models.pocket.tokens import BACKING
from mididraw.score import STEPS_PER_BAR

if TYPE_CHECKING:
    from mididraw.engines.guidance.discriminator import DiscriminatorReward

DISCRIMINATOR = 0.0
"""Nats a bar that the log of the odds counts for that a song has it; 0 leaves that out."""
_TRIED = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Durations that are looked at before one is chosen."""
_MOVING = among(
    GrammarState.FIRST_CHORD,
    GrammarState.FIRST_NOTE,
    GrammarState.SECOND_CHORD,
    GrammarState.SECOND_NOTE,
)


class PocketReward(PictureReward):
    """Weighs each token by the best that may still come of it.

    The tokens of a note come one after the other: a position is weighed by what would be missed on
    the way there, a pitch by its best duration, a shape by its own cells.
    """

    def __init__(self, grammar: PocketPictureGrammar, slots: int) -> None:
        """Make room for so many sequences that the grammar follows."""
        super().__init__(grammar, slots)
        self._grammar = grammar
        self._tried = np.array(_TRIED)

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Raise what gains ink, and lower what misses it or lies off it."""
        logits += self.strength[slots][:, None] * self._gains_of_tokens(slots)
        return logits

    def _gains_of_tokens(self, slots: Ints) -> Floats:
        """Tell the cells that each token gains, ``float32[n, SIZE]``."""
        gains = np.zeros((len(slots), v.SIZE), np.float32)
        striking = self._grammar.is_striking(slots)
        if striking.any():
            gains[striking, v.PITCH.first : v.PITCH.stop] = self._of_pitches(slots[striking])
        shaping = self._grammar.is_shaping(slots)
        if shaping.any():
            gains[shaping, v.SHAPE.first : v.SHAPE.stop] = self._of_shapes(slots[shaping])
        moving = _MOVING[self._grammar.state[slots]]
        if moving.any():
            positions, half, bar = self._of_moves(slots[moving])
            gains[moving, v.POSITION.first : v.POSITION.stop] = positions
            gains[moving, v.CHORD.first : v.CHORD.stop] = half
            gains[moving, v.BARS.first : v.BARS.stop] = bar
            gains[moving, v.END] = bar[:, 0]
        return gains

    def _of_pitches(self, slots: Ints) -> Floats:
        step = self._grammar.step(slots)
        lead, backing = (gain.max(axis=1) for gain in self._gains(slots, step, self._tried))
        # Whatever lies higher comes too late after a note of the backing.
        missed = self.coverage.missed_above(slots, step)
        return np.concatenate([lead, backing - missed], axis=1)

    def _of_shapes(self, slots: Ints) -> Floats:
        key, step = self._grammar.key(slots), self._grammar.step(slots)
        played, cost = self.coverage.gain_and_cost_of_key(slots, key, step)
        gain = HELD * played - cost
        backing = self._grammar.pitch[slots] >= v.PITCH.first + v.PITCHES
        free = self.accompanied[slots] & backing
        if free.any():
            at_ink = self.coverage.is_key_at_ink(slots, key, step)
            at_least = np.where(at_ink, np.maximum(gain, 0), np.float32(0))
            gain = np.where(free[:, None], at_least, gain)
        return gain.repeat(len(v.VELOCITIES), axis=1)

    def _of_moves(self, slots: Ints) -> tuple[Floats, Floats, Floats]:
        """Of the 16 positions of the bar, of going on to its second half, and to the next bar."""
        bar = self._grammar.bar_line(slots)
        missed = self.coverage.missed(slots, bar, STEPS_PER_BAR)
        so_far = np.maximum(self._grammar.step(slots) - bar, 0)
        missed = np.maximum(missed - missed[np.arange(len(slots)), so_far][:, None], 0)
        cost = self.coverage.least_cost(slots, bar, STEPS_PER_BAR)
        cost = cost * ~self.accompanied[slots][:, None]
        half = STEPS_PER_BAR // 2
        return -cost - missed[:, :-1], -missed[:, half : half + 1], -missed[:, -1:]


class PocketConsonance(Consonance):
    """Takes off pitches what they cost beside what sounds."""

    def __init__(self, grammar: PocketPictureGrammar, slots: int) -> None:
        """Make room for so many sequences that the grammar follows."""
        super().__init__(grammar, slots)
        self._grammar = grammar

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Lower pitches that clash, and all where too many sound."""
        cost = self.cost(slots, self._grammar.step(slots))
        for pitches in v.PITCHES_OF_ROLES:
            logits[:, pitches] -= cost
        return logits


class PocketGuidance:
    """Guides the pocket model: grammar, key, form, picture, consonance, and the weights of all."""

    backing = BACKING

    def __init__(self, slots: int) -> None:
        """Make the processors for a decoder of so many slots."""
        self.grammar = PocketPictureGrammar(slots)
        self.key = TokenMask(slots, v.SIZE)
        self.form = PocketForm(self.grammar, slots)
        self.reward = PocketReward(self.grammar, slots)
        self.consonance = PocketConsonance(self.grammar, slots)
        self.discriminator = _discriminator(self.grammar, slots) if DISCRIMINATOR else None
        self.weights = ImportanceWeights(slots, v.SIZE, self._value)
        self.processors: tuple[LogitsProcessor, ...] = (
            self.grammar,
            self.key,
            self.form,
            self.weights.model,
            self.reward,
            self.consonance,
            self.weights.proposal,
            *([self.discriminator] if self.discriminator else []),
        )
        self.selection = ParticleFilter(self.weights)

    def begin(
        self,
        slots: Ints,
        canvas: Canvas,
        opening: Opening,
        plan: Plan,
        strength: float,
        *,
        accompany: bool = False,
    ) -> None:
        """Take note of sequences that go on from the same opening and play the same picture.

        Args:
            slots: of the sequences.
            canvas: the picture.
            opening: what they go on from.
            plan: what is played keeps to its key and its chords.
            strength: nats a cell; 0 leaves the model alone.
            accompany: let the backing play what it likes beside the ink; whatever of it lies at
                ink counts as the drawing (see :mod:`mididraw.engines.guidance.tracks`).
        """
        self.grammar.begin(slots, opening, opening.bars + canvas.bars)
        self.key.begin(slots, in_scale(plan.key))
        self.form.begin(slots, canvas, plan, led=strength > 0)
        self.reward.begin(slots, canvas, strength, accompany=accompany)
        self.consonance.begin(slots)
        if self.discriminator:
            self.discriminator.begin(slots, canvas)
        self.weights.begin(slots)

    def _value(self, slots: Ints) -> Floats:
        value = self.reward.value(slots)
        return value + self.discriminator.value(slots) if self.discriminator else value

    def bars_begun(self, slots: Ints) -> list[int]:
        """Tell how many bars each has begun since the opening; one more once it has ended."""
        return self.grammar.bars_begun(slots)


def _discriminator(grammar: PocketPictureGrammar, slots: int) -> "DiscriminatorReward":
    # PyTorch is imported where it is needed alone: that takes one to three seconds.
    from mididraw.engines.guidance.discriminator import DiscriminatorReward
    from mididraw.models.discriminator import load

    return DiscriminatorReward(grammar, slots, load(), DISCRIMINATOR)


def in_scale(key: Key) -> Bools:
    """Tell which tokens keep to a key, ``bool[SIZE]``: its chords and pitches, and all others."""
    allowed = np.ones(v.SIZE, np.bool_)
    for place, chord in enumerate(v.CHORDS):
        allowed[v.CHORD.first + place] = chord is None or chord.tones <= key.scale
    for token in range(v.PITCH.first, v.PITCH.stop):
        allowed[token] = v.read_pitch(token)[0] % PITCH_CLASSES in key.scale
    return allowed

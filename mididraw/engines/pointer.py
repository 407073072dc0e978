"""Two pointers and raised logits: the seed's way of making a model play a picture.

One pointer is where the music is, the other at the next ink that no note has played. Notes at the
ink under the music's pointer are raised by a fixed number of nats, and so is the step at which the
next ink waits. All else is the model's choice: there is no look ahead and no cost for notes off the
ink. Each candidate is an attempt at the bar: the first that plays :data:`ENOUGH` of its ink goes
on, or the best where none does. The seed tries one after the other; side by side they take less
time and the same one is kept.
"""

import numpy as np

from mididraw.arrays import Floats, Ints
from mididraw.canvas import Canvas
from mididraw.engines.generation import Generation, Generator, start, write
from mididraw.engines.guidance.coverage import InkCoverage
from mididraw.engines.guidance.pocket_grammar import PocketPictureGrammar
from mididraw.engines.guidance.reward import PictureReward
from mididraw.engines.request import ScoreRequest
from mididraw.errors import OptionError
from mididraw.harmony.plan import Plan
from mididraw.models.decoder import LogitsProcessor
from mididraw.models.interface import ModelKind, Opening
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import GrammarState
from mididraw.models.pocket.tokens import BACKING
from mididraw.score import STEPS_PER_BAR, Score

ENOUGH = 0.92
"""Share of a bar's ink at which an attempt is kept."""
_RAISED = 10.0
"""Nats that logits are raised by at strength 100."""


def pointer(request: ScoreRequest) -> Score:
    """Let the model play the picture by raised logits.

    Raises:
        ModelError: the model's weights cannot be read.
        OptionError: the engine cannot play with the model.
    """
    return write([request], begin)[0]


def begin(request: ScoreRequest, generator: Generator) -> Generation:
    """Begin to write a piece; the generator's decoder has a free slot for each attempt.

    Raises:
        OptionError: the engine cannot play with the generator's model.
    """
    if generator.model.kind is not ModelKind.POCKET:
        raise OptionError(
            "pointer-needs-pocket",
            "The pointer engine needs the pocket model: use the guided engine.",
        )
    strength = _RAISED * request.options.strength / 100
    return start(request, generator, PointerGuidance, strength)


class RaisedLogits(PictureReward):
    """Raises what plays ink under the music's pointer, and what leads to the next ink."""

    def __init__(self, grammar: PocketPictureGrammar, slots: int) -> None:
        """Make room for so many sequences that the grammar follows."""
        super().__init__(grammar, slots)
        self._grammar = grammar
        self._shortest = np.array([1])

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Raise what may follow, in place."""
        striking = self._grammar.is_striking(slots)
        if striking.any():
            at = slots[striking]
            played, _ = self.coverage.gain_and_cost(at, self._grammar.step(at), self._shortest)
            nats = (played[:, 0] > 0) * self.strength[at][:, None]
            for pitches in v.PITCHES_OF_ROLES:
                logits[striking, pitches] += nats
        state, nats = self._grammar.state[slots], self.strength[slots]
        first = (state == GrammarState.FIRST_CHORD) | (state == GrammarState.FIRST_NOTE)
        second = (state == GrammarState.SECOND_CHORD) | (state == GrammarState.SECOND_NOTE)
        ahead = self._next_ink(slots) - self._grammar.bar_line(slots)
        to_half = first & (ahead >= v.STEPS_PER_CHORD)
        to_bar = second & (ahead >= STEPS_PER_BAR)
        within = (first | second) & ~to_half & ~to_bar
        logits[to_half, v.CHORD.first : v.CHORD.stop] += nats[to_half][:, None]
        logits[to_bar, v.BARS.first : v.BARS.stop] += nats[to_bar][:, None]
        logits[within, v.POSITION.first + ahead[within].clip(min=0)] += nats[within]
        return logits

    def _next_ink(self, slots: Ints) -> Ints:
        """Tell the step after the last onset at which ink is missing, at most two bars away."""
        step = self._grammar.step(slots) + 1
        missing = self.coverage.has_missing(slots, step)
        far = np.full_like(step, missing.shape[1])
        return step + np.where(missing.any(axis=1), missing.argmax(axis=1), far)


class FirstGoodAttempt:
    """Lets all go on from the first attempt at a bar that is good enough, or from the best."""

    def __init__(self, grammar: PocketPictureGrammar, coverage: InkCoverage, slots: int) -> None:
        """Go by these, for a decoder of so many slots."""
        self._grammar, self._coverage = grammar, coverage
        self._lost, self._due = (np.zeros(slots, np.float32) for _ in range(2))

    def begin(self, slots: Ints) -> None:
        """Take note of attempts at the first bar."""
        self._lost[slots] = 0.0
        self._due[slots] = self._coverage.missing_before(slots, STEPS_PER_BAR)

    def survivors(self, slots: Ints) -> list[int]:
        """Choose one attempt for all."""
        line = self._bar_line(slots)
        missing = self._coverage.missing_before(slots, line) - self._lost[slots]
        enough = missing <= (1 - ENOUGH) * (self._due[slots] - self._lost[slots])
        order = np.arange(len(slots))
        rank = np.where(enough, -1.0, missing) + 1e-3 * order
        return [int(rank.argmin())] * len(slots)

    def restart(self, slots: Ints) -> None:
        """Begin the next bar with what the last one left."""
        line = self._bar_line(slots)
        self._lost[slots] = self._coverage.missing_before(slots, line)
        self._due[slots] = self._coverage.missing_before(slots, line + STEPS_PER_BAR)

    def scores(self, slots: Ints) -> Floats:
        """Go by the ink that is played; of equals the first is best."""
        order = np.arange(len(slots), dtype=np.float32)
        return -self._coverage.left[slots] - 1e-3 * order

    def _bar_line(self, slots: Ints) -> int:
        """Tell the step at which the bar in hand began, which is the same for all."""
        return (self._grammar.bars_begun(slots)[0] - 1) * STEPS_PER_BAR


class PointerGuidance:
    """Grammar and raised logits; harmony is the model's own."""

    backing = BACKING

    def __init__(self, slots: int) -> None:
        """Make the processors for a decoder of so many slots."""
        self.grammar = PocketPictureGrammar(slots)
        self.raised = RaisedLogits(self.grammar, slots)
        self.processors: tuple[LogitsProcessor, ...] = (self.grammar, self.raised)
        self.selection = FirstGoodAttempt(self.grammar, self.raised.coverage, slots)

    def begin(
        self,
        slots: Ints,
        canvas: Canvas,
        opening: Opening,
        plan: Plan,  # noqa: ARG002 -- the opening tells the key to the model
        strength: float,
        *,
        accompany: bool = False,
    ) -> None:
        """Take note of attempts at a picture; ``strength`` is what the logits are raised by."""
        self.grammar.begin(slots, opening, opening.bars + canvas.bars)
        self.raised.begin(slots, canvas, strength, accompany=accompany)
        self.selection.begin(slots)

    def bars_begun(self, slots: Ints) -> list[int]:
        """Tell how many bars each has begun since the opening; one more once it has ended."""
        return self.grammar.bars_begun(slots)

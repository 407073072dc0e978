"""The Giant Music Transformer behind the interface of all models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mididraw.arrays import Floats, Ints
from mididraw.harmony.plan import Plan
from mididraw.models.decoder import Precision
from mididraw.models.giant import vocabulary as v
from mididraw.models.giant.grammar import GiantGrammar
from mididraw.models.giant.tokens import decode, encode, events_of, opening, score_of
from mididraw.models.interface import ModelKind, Opening, Rules, sounds
from mididraw.models.source import Source
from mididraw.models.transformer_weights import AnyTransformer
from mididraw.score import STEPS_PER_BAR, Score

_NOTES_PER_STEP = 8


@dataclass(frozen=True, slots=True, eq=False)
class Giant:
    """A giant. It knows no bars: they are counted out in time at the prompt's tempo."""

    transformer: AnyTransformer
    precision: Precision = Precision.INT8
    end: int = v.END.first
    kind: ModelKind = ModelKind.GIANT

    def opening(
        self,
        prompt: Score,
        source: Source,  # noqa: ARG002 -- the interface
        plan: Plan | None = None,  # noqa: ARG002
    ) -> Opening:
        """Write the prompt as tokens; without notes, that a piece for piano begins."""
        if sounds(prompt):
            tokens = encode(events_of(prompt), end=False)
            return Opening(tuple(tokens), prompt.bars, prompt.tempo)
        return Opening(tuple(opening()), 0, prompt.tempo)

    def rules(self, slots: int) -> "TimedGrammar":
        """Make the grammar that keeps to the time that there is."""
        return TimedGrammar(slots)

    def room(self, bars: int) -> int:
        """A bound that is reached only by music denser than eight notes a step."""
        return 3 * _NOTES_PER_STEP * STEPS_PER_BAR * bars

    def read(self, opening: Opening, tokens: Sequence[int], bars: int) -> Score:
        """Read the music; what lies beyond the last bar is cut."""
        score = score_of(decode([*opening.tokens, *tokens]), opening.tempo)
        end = bars * STEPS_PER_BAR
        tracks = tuple(
            replace(
                track,
                notes=tuple(
                    replace(note, duration=min(note.duration, end - note.onset))
                    for note in track.notes
                    if note.onset < end
                ),
            )
            for track in score.tracks
        )
        return replace(score, tracks=tracks, bars=bars)


class TimedGrammar(Rules):
    """The grammar, and when it is time to end."""

    def __init__(self, slots: int) -> None:
        """Make it for so many slots."""
        self._grammar = GiantGrammar(slots)
        self._left = np.zeros(slots, np.int64)
        """Ticks until the piece ends."""

    def begin(self, slots: Ints, opening: Opening, bars: int) -> None:
        """Take note of sequences that go on from an opening until so many bars are full."""
        self._grammar.start(slots, opening.tokens[-1])
        held = sum(token for token in opening.tokens if token in v.DELAY)
        self._left[slots] = _ticks(bars, opening.tempo) - held

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Forbid what may not follow, and let the piece end in time."""
        logits = self._grammar.apply(logits, slots)
        last, late = self._grammar.last[slots], self._left[slots] <= 0
        # Before its time a piece goes on; after it, it ends with the note that it is at.
        logits[~late, v.END.first] = -np.inf
        ends = late & (last >= v.NOTE.first) & (last < v.NOTE.stop)
        logits[ends] = -np.inf
        logits[ends, v.END.first] = 0.0
        logits[:, v.OUTRO.first] = -np.inf
        return logits

    def observe(self, slots: Ints, tokens: Ints) -> None:
        """Follow what was drawn."""
        self._grammar.observe(slots, tokens)
        self._left[slots] -= np.where(tokens < v.DELAY.stop, tokens - v.DELAY.first, 0)

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the state of some slots to others."""
        self._grammar.fork(source, target)
        self._left[target] = self._left[source]


def _ticks(bars: int, tempo: float) -> int:
    return round(bars * 4 * 60 / tempo / v.TICK_SECONDS)

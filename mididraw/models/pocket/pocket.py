"""The pocket model behind the interface of all models."""

from collections.abc import Sequence
from dataclasses import dataclass

from mididraw.harmony.plan import Plan
from mididraw.models.decoder import Precision
from mididraw.models.interface import ModelKind, Opening, sounds
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import PocketGrammar, longest
from mididraw.models.pocket.tokens import bar_chords, decode, encode, header, plan_bars
from mididraw.models.source import Source
from mididraw.models.transformer_weights import AnyTransformer
from mididraw.score import Score


@dataclass(frozen=True, slots=True, eq=False)
class Pocket:
    """Our own model."""

    transformer: AnyTransformer
    precision: Precision = Precision.FP32
    end: int = v.END
    kind: ModelKind = ModelKind.POCKET

    def opening(self, prompt: Score, source: Source, plan: Plan | None = None) -> Opening:
        """Write plan and prompt as tokens, up to the bar that follows the prompt.

        A prompt without notes gives source, key and tempo alone.
        """
        start = header(prompt, source)
        ahead = [v.chord_token(chord) for chord in plan.chords] if plan else []
        if not sounds(prompt):
            return Opening((*start, *ahead), 0, prompt.tempo)
        played = bar_chords(prompt) if ahead else []
        body = encode(prompt, source, end=False)[len(start) :]
        following = plan_bars(plan)[:1] if plan else []
        tokens = (*start, *played, *ahead, *body, *(following or [v.BAR]))
        return Opening(tokens, prompt.bars, prompt.tempo)

    def rules(self, slots: int) -> PocketGrammar:
        """Make the grammar."""
        return PocketGrammar(slots)

    def room(self, bars: int) -> int:
        """A bound on the tokens of so many bars."""
        return longest(bars)

    def read(self, opening: Opening, tokens: Sequence[int], bars: int) -> Score:  # noqa: ARG002
        """Read the music from its tokens, which tell their bars themselves."""
        return decode([*opening.tokens, *tokens])

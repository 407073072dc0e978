"""The pocket model behind the interface of all models."""

from collections.abc import Sequence
from dataclasses import dataclass

from mididraw.models.decoder import Precision
from mididraw.models.interface import ModelKind, Opening, sounds
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.grammar import Grammar, longest
from mididraw.models.pocket.tokens import decode, encode, header
from mididraw.models.transformer import Transformer
from mididraw.score import Score


@dataclass(frozen=True, slots=True, eq=False)
class Pocket:
    """Our own model."""

    transformer: Transformer
    precision: Precision = Precision.FP32
    end: int = v.END
    kind: ModelKind = ModelKind.POCKET

    def opening(self, prompt: Score, source: v.Source) -> Opening:
        """Write the prompt as tokens, up to the bar that follows it.

        A prompt without notes gives source, key and tempo alone.
        """
        if sounds(prompt):
            tokens = (*encode(prompt, source, end=False), v.BAR)
            return Opening(tokens, prompt.bars, prompt.tempo)
        return Opening(tuple(header(prompt, source)), 0, prompt.tempo)

    def rules(self, slots: int) -> Grammar:
        """Make the grammar."""
        return Grammar(slots, self.transformer.device)

    def room(self, bars: int) -> int:
        """A bound on the tokens of so many bars."""
        return longest(bars)

    def read(self, opening: Opening, tokens: Sequence[int], bars: int) -> Score:  # noqa: ARG002
        """Read the music from its tokens, which tell their bars themselves."""
        return decode([*opening.tokens, *tokens])

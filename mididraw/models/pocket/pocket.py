"""The pocket model behind the interface of all models."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mididraw.models.decoder import Precision, Rows
from mididraw.models.interface import Opening, forbid, sounds
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

    def opening(self, prompt: Score, source: v.Source) -> Opening:
        """Write the prompt as tokens, up to the bar that follows it.

        A prompt without notes gives source, key and tempo alone.
        """
        if sounds(prompt):
            tokens = (*encode(prompt, source, end=False), v.BAR)
            return Opening(tokens, prompt.bars, prompt.tempo)
        return Opening(tuple(header(prompt, source)), 0, prompt.tempo)

    def rules(self, openings: Sequence[Opening], bars: Sequence[int]) -> "Rules":
        """Keep to the grammar."""
        return Rules(openings, bars)

    def room(self, bars: int) -> int:
        """A bound on the tokens of so many bars."""
        return longest(bars)

    def read(self, opening: Opening, tokens: Sequence[int], bars: int) -> Score:  # noqa: ARG002
        """Read the music from its tokens, which tell their bars themselves."""
        return decode([*opening.tokens, *tokens])


class Rules:
    """The grammar as a hook of the decoder; follows every sequence by its name."""

    def __init__(self, openings: Sequence[Opening], bars: Sequence[int]) -> None:
        states = []
        for opening, most_bars in zip(openings, bars, strict=True):
            grammar = Grammar.begin(torch.tensor([most_bars]))
            # The decoder tells of the last token itself.
            states.append(grammar.take_all(torch.tensor([opening.tokens[:-1]])))
        self.grammar = Grammar.stack(states)

    def __call__(self, logits: Tensor, rows: Rows) -> Tensor:
        """Forbid what may not follow."""
        # A fresh decoder names its sequences 1, 2, … in the order in which they join.
        places = torch.tensor(rows.names, device=rows.last.device) - 1
        self.grammar = self.grammar.to(rows.last.device)
        here = self.grammar.at(places).take(rows.last)
        self.grammar = self.grammar.put(places, here)
        return forbid(logits, here.mask())

"""The Giant Music Transformer behind the interface of all models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mididraw.models.decoder import Precision, Rows
from mididraw.models.giant import vocabulary as v
from mididraw.models.giant.grammar import Grammar
from mididraw.models.giant.tokens import decode, encode, events_of, opening, score_of
from mididraw.models.interface import Opening, sounds
from mididraw.models.pocket.vocabulary import Source
from mididraw.models.transformer import Transformer
from mididraw.score import STEPS_PER_BAR, Score

_NOTES_PER_STEP = 8


@dataclass(frozen=True, slots=True, eq=False)
class Giant:
    """A giant. It knows no bars: they are counted out in time at the prompt's tempo."""

    transformer: Transformer
    precision: Precision = Precision.INT8
    end: int = v.END.first

    def opening(self, prompt: Score, source: Source) -> Opening:  # noqa: ARG002 -- the interface
        """Write the prompt as tokens; without notes, that a piece for piano begins."""
        if sounds(prompt):
            tokens = encode(events_of(prompt), end=False)
            return Opening(tuple(tokens), prompt.bars, prompt.tempo)
        return Opening(tuple(opening()), 0, prompt.tempo)

    def rules(self, openings: Sequence[Opening], bars: Sequence[int]) -> "Rules":
        """Keep to the grammar, and to the time that there is."""
        return Rules(openings, bars, self.transformer.device)

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


class Rules:
    """The grammar, and when it is time to end."""

    def __init__(
        self, openings: Sequence[Opening], bars: Sequence[int], device: torch.device
    ) -> None:
        self._grammar = Grammar(device)
        self._left = [
            _ticks(length, one.tempo) - sum(token for token in one.tokens[:-1] if token in v.DELAY)
            for one, length in zip(openings, bars, strict=True)
        ]

    def __call__(self, logits: Tensor, rows: Rows) -> Tensor:
        """``logits`` and result ``float32[rows, vocabulary]``."""
        logits = self._grammar(logits, rows)
        over = []
        # A fresh decoder names its sequences 1, 2, … in the order in which they join.
        for name, token in zip(rows.names, rows.last.tolist(), strict=True):
            if token in v.DELAY:
                self._left[name - 1] -= token
            over.append(self._left[name - 1] <= 0)
        late = torch.tensor(over, device=logits.device)
        # Before its time a piece goes on; after it, it ends with the note that it is at.
        at_note = (rows.last >= v.NOTE.first) & (rows.last < v.NOTE.stop)
        logits[~late, v.END.first] = -torch.inf
        ends = late & at_note
        logits[ends] = -torch.inf
        logits[ends, v.END.first] = 0.0
        logits[:, v.OUTRO.first] = -torch.inf
        return logits


def _ticks(bars: int, tempo: float) -> int:
    return round(bars * 4 * 60 / tempo / v.TICK_SECONDS)

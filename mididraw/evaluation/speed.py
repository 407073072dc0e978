"""How long the guided engine takes with our model, and with one of a giant's shape."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import torch

from mididraw.corpora.quickdraw import Stroke, paint
from mididraw.draw import prepare_request
from mididraw.engines.generation import Generator
from mididraw.engines.guidance.particles import run
from mididraw.engines.guided import begin
from mididraw.models.catalogue import load_model
from mididraw.models.decoder import Decoder
from mididraw.models.giant.giant import Giant
from mididraw.models.giant.shapes import PUBLISHED
from mididraw.models.interface import MusicModel
from mididraw.models.transformer import Transformer
from mididraw.options import DrawOptions

_GIANT = "giant-medium"
_BARS = 8


@dataclass(frozen=True, slots=True)
class Speed:
    """One drawing of 8 bars with the default candidates.

    Attributes:
        model: its name.
        seconds: from canvas to score, warm.
        tokens: drawn by all candidates together.
    """

    model: str
    seconds: float
    tokens: int


def speeds(strokes: list[Stroke]) -> list[Speed]:
    """Measure both; the giant has random weights of the published shape.

    The drawing is played as closely as can be, so that both write about the same notes.
    """
    makers: dict[str, Callable[[], MusicModel]] = {"pocket": load_model, _GIANT: _random_giant}
    found = []
    for name, make in makers.items():
        request = prepare_request([paint(strokes)], DrawOptions(bars=_BARS, strength=100, seed=1))
        count = request.options.candidates
        model = make()
        decoder = Decoder.of(model.transformer, slots=count, precision=model.precision)
        generator = Generator(model, decoder)
        for _ in range(2):  # The first time warms up.
            generation = begin(request, generator)
            start = perf_counter()
            drawn = run(generation.particles)
            seconds = perf_counter() - start
        found.append(Speed(name, seconds, count * len(drawn.tokens)))
    return found


def _random_giant() -> MusicModel:
    torch.manual_seed(0)
    return Giant(Transformer(PUBLISHED[_GIANT].shape).eval())

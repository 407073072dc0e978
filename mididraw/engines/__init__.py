"""The ways from canvas to score, behind one interface and in one table of names."""

from collections.abc import Callable

from mididraw.canvas import Canvas
from mididraw.engines.chords import chords
from mididraw.engines.naive import naive
from mididraw.options import DrawOptions, Engine
from mididraw.score import Score

Compose = Callable[[Canvas, DrawOptions, int], Score]
"""An engine: canvas, options and seed → score. The same three give the same score."""

ENGINES: dict[Engine, Compose] = {Engine.CHORDS: chords, Engine.NAIVE: naive}

__all__ = ["ENGINES", "Compose"]

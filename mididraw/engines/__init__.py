"""The ways from canvas to score, behind one interface and in one table of names."""

from collections.abc import Callable

from mididraw.canvas import Canvas
from mididraw.engines.chords import chords
from mididraw.engines.naive import naive
from mididraw.errors import OptionError
from mididraw.options import DrawOptions, Engine
from mididraw.score import Score

Compose = Callable[[Canvas, DrawOptions, int], Score]
"""An engine: canvas, options and seed → score. The same three give the same score."""


def _guided(canvas: Canvas, options: DrawOptions, seed: int) -> Score:
    try:
        # PyTorch takes a second to import, which the other engines do without.
        from mididraw.engines.guided import guided
    except ModuleNotFoundError as error:
        raise OptionError(
            f"The guided engine needs {error.name}: install it with pip install 'mididraw[model]'."
        ) from error
    return guided(canvas, options, seed)


ENGINES: dict[Engine, Compose] = {
    Engine.CHORDS: chords,
    Engine.GUIDED: _guided,
    Engine.NAIVE: naive,
}

__all__ = ["ENGINES", "Compose"]

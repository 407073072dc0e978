"""The ways from canvas to score, behind one interface and in one table of names."""

from collections.abc import Callable

from mididraw.engines.chords import chords
from mididraw.engines.commission import Commission
from mididraw.engines.naive import naive
from mididraw.errors import OptionError
from mididraw.options import Engine
from mididraw.score import Score

Compose = Callable[[Commission], Score]
"""An engine."""


def _with_model(commission: Commission) -> Score:
    try:
        # PyTorch takes a second to import, which the other engines do without.
        from mididraw.engines.by_model import begin
        from mididraw.engines.generation import write
    except ModuleNotFoundError as error:
        raise OptionError(
            "engine-needs-package",
            "The {engine} engine needs {package}: install it with pip install "
            "'mididraw[model]', or use the chords engine.",
            engine=commission.options.engine,
            package=error.name,
        ) from error
    return write(commission, begin)


ENGINES: dict[Engine, Compose] = {
    Engine.CHORDS: chords,
    Engine.GUIDED: _with_model,
    Engine.POINTER: _with_model,
    Engine.NAIVE: naive,
}

__all__ = ["ENGINES", "Commission", "Compose"]

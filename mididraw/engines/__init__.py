"""The ways from canvas to score, behind one interface and in one table of names."""

from collections.abc import Callable, Sequence

from mididraw.engines.chords import chords
from mididraw.engines.columns import columns
from mididraw.engines.diffusion import diffusion
from mididraw.engines.gan import gan
from mididraw.engines.mosaic import mosaic
from mididraw.engines.naive import naive
from mididraw.engines.request import BarProgress, ScoreRequest
from mididraw.engines.vae import vae
from mididraw.errors import OptionError
from mididraw.options import Engine
from mididraw.score import Score

Compose = Callable[[Sequence[ScoreRequest], BarProgress], list[Score]]
"""An engine: it writes the pieces that are asked for, side by side where it can."""


def _at_once(engine: Callable[[ScoreRequest], Score]) -> Compose:
    """Let an engine that is done before anybody asks how far it is write one after the other."""
    return lambda requests, _: [engine(one) for one in requests]


def _one_by_one(engine: Callable[[ScoreRequest, BarProgress], Score]) -> Compose:
    return lambda requests, progress: [engine(one, progress) for one in requests]


def _with_model(requests: Sequence[ScoreRequest], progress: BarProgress) -> list[Score]:
    try:
        # The other engines do without what computes the model, which takes a while to import.
        from mididraw.engines.by_model import begin
        from mididraw.engines.generation import write
    except ModuleNotFoundError as error:
        raise OptionError(
            "engine-needs-package",
            "The {engine} engine needs {package}: install it with pip install "
            "'mididraw[model]', or use the chords engine.",
            engine=requests[0].options.engine,
            package=error.name,
        ) from error
    return write(requests, begin, progress)


ENGINES: dict[Engine, Compose] = {
    Engine.CHORDS: _at_once(chords),
    Engine.COLUMNS: _at_once(columns),
    Engine.GUIDED: _with_model,
    Engine.MOSAIC: _one_by_one(mosaic),
    Engine.POINTER: _with_model,
    Engine.NAIVE: _at_once(naive),
    Engine.DIFFUSION: _one_by_one(diffusion),
    Engine.GAN: _at_once(gan),
    Engine.VAE: _at_once(vae),
}

__all__ = ["ENGINES", "Compose", "ScoreRequest"]

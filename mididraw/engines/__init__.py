"""The ways from canvas to score, behind one interface and in one table of names."""

from collections.abc import Callable, Sequence

from mididraw.engines.chords import chords
from mididraw.engines.columns import columns
from mididraw.engines.diffusion import diffusion
from mididraw.engines.gan import gan
from mididraw.engines.mosaic import mosaic
from mididraw.engines.naive import naive
from mididraw.engines.request import ScoreRequest
from mididraw.engines.vae import vae
from mididraw.errors import OptionError
from mididraw.options import Engine
from mididraw.score import Score

Compose = Callable[[Sequence[ScoreRequest]], list[Score]]
"""An engine: it writes the pieces that are asked for, side by side where it can."""


def _one_by_one(engine: Callable[[ScoreRequest], Score]) -> Compose:
    return lambda requests: [engine(one) for one in requests]


def _with_model(requests: Sequence[ScoreRequest]) -> list[Score]:
    try:
        # PyTorch takes a second to import, which the other engines do without.
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
    return write(requests, begin)


ENGINES: dict[Engine, Compose] = {
    Engine.CHORDS: _one_by_one(chords),
    Engine.COLUMNS: _one_by_one(columns),
    Engine.GUIDED: _with_model,
    Engine.MOSAIC: _one_by_one(mosaic),
    Engine.POINTER: _with_model,
    Engine.NAIVE: _one_by_one(naive),
    Engine.DIFFUSION: _one_by_one(diffusion),
    Engine.GAN: _one_by_one(gan),
    Engine.VAE: _one_by_one(vae),
}

__all__ = ["ENGINES", "Compose", "ScoreRequest"]

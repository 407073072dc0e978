"""The engines that a model writes for, begun but not run, so that pieces can share a decoder."""

from mididraw.engines import guided, pointer
from mididraw.engines.generation import Begin, Generation, Generator
from mididraw.engines.request import ScoreRequest
from mididraw.options import Engine

_BEGIN: dict[Engine, Begin] = {
    Engine.GUIDED: guided.begin,
    Engine.POINTER: pointer.begin,
}


def begin(request: ScoreRequest, generator: Generator) -> Generation:
    """Begin a piece by the engine that is asked for.

    Raises:
        OptionError: the engine cannot play with the generator's model.
    """
    return _BEGIN[request.options.engine](request, generator)

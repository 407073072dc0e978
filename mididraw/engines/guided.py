"""Music by the model, drawn from its distribution reweighted by the match with the picture.

The target is p(music) · exp(strength · match): the model knows what music is, the match how many
cells of ink are played and how many notes lie beside it. Sequences are weighed token by token and
compared bar by bar (see :mod:`mididraw.engines.guidance`).
"""

from functools import partial

from mididraw.engines.generation import Generation, Generator, MakeGuidance, start, write
from mididraw.engines.guidance.giant import GiantGuidance
from mididraw.engines.guidance.pocket import PocketGuidance
from mididraw.engines.request import ScoreRequest
from mididraw.models.interface import ModelKind
from mididraw.score import Score

_STRONGEST = 12.0
"""Nats a cell at strength 100."""
_CURVE = 1.3
"""The middle of the slider, where little changes much, gets most of its way."""
_ACCOMPANIED = 0.75
"""An accompaniment carries the music as long as the drawing leaves it room."""
_GUIDANCE: dict[ModelKind, MakeGuidance] = {
    ModelKind.POCKET: PocketGuidance,
    ModelKind.GIANT: GiantGuidance,
}


def guided(request: ScoreRequest, *, resample: bool = True) -> Score:
    """Let the model play the picture.

    Args:
        request: what is asked for.
        resample: whether better candidates replace the others; evaluation shows what it is worth.

    Raises:
        ModelError: the model's weights cannot be read.
    """
    return write([request], partial(begin, resample=resample))[0]


def begin(request: ScoreRequest, generator: Generator, *, resample: bool = True) -> Generation:
    """Begin to write a piece; the generator's decoder has a free slot for each candidate."""
    options = request.options
    strength = _STRONGEST * (options.strength / 100) ** _CURVE
    if options.accompaniment:
        strength *= _ACCOMPANIED
    make = _GUIDANCE[generator.model.kind]
    return start(request, generator, make, strength, resample=resample)

"""A pocket model that has heard nothing, and pieces for it."""

import numpy as np
import torch
from numpy.typing import NDArray

from mididraw.canvas import Canvas
from mididraw.engines.generation import Guidance
from mididraw.engines.guidance.particles import ParticleSet
from mididraw.harmony import Key
from mididraw.harmony.plan import Plan
from mididraw.models.decoder import Decoder, Sampling
from mididraw.models.interface import Opening
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.pocket import Pocket
from mididraw.models.source import Source
from mididraw.models.transformer import Transformer
from mididraw.models.transformer_weights import TransformerConfig
from tests.strategies.canvases import canvas_of

KEY = Key(0)
OPENING = Opening(
    (v.START, v.source_token(Source.POP), v.key_token(KEY), v.tempo_token(100)), 0, 100
)
BARS = 2


def untrained() -> Pocket:
    """Make the same one each time."""
    torch.manual_seed(0)
    return Pocket(Transformer(TransformerConfig(v.SIZE, 512, 32, 1, 2, 1, 48)))


def picture() -> NDArray[np.bool_]:
    """Draw two level lines over two bars."""
    ink = np.zeros((48, BARS * 16), np.bool_)
    ink[20, 2:14] = ink[30, 8:30] = True
    return ink


def particles_of(
    decoder: Decoder,
    guidance: Guidance,
    canvas: Canvas | None = None,
    opening: Opening = OPENING,
    plan: Plan | None = None,
    *,
    strength: float = 2.0,
    count: int = 2,
    seed: int = 1,
    resample: bool = True,
) -> ParticleSet:
    """Begin a piece."""
    canvas = canvas or canvas_of(picture())
    particles = ParticleSet(
        decoder,
        guidance,
        opening.tokens,
        canvas.bars,
        Sampling(seed=seed),
        count,
        resample=resample,
    )
    guidance.begin(particles.slot_array, canvas, opening, plan or Plan(KEY), strength)
    return particles

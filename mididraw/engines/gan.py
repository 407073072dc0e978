"""Music in one step by a generator that had to please two judges: is it music, is it the picture?

The seed's "D1: is MIDI a music? D2: is MIDI an image?", which was never tried there; see
:mod:`mididraw.training.gan`. What is generated is led by the ink (:mod:`mididraw.engines.led`).
"""

import numpy as np

from mididraw.engines.diffusion import FOLLOWED, View, denoiser, logs, roll_noise
from mididraw.engines.led import StyleCosts, piece_by_chances
from mididraw.engines.plan import plan_piece
from mididraw.engines.request import ScoreRequest
from mididraw.models.gan.model import NOISE_ALONE, WEIGHTS
from mididraw.models.layers import read_weights
from mididraw.score import Score

_COSTS = StyleCosts(again=2.0, short=0.5, off_scale=10.0, rhythm=3.0)


def gan(request: ScoreRequest) -> Score:
    """Let the generator play the picture."""
    canvas, options = request.canvas, request.options
    plan = plan_piece(canvas, options, request.seed)
    random = np.random.default_rng(request.seed)
    view = View(canvas, plan)
    model = denoiser(NOISE_ALONE, options.strength / FOLLOWED, read_weights(WEIGHTS))
    chances = view.over_windows(roll_noise(view.bars, random), model)
    return piece_by_chances(request, plan, logs(chances), random, _COSTS)

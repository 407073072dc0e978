"""Music a column (a 16th) at a time by a small recurrent model, led by the ink.

The model gives every key's chance to be silent, held or struck, after the columns before, under the
key and the chord; see :mod:`mididraw.engines.led` for how ink leads it.
"""

import numpy as np

from mididraw.engines.led import Bytes, Lead, lead_of, piece_of_states
from mididraw.engines.plan import plan_piece
from mididraw.engines.request import ScoreRequest
from mididraw.harmony.plan import Plan
from mididraw.models.columns.features import KEYS, harmony, seen
from mididraw.models.columns.model import Columns
from mididraw.score import STEPS_PER_BAR, Score


def columns(request: ScoreRequest) -> Score:
    """Let the model of columns play the picture."""
    plan = plan_piece(request.canvas, request.options, request.seed)
    random = np.random.default_rng(request.seed)
    return piece_of_states(request, plan, _write(plan, lead_of(request, plan), random), random)


def _write(plan: Plan, lead: Lead, random: np.random.Generator) -> Bytes:
    """What each key does in each column, ``uint8[steps, 88]``."""
    model, before = Columns(), np.zeros(KEYS, np.uint8)
    written = []
    for step in range(lead.ink.shape[1]):
        around = harmony(plan.chords[step // STEPS_PER_BAR], plan.key)
        at = step % STEPS_PER_BAR
        # The place in the bar is told by the place among the columns.
        since = np.zeros((at + 1, KEYS), np.uint8)
        since[-1] = before
        features = seen(since, np.broadcast_to(around, (at + 1, *around.shape)))[-1]
        before = lead.choose_column(step, model.step(features).astype(np.float64), before, random)
        written.append(before)
    return np.stack(written)

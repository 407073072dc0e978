"""Music bar by bar from a latent that ink and chord lead to, and from one drawing to another.

The seed's "image + MIDI → z → MIDI" failed for want of pairs. Here one encoder learned from songs
to come to the same latent from a bar's notes and from ink that could stand for them; what is
decoded is led by the ink (see :mod:`mididraw.engines.led`). A morph goes along the latents of two
drawings, bar by bar.
"""

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Floats
from mididraw.canvas import morph_shares
from mididraw.engines.led import Lead, StyleCosts, on_keys, piece_by_chances, returning_noise
from mididraw.engines.plan import plan_piece
from mididraw.engines.request import ScoreRequest
from mididraw.models.columns.features import KEYS
from mididraw.models.condition import harmonies
from mididraw.models.vae.model import LATENT, decode, encode_ink
from mididraw.score import STEPS_PER_BAR, Score

_COSTS = StyleCosts(again=2.0, short=0.5, rhythm=3.0)
_LED = 50
"""From this strength on the latents are the ink's; below, they come nearer to any song's."""


def vae(request: ScoreRequest) -> Score:
    """Let the autoencoder play the picture, or what lies between two."""
    canvas, options = request.canvas, request.options
    plan = plan_piece(canvas, options, request.seed)
    random = np.random.default_rng(request.seed)
    harmony = np.stack([harmonies([chord], plan.key) for chord in plan.chords])
    chance = returning_noise(canvas.bars, (LATENT,), random, np.float64)
    layers = canvas.layers or (canvas.ink,)
    latents = []
    for ink in layers:
        mean, spread = encode_ink(_by_bar(on_keys(canvas, ink) > 0), harmony)
        latents.append(mean + spread * chance)
    wanted = on_keys(canvas, canvas.ink)
    latent = latents[0]
    if canvas.layers:
        share = morph_shares(canvas.steps)
        first, second = (on_keys(canvas, ink) for ink in canvas.layers)
        wanted *= np.maximum(first * (1 - share), second * share)
        by_bar = share.reshape(-1, STEPS_PER_BAR).mean(axis=1).astype(np.float32)
        latent = slerp(latents[0], latents[1], by_bar)
    led = np.full(canvas.bars, min(options.strength / _LED, 1.0), np.float32)
    latent = slerp(chance, latent, led)
    chances = decode(latent, harmony).transpose(1, 2, 0, 3).reshape(3, KEYS, canvas.steps)
    lead = Lead.of(wanted, options.strength, plan.key)
    return piece_by_chances(request, plan, chances, random, _COSTS, lead)


def slerp(one: Floats, other: Floats, share: Floats) -> Floats:
    """Go along the sphere from one latent to another (Shoemake 1985; White 2016).

    Args:
        one: ``float32[n, 48]``.
        other: the same.
        share: of the other, ``float32[n]`` from 0 to 1.
    """
    lengths = [np.linalg.norm(x, axis=1, keepdims=True) for x in (one, other)]
    cosine = (one * other).sum(axis=1, keepdims=True) / np.maximum(lengths[0] * lengths[1], 1e-6)
    angle = np.arccos(np.clip(cosine, -0.999, 0.999))
    t = share[:, None]
    return np.asarray((np.sin((1 - t) * angle) * one + np.sin(t * angle) * other) / np.sin(angle))


def _by_bar(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cut ``bool[88, steps]`` into ``bool[bars, 88, 16]``."""
    return ink.reshape(KEYS, -1, STEPS_PER_BAR).transpose(1, 0, 2)

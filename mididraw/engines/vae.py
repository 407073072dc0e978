"""Music bar by bar from a latent that ink and chord lead to, and from one drawing to another.

The seed's "image + MIDI → z → MIDI" failed for want of pairs. Here one encoder learned from songs
to come to the same latent from a bar's notes and from ink that could stand for them; what is
decoded is led by the ink (see :mod:`mididraw.engines.led`). A morph goes along the latents of two
drawings, bar by bar.
"""

import numpy as np
from numpy.typing import NDArray

from mididraw.canvas import morph_shares
from mididraw.engines.led import Habits, Lead, choose, finish, on_keys
from mididraw.engines.plan import plan_piece
from mididraw.engines.request import ScoreRequest
from mididraw.models.columns.features import KEYS
from mididraw.models.condition import harmonies
from mididraw.models.vae.model import LATENT, decode, encode_ink
from mididraw.score import STEPS_PER_BAR, Score

_HABITS = Habits(again=2.0, short=0.5, rhythm=3.0)
_LOUDER = 14
_RETURNING = 0.8
"""How much of what is left to chance is the same in a bar and in that four later."""
_LOOP = 4
_LED = 50
"""From this strength on the latents are the ink's; below, they come nearer to any song's."""

Floats = NDArray[np.float32]


def vae(request: ScoreRequest) -> Score:
    """Let the autoencoder play the picture, or what lies between two."""
    canvas, options = request.canvas, request.options
    plan = plan_piece(canvas, options, request.seed)
    random = np.random.default_rng(request.seed)
    harmony = np.stack([harmonies([chord], plan.key) for chord in plan.chords])
    chance = _chance(canvas.bars, random)
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
    decoded = decode(latent, harmony).astype(np.float64)
    chances = decoded.transpose(1, 2, 0, 3).reshape(3, KEYS, canvas.steps)
    lead = Lead.of(wanted, options.strength, plan.key)
    return finish(request, plan, choose(chances, lead, random, _HABITS), random, _LOUDER)


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


def _chance(bars: int, random: np.random.Generator) -> Floats:
    """A latent of any song for each bar, ``float32[bars, 48]``; those four apart are much alike."""
    returning = random.normal(size=(_LOOP, LATENT))[np.arange(bars) % _LOOP]
    fresh = random.normal(size=(bars, LATENT))
    chance = np.sqrt(_RETURNING) * returning + np.sqrt(1 - _RETURNING) * fresh
    return np.asarray(chance.astype(np.float32))

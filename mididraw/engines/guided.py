"""Music by the model, drawn from its distribution reweighted by the match with the picture.

The target is p(music) · exp(strength · match): the model knows what music is, the match how many
cells of ink are played and how many notes lie beside it. Sequences are weighed token by token and
compared bar by bar (see :mod:`mididraw.engines.guidance`).
"""

from dataclasses import replace
from functools import lru_cache
from threading import Lock

import numpy as np
import torch

from mididraw.canvas import Canvas
from mididraw.engines.chords import choose_harmony
from mididraw.engines.guidance.easel import Easel
from mididraw.engines.guidance.particles import run
from mididraw.engines.guidance.parts import parted
from mididraw.engines.guidance.pocket import PocketGuide
from mididraw.harmony import style_tempo
from mididraw.models.catalogue import load_model
from mididraw.models.decoder import Decoder, Sampling
from mididraw.models.interface import MusicModel
from mididraw.models.pocket.vocabulary import Source
from mididraw.options import DrawOptions
from mididraw.score import Score, Track

_STRONGEST = 12.0
"""Nats a cell at strength 100."""


def guided(canvas: Canvas, options: DrawOptions, seed: int) -> Score:
    """Let the model play the picture.

    Raises:
        ModelError: the model's weights cannot be read.
    """
    random = np.random.default_rng(seed)
    key, _ = choose_harmony(canvas, options, random)
    tempo = options.tempo or style_tempo(options.style)
    model, decoder, lock = _band(options.candidates)
    opening = model.opening(Score((Track("", 0, ()),), 1, tempo, key), Source.POP)
    strength = _STRONGEST * (options.strength / 100) ** 2
    sampling = Sampling(options.temperature, options.top_p, seed)
    with torch.inference_mode(), lock:
        easel = Easel(canvas, options.candidates, model.transformer.device)
        guide = PocketGuide(
            easel,
            opening,
            canvas.bars,
            strength,
            options.candidates,
            accompany=options.accompaniment,
        )
        drawn = run(decoder, guide, opening.tokens, canvas.bars, sampling, options.candidates)
    music = replace(model.read(opening, drawn.tokens, canvas.bars), tempo=tempo)
    return parted(music, options.program, accompany=options.accompaniment)


@lru_cache(maxsize=1)
def _band(candidates: int) -> tuple[MusicModel, Decoder, Lock]:
    """The model, a decoder for so many sequences, and the lock of whoever plays on it."""
    model = load_model()
    return model, Decoder.of(model.transformer, slots=candidates, precision=model.precision), Lock()

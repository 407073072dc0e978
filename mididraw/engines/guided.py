"""Music by the model, drawn from its distribution reweighted by the match with the picture.

The target is p(music) · exp(strength · match): the model knows what music is, the match how many
cells of ink are played and how many notes lie beside it. Sequences are weighed token by token and
compared bar by bar (see :mod:`mididraw.engines.guidance`).
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock

import numpy as np
import torch

from mididraw.engines.chords import choose_harmony
from mididraw.engines.commission import Commission
from mididraw.engines.guidance.easel import Easel
from mididraw.engines.guidance.particles import Flock, Guide, run
from mididraw.engines.guidance.parts import parted
from mididraw.engines.guidance.pocket import PocketGuide
from mididraw.engines.guidance.pointers import PointerGuide
from mididraw.harmony import style_tempo
from mididraw.models.catalogue import load_model
from mididraw.models.decoder import Decoder, Sampling
from mididraw.models.interface import MusicModel, Opening
from mididraw.models.pocket.vocabulary import Source
from mididraw.options import Engine
from mididraw.score import Score, Track

_STRONGEST = 12.0
"""Nats a cell at strength 100."""
_CURVE = 2.5
"""The middle of the slider, where little changes much, gets most of its way."""
_RAISED = 10.0
"""Nats that the pointer engine raises logits by at strength 100."""
_PROMPT_BARS = 8
"""Of a longer prompt the end counts."""


def guided(commission: Commission) -> Score:
    """Let the model play the picture.

    Raises:
        ModelError: the model's weights cannot be read.
    """
    model, decoder, lock = _band(commission.options.candidates)
    bars = commission.canvas.bars
    with torch.inference_mode(), lock:
        sitting = begin(commission, model, decoder)
        run(sitting.flock, lambda bar: commission.told(bar, bars))
        return sitting.score()


@dataclass(frozen=True, slots=True, eq=False)
class Sitting:
    """A piece while it is written: step its flock until it is done, then read the score.

    Several sittings can share one decoder; whoever steps them sees to it that every
    flock leaves, however its end comes.
    """

    commission: Commission
    model: MusicModel
    opening: Opening
    tempo: float
    flock: Flock

    def score(self) -> Score:
        """The best of the candidates."""
        options, bars = self.commission.options, self.commission.canvas.bars
        tokens = self.flock.best().tokens
        music = self.model.read(self.opening, tokens, self.opening.bars + bars)
        played = replace(music.last(bars), tempo=self.tempo)
        return parted(
            played, self.commission.canvas, options.program, accompany=options.accompaniment
        )


def begin(commission: Commission, model: MusicModel, decoder: Decoder) -> Sitting:
    """Start to write a piece by the engine that is asked for, guided or pointer.

    Args:
        commission: what is asked for.
        model: writes.
        decoder: the model's, with a free slot for each candidate.
    """
    canvas, options, seed = commission.canvas, commission.options, commission.seed
    if commission.prompt is None:
        key, _ = choose_harmony(canvas, options, np.random.default_rng(seed))
        tempo = float(options.tempo or style_tempo(options.style))
        prompt = Score((Track("", 0, ()),), 1, tempo, key)
    else:
        tempo = options.tempo or commission.prompt.tempo
        key = options.fixed_key or commission.prompt.key
        prompt = replace(commission.prompt.last(_PROMPT_BARS), tempo=tempo, key=key)
    opening = model.opening(prompt, Source.POP)
    sampling = Sampling(options.temperature, options.top_p, seed)
    easel = Easel(canvas, options.candidates, model.transformer.device)
    guide: Guide
    if options.engine is Engine.POINTER:
        raised = _RAISED * options.strength / 100
        guide = PointerGuide(easel, opening, canvas.bars, raised, options.candidates)
    else:
        strength = _STRONGEST * (options.strength / 100) ** _CURVE
        accompany = options.accompaniment
        guide = PocketGuide(
            easel, opening, canvas.bars, strength, options.candidates, accompany=accompany
        )
    flock = Flock(decoder, guide, opening.tokens, canvas.bars, sampling, options.candidates)
    return Sitting(commission, model, opening, tempo, flock)


@lru_cache(maxsize=1)
def _band(candidates: int) -> tuple[MusicModel, Decoder, Lock]:
    """The model, a decoder for so many sequences, and the lock of whoever plays on it."""
    model = load_model()
    return model, Decoder.of(model.transformer, slots=candidates, precision=model.precision), Lock()

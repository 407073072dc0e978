"""Music by the model, drawn from its distribution reweighted by the match with the picture.

The target is p(music) · exp(strength · match): the model knows what music is, the match how many
cells of ink are played and how many notes lie beside it. Sequences are weighed token by token and
compared bar by bar (see :mod:`mididraw.engines.guidance`).
"""

import os
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock

import numpy as np
import torch

from mididraw.engines.chords import choose_harmony
from mididraw.engines.commission import Commission
from mididraw.engines.guidance.giant import GiantGuide
from mididraw.engines.guidance.particles import Flock, run
from mididraw.engines.guidance.parts import parted
from mididraw.engines.guidance.pocket import PocketGuide
from mididraw.engines.guidance.pointers import PointerGuide
from mididraw.errors import OptionError
from mididraw.harmony import Style
from mididraw.harmony.progressions import style_tempo
from mididraw.models.catalogue import load_model
from mididraw.models.decoder import Decoder, Sampling
from mididraw.models.giant.giant import Giant
from mididraw.models.interface import MusicModel, Opening
from mididraw.models.pocket.vocabulary import Source
from mididraw.options import Engine
from mididraw.score import Score, Track

_STRONGEST = 12.0
"""Nats a cell at strength 100."""
_CURVE = 2.2
"""The middle of the slider, where little changes much, gets most of its way."""
_ACCOMPANIED = 0.75
"""An accompaniment carries the music as long as the drawing leaves it room."""
_RAISED = 10.0
"""Nats that the pointer engine raises logits by at strength 100."""
_SOURCES = {
    Style.FOLK: Source.FOLK,
    Style.CLASSICAL: Source.CLASSICAL,
    Style.GAME: Source.GAME,
}
_PROMPT_BARS = 8
"""Of a longer prompt the end counts."""


def guided(commission: Commission, *, resample: bool = True) -> Score:
    """Let the model play the picture.

    Args:
        commission: what is asked for.
        resample: whether better candidates replace the others; evaluation shows what it is worth.

    Raises:
        ModelError: the model's weights cannot be read.
    """
    band, lock = _band(commission.model, commission.options.candidates)
    bars = commission.canvas.bars
    with torch.inference_mode(), lock:
        sitting = begin(commission, band, resample=resample)
        run(sitting.flock, lambda bar: commission.told(bar, bars))
        return sitting.score()


AnyGuide = PocketGuide | GiantGuide


class Band:
    """A model, a decoder of it and the guides for as many sequences as the decoder has slots."""

    def __init__(self, model: MusicModel, decoder: Decoder) -> None:
        """Put them together."""
        self.model, self.decoder = model, decoder
        self._guides: dict[type[AnyGuide], AnyGuide] = {}

    def guide(self, engine: Engine) -> AnyGuide:
        """The engine's guide, made when it is first asked for.

        Raises:
            OptionError: the engine cannot play with this model.
        """
        points, giant = engine is Engine.POINTER, isinstance(self.model, Giant)
        if points and giant:
            raise OptionError("The pointer engine needs the pocket model: use the guided engine.")
        make = PointerGuide if points else GiantGuide if giant else PocketGuide
        if make not in self._guides:
            slots, device = self.decoder.network.rows, self.model.transformer.device
            self._guides[make] = make(slots, device)
        return self._guides[make]


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
            played,
            self.commission.canvas,
            options.program,
            self.flock.guide.backing,
            accompany=options.accompaniment,
        )


def begin(commission: Commission, band: Band, *, resample: bool = True) -> Sitting:
    """Start to write a piece by the engine that is asked for, guided or pointer.

    Args:
        commission: what is asked for.
        band: writes; its decoder has a free slot for each candidate.
        resample: whether better candidates replace the others.

    Raises:
        OptionError: the engine cannot play with the band's model.
    """
    model = band.model
    canvas, options, seed = commission.canvas, commission.options, commission.seed
    if commission.prompt is None:
        key, _ = choose_harmony(canvas, options, np.random.default_rng(seed))
        tempo = float(options.tempo or style_tempo(options.style))
        prompt = Score((Track("", 0, ()),), 1, tempo, key)
    else:
        tempo = options.tempo or commission.prompt.tempo
        key = options.fixed_key or commission.prompt.key
        prompt = replace(commission.prompt.last(_PROMPT_BARS), tempo=tempo, key=key)
    opening = model.opening(prompt, _SOURCES.get(options.style, Source.POP))
    share = options.strength / 100
    points = options.engine is Engine.POINTER
    strength = _RAISED * share if points else _STRONGEST * share**_CURVE
    if options.accompaniment:
        strength *= _ACCOMPANIED
    guide = band.guide(options.engine)
    places = guide.join(
        canvas, opening, key, strength, options.candidates, accompany=options.accompaniment
    )
    sampling = Sampling(options.temperature, options.top_p, seed)
    flock = Flock(
        band.decoder, guide, places, opening.tokens, canvas.bars, sampling, resample=resample
    )
    return Sitting(commission, model, opening, tempo, flock)


@lru_cache(maxsize=1)
def _band(name: str, candidates: int) -> tuple[Band, Lock]:
    """A band of this model for so many sequences, and the lock of whoever plays on it."""
    torch.set_num_threads(threads())
    model = load_model(name)
    decoder = Decoder.of(model.transformer, slots=candidates, precision=model.precision)
    return Band(model, decoder), Lock()


def threads() -> int:
    """How many threads decoding should have: half of the cores.

    Threads that wait for each other spin: where another process wants the same cores, all of them
    together are thirty times slower than half of them.
    """
    return max((os.cpu_count() or 1) // 2, 1)

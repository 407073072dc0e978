"""A piece while a model writes it: token by token, many candidates side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Protocol

from mididraw.arrays import Ints
from mididraw.canvas import Canvas
from mididraw.engines.arrangement import arrange
from mididraw.engines.guidance import particles
from mididraw.engines.guidance.particles import ParticleSet, step
from mididraw.engines.guidance.tracks import split_tracks
from mididraw.engines.missing import with_every_part
from mididraw.engines.plan import choose_contrast, choose_tempo, plan_piece
from mididraw.engines.request import BarProgress, ScoreRequest, no_progress
from mididraw.harmony import Style
from mididraw.harmony.feel import feel_of
from mididraw.harmony.plan import Plan
from mididraw.models.catalogue import load_model
from mididraw.models.decoder import Decoder, Sampling
from mididraw.models.interface import MusicModel, Opening
from mididraw.models.source import Source
from mididraw.score import Score, Track

_SOURCES = {
    Style.FOLK: Source.FOLK,
    Style.CLASSICAL: Source.CLASSICAL,
    Style.GAME: Source.GAME,
}
_MAKING = Lock()
_PROMPT_BARS = 8
"""Bars of a prompt that are read; of a longer one the last."""


class Guidance(particles.ParticleGuidance, Protocol):
    """What leads a model's sequences by a picture; it follows every slot of a decoder."""

    @property
    def backing(self) -> str:
        """The name of the track that accompanies, in the scores that the model reads."""

    def begin(
        self,
        slots: Ints,
        canvas: Canvas,
        opening: Opening,
        plan: Plan,
        strength: float,
        *,
        accompany: bool = False,
    ) -> None:
        """Take note of sequences that go on from the same opening and play the same picture.

        Args:
            slots: of the sequences, ``int64[n]``.
            canvas: the picture.
            opening: what they go on from.
            plan: what is played keeps to its key and chords, where the engine cares.
            strength: how much the picture counts, in nats.
            accompany: let the backing play what it likes beside the ink.
        """


MakeGuidance = Callable[[int], Guidance]
"""Makes the guidance of a decoder of so many slots."""


class Generator:
    """A model, a decoder of it, and what leads the decoder's sequences."""

    def __init__(self, model: MusicModel, decoder: Decoder) -> None:
        """Put them together."""
        self.model, self.decoder = model, decoder
        self._guidances: dict[MakeGuidance, Guidance] = {}

    def guidance(self, make: MakeGuidance) -> Guidance:
        """Give the guidance of a kind, which is made when it is first asked for."""
        if make not in self._guidances:
            self._guidances[make] = make(self.decoder.slots)
        return self._guidances[make]


@dataclass(frozen=True, slots=True, eq=False)
class Generation:
    """A piece while it is written: step its particles until they are done, then read the score.

    Several generations can share one decoder; whoever steps them sees to it that the particles of
    each leave, however its end comes.
    """

    request: ScoreRequest
    model: MusicModel
    opening: Opening
    tempo: float
    particles: ParticleSet
    backing: str

    def score(self) -> Score:
        """Read the best of the candidates."""
        options, bars = self.request.options, self.request.canvas.bars
        contrast = choose_contrast(self.request.seed)
        tokens = self.particles.best().tokens
        music = self.model.read(self.opening, tokens, self.opening.bars + bars)
        score = split_tracks(
            replace(music.last(bars), tempo=self.tempo),
            self.request.canvas,
            options.program,
            self.backing,
            accompany=options.accompaniment,
            contrast=contrast,
        )
        return arrange(with_every_part(self.request.canvas, score), options, contrast)


Begin = Callable[[ScoreRequest, Generator], Generation]
"""Begins a piece by one of the engines that a model writes for."""


def start(
    request: ScoreRequest,
    generator: Generator,
    make: MakeGuidance,
    strength: float,
    *,
    resample: bool = True,
) -> Generation:
    """Begin to write a piece.

    Args:
        request: what is asked for.
        generator: writes; its decoder has a free slot for each candidate.
        make: makes the guidance that leads the candidates.
        strength: how much the picture counts, in the guidance's own nats.
        resample: whether better candidates replace the others.
    """
    model, decoder = generator.model, generator.decoder
    canvas, options = request.canvas, request.options
    plan, tempo, prompt = _prompt(request)
    opening = model.opening(prompt, _SOURCES.get(options.style, Source.POP), plan)
    guidance = generator.guidance(make)
    sampling = Sampling(options.temperature, options.top_p, request.seed)
    particles = ParticleSet(
        decoder,
        guidance,
        opening.tokens,
        canvas.bars,
        sampling,
        options.candidates,
        resample=resample,
    )
    try:
        guidance.begin(
            particles.slot_array, canvas, opening, plan, strength, accompany=options.accompaniment
        )
    except BaseException:
        particles.leave()
        raise
    return Generation(request, model, opening, tempo, particles, guidance.backing)


def write(
    requests: Sequence[ScoreRequest], begin: Begin, progress: BarProgress = no_progress
) -> list[Score]:
    """Write pieces side by side, with a decoder that later ones of as many candidates use again.

    Args:
        requests: of one model.
        begin: begins each.
        progress: called with how far the slowest is.

    Raises:
        ModelError: the model's weights cannot be read.
    """
    first = requests[0]
    candidates = sum(one.options.candidates for one in requests)
    generator, lock = generator_for(first.model, candidates)
    begun: list[Generation] = []
    with lock:
        try:
            begun += (begin(one, generator) for one in requests)
            while unfinished := [one.particles for one in begun if not one.particles.done]:
                step(generator.decoder, unfinished)
                progress(min(one.particles.finished for one in begun), first.canvas.bars)
            return [one.score() for one in begun]
        finally:
            for one in begun:
                one.particles.leave()


def generator_for(name: str, candidates: int) -> tuple[Generator, Lock]:
    """Give a generator of this model for so many sequences, and the lock of whoever uses it.

    Threads that ask at a time get the same one.

    Raises:
        ModelError: the model's weights cannot be read.
    """
    with _MAKING:
        return _make_generator(name, candidates)


@lru_cache(maxsize=1)
def _make_generator(name: str, candidates: int) -> tuple[Generator, Lock]:
    model = load_model(name)
    decoder = Decoder.of(model.transformer, slots=candidates, precision=model.precision)
    return Generator(model, decoder), Lock()


def _prompt(request: ScoreRequest) -> tuple[Plan, float, Score]:
    """Plan the piece, and tell its tempo and what the model goes on from.

    Without a prompt that is nothing but the key and the tempo.
    """
    canvas, options, prompt = request.canvas, request.options, request.prompt
    if prompt is None:
        plan = plan_piece(canvas, options, request.seed)
        tempo = float(choose_tempo(options, request.seed))
        return plan, tempo, Score((Track("", 0, ()),), 1, tempo, plan.key)
    tempo, key = options.tempo or prompt.tempo, options.fixed_key or prompt.key
    before = prompt.last(_PROMPT_BARS)
    onsets = [note.onset for track in before.tracks for note in track.notes]
    plan = replace(plan_piece(canvas, options, request.seed, key), feel=feel_of(onsets))
    return plan, tempo, replace(before, tempo=tempo, key=key)

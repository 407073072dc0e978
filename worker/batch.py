"""Continuous batching: many pieces, one decoder; each joins when there is room, leaves when done.

Each piece is a set of sequences. A step draws one token for all of them; between steps pieces
come and go. What a piece becomes does not depend on the others, and neither does its end: an error
of one is told and it leaves.
"""

import gc
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from mididraw.engines import ScoreRequest
from mididraw.engines.by_model import begin
from mididraw.engines.generation import Generation, Generator
from mididraw.engines.guidance.particles import ParticleSet, step
from mididraw.errors import ModelError
from mididraw.models import gpu
from mididraw.models.decoder import Decoder
from mididraw.models.interface import MusicModel
from mididraw.score import Score

_log = logging.getLogger(__name__)
MakeDecoder = Callable[[int], Decoder]
"""A decoder of so many slots; raises what :func:`is_out_of_memory` knows if there is no room."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece has come so far."""

    name: str
    bar: int
    bars: int


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A piece is written, ``seconds`` after it joined."""

    name: str
    request: ScoreRequest
    score: Score
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """A piece cannot be written."""

    name: str
    error: Exception


BatchNews = Bar | Written | Fault


@dataclass(slots=True, eq=False)
class _BatchedPiece:
    request: ScoreRequest
    generation: Generation | None = None
    reported: int = 0
    since: float = 0.0
    suspect: bool = False
    """Something broke the step that it took part in: it begins again, alone."""

    @property
    def size(self) -> int:
        return self.request.options.candidates


class Batch:
    """The decoder's slots, the pieces that have some, and those that wait for them."""

    def __init__(
        self,
        model: MusicModel,
        slots: int,
        make: MakeDecoder | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        """Make a decoder of as many slots as there is room for.

        Args:
            model: plays.
            slots: how many sequences at most; every piece takes as many as it has candidates.
            make: makes a decoder of the model.
            threads: how many compute a step, if nothing else makes the decoder; None for what
                suits the machine.

        Raises:
            ModelError: there is no room for a single one.
        """
        self._model, self._slots = model, slots
        self._make = make or (
            lambda slots: Decoder.of(
                model.transformer, slots=slots, precision=model.precision, threads=threads
            )
        )
        self._waiting: dict[str, _BatchedPiece] = {}
        self._playing: dict[str, _BatchedPiece] = {}
        self._generator: Generator | None = self._fitting()
        self._tokens = 0

    @property
    def tokens(self) -> int:
        """How many were drawn, since the beginning."""
        return self._tokens

    @property
    def sequences(self) -> int:
        """How many are being written."""
        return sum(piece.size for piece in list(self._playing.values()))

    @property
    def slots(self) -> int:
        """How many sequences share the decoder."""
        return self._slots

    @property
    def busy(self) -> bool:
        """Whether there is something to write."""
        return bool(self._waiting or self._playing)

    def add(self, name: str, request: ScoreRequest) -> None:
        """Take in a piece; it joins as soon as there is room."""
        self._waiting[name] = _BatchedPiece(request)

    def remove(self, name: str) -> None:
        """Let go of a piece; its slots are free at once."""
        self._waiting.pop(name, None)
        piece = self._playing.pop(name, None)
        if piece is not None and piece.generation is not None:
            piece.generation.particles.leave()

    def step(self) -> list[BatchNews]:
        """Let those in that there is room for, and draw a token for every sequence."""
        news: list[BatchNews] = []
        try:
            generator = self._generator or self._fitting()
            self._generator = generator
            news += self._admit(generator)
            if self._playing:
                step(generator.decoder, [_particles(piece) for piece in self._playing.values()])
                self._tokens += self.sequences
        except Exception as error:  # noqa: BLE001 -- one piece's, but nobody can say whose
            if is_out_of_memory(error):
                return news + self._shrink()
            return news + self._suspect(error)
        for name in list(self._playing):
            news += self._after(name)
        return news

    def _admit(self, generator: Generator) -> list[BatchNews]:
        faults: list[BatchNews] = []
        decoder = generator.decoder
        while self._waiting:
            # In their order: a large piece must not be overtaken for ever by small ones.
            name, piece = next(iter(self._waiting.items()))
            if piece.size > self._slots:
                del self._waiting[name]
                faults.append(Fault(name, _too_large()))
                continue
            alone = piece.suspect or any(one.suspect for one in self._playing.values())
            if piece.size > decoder.free or (alone and self._playing):
                break
            free = decoder.free
            try:
                piece.generation = begin(piece.request, generator)
            except Exception as error:
                if is_out_of_memory(error):
                    raise
                del self._waiting[name]
                faults.append(Fault(name, error))
                if decoder.free != free:
                    # It went when it had some of its slots, which nobody can give back.
                    self._begin_again()
                    break
                continue
            piece.since = time.perf_counter()
            self._playing[name] = self._waiting.pop(name)
        return faults

    def _after(self, name: str) -> list[BatchNews]:
        piece = self._playing[name]
        particles, bars = _particles(piece), piece.request.canvas.bars
        news: list[BatchNews] = []
        if particles.finished > piece.reported:
            piece.reported = particles.finished
            news.append(Bar(name, piece.reported, bars))
        if particles.done and piece.generation is not None:
            try:
                score = piece.generation.score()
                spent = time.perf_counter() - piece.since
                news.append(Written(name, piece.request, score, spent))
            except Exception as error:  # noqa: BLE001 -- told to its owner; the others go on
                news.append(Fault(name, error))
            self.remove(name)
        return news

    def _suspect(self, error: Exception) -> list[BatchNews]:
        """What breaks a step of several breaks one of them again when each has its own."""
        news: list[BatchNews] = []
        if len(self._playing) == 1:
            (name,) = self._playing
            del self._playing[name]
            news.append(Fault(name, error))
        else:
            _log.warning("a step broke", exc_info=error)
        for piece in self._playing.values():
            piece.suspect = True
        self._begin_again()
        return news

    def _shrink(self) -> list[BatchNews]:
        """Half as many slots."""
        self._slots //= 2
        _log.warning("out of memory: %d slots from now on", self._slots)
        self._begin_again()
        if self._slots:
            return []
        lost, self._waiting, self._slots = list(self._waiting), {}, 1
        return [Fault(name, _too_large()) for name in lost]

    def _begin_again(self) -> None:
        """Let all pieces begin again with a new decoder; they become what they would have been."""
        self._generator = None
        for piece in self._playing.values():
            piece.generation, piece.reported = None, 0
        self._waiting = self._playing | self._waiting
        self._playing = {}
        gc.collect()
        gpu.release_memory()

    def _fitting(self) -> Generator:
        while True:
            try:
                return Generator(self._model, self._make(self._slots))
            except Exception as error:
                if not is_out_of_memory(error) or self._slots == 1:
                    raise
                self._slots //= 2
                _log.warning("no room in memory: %d slots", self._slots)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory is what was missing; PyTorch says so in several ways."""
    if isinstance(error, MemoryError) or gpu.is_out_of_memory(error):
        return True
    if isinstance(error, ModelError):
        return error.sentence.code == "memory-full-pieces"
    message = str(error)
    return isinstance(error, RuntimeError) and (
        "not enough memory" in message or "can't allocate memory" in message
    )


def _particles(piece: _BatchedPiece) -> ParticleSet:
    assert piece.generation is not None  # noqa: S101 -- it plays
    return piece.generation.particles


def _too_large() -> ModelError:
    return ModelError(
        "memory-full-candidates",
        "There is not enough memory for so many candidates: ask for fewer.",
    )

"""Pieces → figures: how close they are to their drawings, and how close to real songs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean, median
from typing import Protocol, TypeVar

import numpy as np
import torch

from mididraw.corpora.dataset import TokenPiece, windows
from mididraw.corpora.note_songs import scrambled, transposed
from mididraw.corpora.songs import ReferenceSong
from mididraw.evaluation.measures.agreement import agreement
from mididraw.evaluation.measures.cross_entropy import cross_entropy
from mididraw.evaluation.measures.embed import HOP, RATE, Embeddings, Sound
from mididraw.evaluation.measures.form import Form, form
from mididraw.evaluation.measures.frechet import RESAMPLES, FrechetDistance, frechet
from mididraw.evaluation.measures.identify import identify
from mididraw.evaluation.measures.listen import listen
from mididraw.evaluation.measures.symbolic import Figures, figures, top_voice
from mididraw.evaluation.plan import DrawnPiece
from mididraw.evaluation.references.excerpts import clips, excerpts, halves
from mididraw.match import match, overlap
from mididraw.models.catalogue import load_model
from mididraw.models.decoder.kernel import torch_threads
from mididraw.models.music_embedding import (
    embed_excerpts,
    embed_scores,
    load,
    windows_of,
)
from mididraw.models.pocket.tokens import BACKING, LEAD, encode
from mididraw.models.transformer import as_module
from mididraw.render.midi import write_midi
from mididraw.score import Note, Score, Track, roll

_BARS = 8
"""Length of the real songs' parts that the figures are counted on; most drawings' length."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """To the drawings; shares from 0 to 1, means over the pieces.

    Attributes:
        coverage, precision, f1: within one cell, see :class:`~mididraw.match.Match`.
        likeness: with the lines that a person sees on the picture, before it becomes ink.
        iou: cells in both over cells in either, exactly.
        strays: share of notes' cells more than a cell from ink.
        top1, top5: share of drawings that are found among all by the roll alone.
        energy: the drawing's track's share of the velocity squared that sounds.
    """

    coverage: float
    precision: float
    f1: float
    likeness: float
    iou: float
    strays: float
    top1: float
    top5: float
    energy: float


@dataclass(frozen=True, slots=True)
class EngineMetrics:
    """One row of the comparison.

    Attributes:
        name: what was measured.
        pieces: how many.
        closeness: to the drawings; None for real music.
        distances: Fréchet audio distance to all real songs, by the embedder.
        notes: Fréchet distance to all real songs' notes, see
            :mod:`mididraw.models.music_embedding`.
        agreement: with the real songs' figures, 0 to 1.
        figures: means over the pieces.
        form: means over the pieces.
        bits_per_note: under our model, the top voice taken for the lead.
        seconds: median time from picture to score on one core; None for real music.
    """

    name: str
    pieces: int
    closeness: Closeness | None
    distances: dict[str, FrechetDistance]
    notes: FrechetDistance
    agreement: float
    figures: Figures
    form: Form
    bits_per_note: float
    seconds: float | None

    @property
    def distance(self) -> FrechetDistance:
        """The Fréchet audio distance by YAMNet."""
        return self.distances[YAMNET]

    def as_json(self) -> dict[str, object]:
        """All figures, for JSON."""
        return asdict(self)


YAMNET, VGGISH = "YAMNet", "VGGish"
_Counted = TypeVar("_Counted", Figures, Form)
EmbeddedClips = dict[str, list[Embeddings]]
"""The embeddings of a set of clips, by the embedder's name."""


class AudioEmbedder(Protocol):
    """A network that embeds audio."""

    def embed(self, sound: Sound) -> Embeddings:
        """Embed the parts of a clip that are not silent, ``float32[parts, dimensions]``."""


class Evaluator:
    """Knows the real songs; measures sets of pieces against them."""

    def __init__(
        self,
        songs: Sequence[ReferenceSong],
        embedders: Mapping[str, AudioEmbedder],
        soundfont: Path | None = None,
        resamples: int = RESAMPLES,
    ) -> None:
        """Listen to the songs, which takes minutes; distances are resampled so many times.

        Raises:
            SoundError: FluidSynth or the SoundFont cannot be used.
        """
        torch.set_num_threads(torch_threads())
        self._embedders, self._soundfont, self._resamples = embedders, soundfont, resamples
        self._parts = [excerpts(half, _BARS) for half in halves(songs)]
        self.halves = [self.embed(clips(half)) for half in halves(songs)]
        first, second = self.halves
        self.real: EmbeddedClips = {
            embedder: first[embedder] + second[embedder] for embedder in embedders
        }
        self._figures = [[figures(part) for part in parts] for parts in self._parts]
        self._embedded = [embed_scores(parts) for parts in self._parts]
        self._model = as_module(load_model().transformer)

    def embed(self, midis: Iterable[bytes]) -> EmbeddedClips:
        """Embed the first 15 s of files, played by a grand piano."""
        embedded: EmbeddedClips = {name: [] for name in self._embedders}
        for midi in midis:
            sound = listen(midi, self._soundfont)
            for name, embedder in self._embedders.items():
                embedded[name].append(embedder.embed(sound))
        return embedded

    def evaluate(
        self, name: str, pieces: Sequence[DrawnPiece]
    ) -> tuple[EngineMetrics, EmbeddedClips]:
        """Measure what an engine played; also gives the embedded clips."""
        embedded = self.embed(write_midi(piece.score) for piece in pieces)
        metrics = self._metrics_of(name, [piece.score for piece in pieces], embedded)
        seconds = median(piece.seconds for piece in pieces)
        return replace(metrics, closeness=_closeness(pieces), seconds=seconds), embedded

    def evaluate_songs(self, name: str, songs: Sequence[ReferenceSong]) -> EngineMetrics:
        """Measure other real music."""
        return self._metrics_of(name, excerpts(songs, _BARS), self.embed(clips(songs)))

    def evaluate_scores(self, name: str, scores: Sequence[Score]) -> EngineMetrics:
        """Measure music that plays no drawing."""
        return self._metrics_of(name, scores, self.embed(write_midi(score) for score in scores))

    def floor(self, name: str) -> EngineMetrics:
        """Measure one half of the songs against the other: nothing real is closer."""
        first, _ = self._parts
        found, others = self._figures
        return EngineMetrics(
            name,
            len(first),
            None,
            self._distances(*self.halves),
            self.distance(*self._embedded),
            agreement(found, others).value,
            _mean(found),
            _mean([form(part) for part in first]),
            self._bits(first),
            None,
        )

    def _metrics_of(
        self, name: str, scores: Sequence[Score], embedded: EmbeddedClips
    ) -> EngineMetrics:
        found = [figures(score) for score in scores]
        return EngineMetrics(
            name,
            len(scores),
            None,
            self._distances(self.real, embedded),
            self._notes(embed_scores(scores)),
            agreement(found, [*self._figures[0], *self._figures[1]]).value,
            _mean(found),
            _mean([form(score) for score in scores]),
            self._bits(scores),
            None,
        )

    def notes_of_real_music(self) -> dict[str, FrechetDistance]:
        """What the distance of notes says of the one half of the songs beside the other.

        As it is, every excerpt in another key, and with its rhythm but pitches at random.
        """
        one, other = self._embedded
        random = np.random.default_rng(0)
        excerpts = [windows_of(part) for part in self._parts[1]]
        changes = {"in other keys": transposed, "with random pitches": scrambled}
        found = {"as they are": self.distance(one, other)}
        for name, change in changes.items():
            changed = [
                embed_excerpts(load(), [change(notes, random) for notes in piece])
                for piece in excerpts
            ]
            found[name] = self.distance(one, changed)
        return found

    def _notes(self, embedded: list[Embeddings]) -> FrechetDistance:
        return self.distance([*self._embedded[0], *self._embedded[1]], embedded)

    def distance(self, one: Sequence[Embeddings], other: Sequence[Embeddings]) -> FrechetDistance:
        """Measure how far sets of one embedder's embeddings are from each other."""
        return frechet(one, other, resamples=self._resamples)

    def _distances(self, one: EmbeddedClips, other: EmbeddedClips) -> dict[str, FrechetDistance]:
        return {embedder: self.distance(one[embedder], other[embedder]) for embedder in one}

    def _bits(self, scores: Iterable[Score]) -> float:
        pieces = [
            TokenPiece("", np.array(encode(top_voice_leads(score)), np.uint16)) for score in scores
        ]
        return cross_entropy(self._model, windows(pieces, self._model.shape.context)).bits_per_note


def first_seconds(embedded: Iterable[Embeddings], seconds: float) -> list[Embeddings]:
    """The frames that YAMNet embeds of shorter clips of the same music."""
    count = int((seconds - 0.975) * RATE / HOP) + 1
    return [one[:count] for one in embedded]


def _closeness(pieces: Sequence[DrawnPiece]) -> Closeness:
    matches = [match(piece.canvas, piece.score) for piece in pieces]
    found = identify([(piece.canvas, piece.score) for piece in pieces])
    return Closeness(
        coverage=mean(one.coverage for one in matches),
        precision=mean(one.precision for one in matches),
        f1=mean(one.f1 for one in matches),
        likeness=mean(one.likeness for one in matches),
        iou=mean(overlap(piece.canvas, piece.score) for piece in pieces),
        strays=1 - mean(one.precision for one in matches),
        top1=found.top1,
        top5=found.top5,
        energy=mean(_energy(piece.score) for piece in pieces),
    )


def _energy(score: Score) -> float:
    def of(track: Track) -> float:
        return float(sum(note.velocity**2 * note.duration for note in track.notes))

    total = sum(of(track) for track in score.tracks)
    return of(score.drawing) / total if total else 0.0


def _mean(found: Sequence[_Counted]) -> _Counted:
    rows = [asdict(one) for one in found]
    return type(found[0])(**{name: mean(row[name] for row in rows) for name in rows[0]})


def top_voice_leads(score: Score) -> Score:
    """All tracks as a lead and its backing, as the model knows them; a key is struck once a step.

    The lead is the top voice: a bass that is alone between two notes of a melody is no melody.
    """
    struck: dict[tuple[int, int], Note] = {}
    for track in score.tracks:
        for note in track.notes if not track.drums else ():
            if note.onset < score.steps:
                longest = struck.setdefault((note.onset, note.pitch), note)
                if note.duration > longest.duration:
                    struck[note.onset, note.pitch] = note
    top = set(top_voice(struck.values(), roll(struck.values(), score.steps) > 0))
    lead = tuple(note for at, note in struck.items() if at in top)
    backing = tuple(note for at, note in struck.items() if at not in top)
    tracks = (Track(LEAD, 0, lead), Track(BACKING, 0, backing))
    return replace(score, tracks=tracks)

"""Pieces → figures: how close they are to their drawings, and how close to real songs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean, median
from typing import Protocol, TypeVar

import numpy as np
import torch

from mididraw.engines.generation import threads
from mididraw.evaluation.plan import Piece
from mididraw.measure import match
from mididraw.measure.agreement import agreement
from mididraw.measure.embed import HOP, RATE, Embeddings, Sound
from mididraw.measure.form import Form, form
from mididraw.measure.frechet import RESAMPLES, FrechetDistance, frechet
from mididraw.measure.identify import identify
from mididraw.measure.listen import listen
from mididraw.measure.match import overlap
from mididraw.measure.music_embedding import embed_excerpts, embed_scores, load, windows_of
from mididraw.measure.reference import Song, clips, excerpts, halves
from mididraw.measure.symbolic import Figures, figures
from mididraw.models.catalogue import load_model
from mididraw.models.pocket.tokens import BACKING, LEAD, encode
from mididraw.render.midi import write_midi
from mididraw.score import Note, Score, Track
from mididraw.training.dataset import Piece as TokenPiece
from mididraw.training.dataset import windows
from mididraw.training.excerpts import scrambled, transposed
from mididraw.training.train import measure

_BARS = 8
"""Length of the real songs' parts that the figures are counted on; most drawings' length."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """To the drawings; shares from 0 to 1, means over the pieces.

    Attributes:
        coverage, precision, f1: within one cell, see :class:`~mididraw.measure.Match`.
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
class Verdict:
    """One row of the comparison.

    Attributes:
        name: what was judged.
        pieces: how many.
        closeness: to the drawings; None for real music.
        distances: Fréchet audio distance to all real songs, by the ear that heard them.
        notes: Fréchet distance to all real songs' notes, see
            :mod:`mididraw.measure.music_embedding`.
        agreement: with the real songs' figures, 0 to 1.
        figures: means over the pieces.
        form: means over the pieces.
        bits_per_note: under our model, the highest note at a time taken for the lead.
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
        """By YAMNet."""
        return self.distances[YAMNET]

    def as_json(self) -> dict[str, object]:
        """Everything, for JSON."""
        return asdict(self)


YAMNET, VGGISH = "YAMNet", "VGGish"
_Counted = TypeVar("_Counted", Figures, Form)
Heard = dict[str, list[Embeddings]]
"""What each ear heard of a set of clips."""


class Ear(Protocol):
    """A network that hears."""

    def embed(self, sound: Sound) -> Embeddings:
        """Embed the parts of a clip that are not silent, ``float32[parts, dimensions]``."""


class Judge:
    """Knows the real songs; judges sets of pieces against them."""

    def __init__(
        self,
        songs: Sequence[Song],
        ears: Mapping[str, Ear],
        soundfont: Path | None = None,
        resamples: int = RESAMPLES,
    ) -> None:
        """Listen to the songs, which takes minutes; distances are resampled so many times.

        Raises:
            SoundError: FluidSynth or the SoundFont cannot be used.
        """
        torch.set_num_threads(threads())
        self._ears, self._soundfont, self._resamples = ears, soundfont, resamples
        self._parts = [excerpts(half, _BARS) for half in halves(songs)]
        self.halves = [self.hear(clips(half)) for half in halves(songs)]
        first, second = self.halves
        self.real: Heard = {ear: first[ear] + second[ear] for ear in ears}
        self._figures = [figures(part) for parts in self._parts for part in parts]
        self._embedded = [embed_scores(parts) for parts in self._parts]
        self._model = load_model().transformer

    def hear(self, midis: Iterable[bytes]) -> Heard:
        """Embed the first 15 s of files, played by a grand piano."""
        heard: Heard = {name: [] for name in self._ears}
        for midi in midis:
            sound = listen(midi, self._soundfont)
            for name, ear in self._ears.items():
                heard[name].append(ear.embed(sound))
        return heard

    def judge(self, name: str, pieces: Sequence[Piece]) -> tuple[Verdict, Heard]:
        """Judge what an engine played; also gives what was heard."""
        heard = self.hear(write_midi(piece.score) for piece in pieces)
        verdict = self._judge(name, [piece.score for piece in pieces], heard)
        seconds = median(piece.seconds for piece in pieces)
        return replace(verdict, closeness=_closeness(pieces), seconds=seconds), heard

    def judge_songs(self, name: str, songs: Sequence[Song]) -> Verdict:
        """Judge other real music."""
        return self._judge(name, excerpts(songs, _BARS), self.hear(clips(songs)))

    def judge_scores(self, name: str, scores: Sequence[Score]) -> Verdict:
        """Judge music that plays no drawing."""
        return self._judge(name, scores, self.hear(write_midi(score) for score in scores))

    def floor(self, name: str) -> Verdict:
        """Judge one half of the songs against the other: nothing real is closer."""
        first, second = self._parts
        found = [figures(part) for part in first]
        others = [figures(part) for part in second]
        return Verdict(
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

    def _judge(self, name: str, scores: Sequence[Score], heard: Heard) -> Verdict:
        found = [figures(score) for score in scores]
        return Verdict(
            name,
            len(scores),
            None,
            self._distances(self.real, heard),
            self._notes(embed_scores(scores)),
            agreement(found, self._figures).value,
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
        """Measure how far sets of what one ear heard are from each other."""
        return frechet(one, other, resamples=self._resamples)

    def _distances(self, one: Heard, other: Heard) -> dict[str, FrechetDistance]:
        return {ear: self.distance(one[ear], other[ear]) for ear in one}

    def _bits(self, scores: Iterable[Score]) -> float:
        pieces = [
            TokenPiece("", np.array(encode(_by_height(score)), np.uint16)) for score in scores
        ]
        return measure(self._model, windows(pieces, self._model.shape.context)).bits_per_note


def first_seconds(heard: Iterable[Embeddings], seconds: float) -> list[Embeddings]:
    """The frames that YAMNet hears of shorter clips of the same music."""
    count = int((seconds - 0.975) * RATE / HOP) + 1
    return [one[:count] for one in heard]


def _closeness(pieces: Sequence[Piece]) -> Closeness:
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


def _by_height(score: Score) -> Score:
    """All tracks as a lead, the highest note at a time, and its backing."""
    highest: dict[int, Note] = {}
    every = [note for track in score.tracks if not track.drums for note in track.notes]
    for note in every:
        if note.onset not in highest or note.pitch > highest[note.onset].pitch:
            highest[note.onset] = note
    lead = tuple(note for note in every if highest[note.onset] is note)
    backing = tuple(note for note in every if highest[note.onset] is not note)
    tracks = (Track(LEAD, 0, lead), Track(BACKING, 0, backing))
    return replace(score, tracks=tracks)

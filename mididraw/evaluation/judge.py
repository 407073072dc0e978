"""Pieces → figures: how close they are to their drawings, and how close to real songs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean, median

import numpy as np

from mididraw.evaluation.plan import Piece
from mididraw.measure import match
from mididraw.measure.agreement import agreement
from mididraw.measure.embed import HOP, RATE, Embeddings, Yamnet
from mididraw.measure.frechet import FrechetDistance, frechet
from mididraw.measure.identify import identify
from mididraw.measure.listen import listen
from mididraw.measure.match import overlap
from mididraw.measure.reference import Song, clips, excerpts, halves
from mididraw.measure.symbolic import Figures, figures
from mididraw.models.catalogue import load_model
from mididraw.models.pocket.tokens import BACKING, LEAD, encode
from mididraw.render.midi import write_midi
from mididraw.score import Note, Score, Track
from mididraw.training.dataset import Piece as TokenPiece
from mididraw.training.dataset import windows
from mididraw.training.train import measure

_BARS = 8
"""Length of the real songs' parts that the figures are counted on; most drawings' length."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """To the drawings; shares from 0 to 1, means over the pieces.

    Attributes:
        coverage, precision, f1: within one cell, see :class:`~mididraw.measure.Match`.
        iou: cells in both over cells in either, exactly.
        strays: share of notes' cells more than a cell from ink.
        top1, top5: share of drawings that are found among all by the roll alone.
        energy: the drawing's track's share of the velocity squared that sounds.
    """

    coverage: float
    precision: float
    f1: float
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
        distance: Fréchet audio distance to all real songs.
        agreement: with the real songs' figures, 0 to 1.
        figures: means over the pieces.
        bits_per_note: under our model, the highest note at a time taken for the lead.
        seconds: median time from picture to score on one core; None for real music.
    """

    name: str
    pieces: int
    closeness: Closeness | None
    distance: FrechetDistance
    agreement: float
    figures: Figures
    bits_per_note: float
    seconds: float | None

    def as_json(self) -> dict[str, object]:
        """Everything, for JSON."""
        return asdict(self)


class Judge:
    """Knows the real songs; judges sets of pieces against them."""

    def __init__(self, songs: Sequence[Song], yamnet: Path, soundfont: Path | None = None) -> None:
        """Listen to the songs, which takes minutes.

        Raises:
            ModelError: the network cannot be read.
            SoundError: FluidSynth or the SoundFont cannot be used.
        """
        self._ear, self._soundfont = Yamnet(yamnet), soundfont
        self._parts = [excerpts(half, _BARS) for half in halves(songs)]
        self.halves = [[self.hear(midi) for midi in clips(half)] for half in halves(songs)]
        self.real = [one for half in self.halves for one in half]
        self._figures = [figures(part) for parts in self._parts for part in parts]
        self._model = load_model().transformer

    def hear(self, midi: bytes) -> Embeddings:
        """Embed the first 15 s of a file, played by a grand piano."""
        return self._ear.embed(listen(midi, self._soundfont))

    def judge(self, name: str, pieces: Sequence[Piece]) -> tuple[Verdict, list[Embeddings]]:
        """Judge what an engine played; also gives what was heard."""
        heard = [self.hear(write_midi(piece.score)) for piece in pieces]
        verdict = self._judge(name, [piece.score for piece in pieces], heard)
        seconds = median(piece.seconds for piece in pieces)
        return replace(verdict, closeness=_closeness(pieces), seconds=seconds), heard

    def judge_songs(self, name: str, songs: Sequence[Song]) -> Verdict:
        """Judge other real music."""
        heard = [self.hear(midi) for midi in clips(songs)]
        return self._judge(name, excerpts(songs, _BARS), heard)

    def floor(self, name: str) -> Verdict:
        """Judge one half of the songs against the other: nothing real is closer."""
        first, second = self._parts
        found = [figures(part) for part in first]
        others = [figures(part) for part in second]
        return Verdict(
            name,
            len(first),
            None,
            frechet(*self.halves),
            agreement(found, others).value,
            _mean(found),
            self._bits(first),
            None,
        )

    def _judge(self, name: str, scores: Sequence[Score], heard: list[Embeddings]) -> Verdict:
        found = [figures(score) for score in scores]
        return Verdict(
            name,
            len(scores),
            None,
            frechet(self.real, heard),
            agreement(found, self._figures).value,
            _mean(found),
            self._bits(scores),
            None,
        )

    def _bits(self, scores: Iterable[Score]) -> float:
        pieces = [
            TokenPiece("", np.array(encode(_by_height(score)), np.uint16)) for score in scores
        ]
        return measure(self._model, windows(pieces, self._model.shape.context)).bits_per_note


def first_seconds(heard: Iterable[Embeddings], seconds: float) -> list[Embeddings]:
    """The frames of shorter clips of the same music."""
    count = int((seconds - 0.975) * RATE / HOP) + 1
    return [one[:count] for one in heard]


def _closeness(pieces: Sequence[Piece]) -> Closeness:
    matches = [match(piece.canvas, piece.score) for piece in pieces]
    found = identify([(piece.canvas, piece.score) for piece in pieces])
    return Closeness(
        coverage=mean(one.coverage for one in matches),
        precision=mean(one.precision for one in matches),
        f1=mean(one.f1 for one in matches),
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


def _mean(found: Sequence[Figures]) -> Figures:
    rows = [asdict(one) for one in found]
    return Figures(**{name: mean(row[name] for row in rows) for name in rows[0]})


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

"""Figures that tell how music is made: compare sets of pieces by them, not single pieces."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from statistics import mean

import numpy as np

from mididraw.score import Score, roll, sounding_pitch_classes


@dataclass(frozen=True, slots=True)
class Musicality:
    """What is counted over all tuned tracks of a piece.

    Attributes:
        in_key: share of notes within the piece's scale, 0 to 1.
        notes_per_bar: onsets a bar.
        polyphony: pitches that sound at once, the mean over steps that are not silent.
        entropy: of the pitch classes by how long they sound, in bits, 0 to 3.58.
    """

    in_key: float
    notes_per_bar: float
    polyphony: float
    entropy: float


def musicality(score: Score) -> Musicality:
    """Count one piece; silence gives zeros."""
    notes = [note for track in score.tracks if not track.drums for note in track.notes]
    if not notes:
        return Musicality(0.0, 0.0, 0.0, 0.0)
    sounding = (roll(notes, score.steps) > 0).sum(axis=0)
    share = sounding_pitch_classes(notes)
    share = share[share > 0] / share.sum()
    return Musicality(
        in_key=mean(note.pitch % 12 in score.key.scale for note in notes),
        notes_per_bar=len(notes) / score.bars,
        polyphony=float(sounding[sounding > 0].mean()) if sounding.any() else 0.0,
        entropy=float(-(share * np.log2(share)).sum()),
    )


def average(pieces: Iterable[Score]) -> Musicality:
    """The mean of each figure over pieces.

    Raises:
        ValueError: there are none.
    """
    found = [musicality(piece) for piece in pieces]
    if not found:
        raise ValueError("no pieces to average")
    return Musicality(
        *(mean(getattr(one, field.name) for one in found) for field in fields(Musicality))
    )

"""Bars of real songs over the picture."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mididraw.bars.library import library
from mididraw.canvas import Canvas
from mididraw.corpora.pop909 import read_archive, read_song
from mididraw.draw import prepare_request
from mididraw.engines import ScoreRequest
from mididraw.engines.mosaic import Tile, best_path, mosaic
from mididraw.evaluation.measures.copying import KnownSongs
from mididraw.match import match
from mididraw.options import DrawOptions
from mididraw.score import Score, Track, roll
from tests.strategies.canvases import canvases


def play(picture: Image.Image, seed: int = 1, **options: object) -> tuple[Canvas, Score]:
    asked = DrawOptions.of(engine="mosaic", arrangement="solo", seed=seed, **options)
    work = prepare_request([picture], asked)
    return work.canvas, mosaic(work)


def test_drawings_are_played_by_bars_of_songs(quickdraw: list[Image.Image]) -> None:
    found = [play(picture, seed) for seed, picture in enumerate(quickdraw[:8])]
    assert np.mean([match(canvas, score).f1 for canvas, score in found]) > 0.9
    for _, score in found:
        assert score.sources
        assert set(score.sources) <= set(library().names)


def test_strength_goes_from_whole_bars_to_the_outline(quickdraw: list[Image.Image]) -> None:
    f1 = [
        np.mean([match(*play(picture, strength=strength)).f1 for picture in quickdraw[:3]])
        for strength in (0, 25, 100)
    ]
    assert f1[0] < 0.4
    assert f1[0] + 0.2 < f1[1] < f1[2] - 0.02


@pytest.mark.parametrize("strength", [0, 50])
def test_no_more_than_two_bars_in_a_row_are_a_songs(
    shared: Path, quickdraw: list[Image.Image], strength: int
) -> None:
    pieces = [play(p, seed, strength=strength)[1] for seed, p in enumerate(quickdraw[:3])]
    numbers = {name.split()[1] for piece in pieces for name in piece.sources}
    archive = shared / "data" / "pop909.tar.gz"
    songs = [files for files in read_archive(archive) if files.number in numbers]
    parts = [part for files in songs[:25] for part in read_song(files)]
    known = KnownSongs(_on_one_track(part) for part in parts)
    assert known.longest_shared(_on_one_track(parts[0])) > 2
    assert max(known.longest_shared(_on_one_track(piece)) for piece in pieces) <= 2


def _on_one_track(score: Score) -> Score:
    notes = tuple(note for track in score.tracks for note in track.notes)
    return replace(score, tracks=(Track("all", 0, notes),))


def test_the_path_never_stays_with_a_song() -> None:
    known = library()
    followed = np.flatnonzero(known.song[1:] == known.song[:-1])[:40]
    choices = [
        [Tile(int(bar) + step, 0, 100.0 * (bar == followed[0])) for bar in followed]
        for step in range(2)
    ] + [[Tile(len(known) - 1, 0, 0.0)]]
    # The best of each would be one bar and the next of the same song.
    choices[1].append(Tile(len(known) // 2, 0, 0.0))
    path = best_path(known, choices)
    songs = [known.song[tile.bar] for tile in path]
    assert songs[0] != songs[1]


@settings(max_examples=8, deadline=None)
@given(canvases(), st.integers(0, 1000))
def test_the_same_seed_gives_the_same_piece_without_overlaps(canvas: Canvas, seed: int) -> None:
    work = ScoreRequest(canvas, DrawOptions.of(engine="mosaic", seed=seed))
    score = mosaic(work)
    assert score == mosaic(work)
    notes = score.drawing.notes
    assert (roll(notes, canvas.steps) > 0).sum() == sum(note.duration for note in notes)


def test_other_seeds_give_other_pieces(quickdraw: list[Image.Image]) -> None:
    assert play(quickdraw[0], 1)[1] != play(quickdraw[0], 2)[1]

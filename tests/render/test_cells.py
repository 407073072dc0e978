"""Roll ↔ picture of bare cells."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mididraw.render.cells import (
    picture_to_roll,
    read_cells,
    roll_to_notes,
    roll_to_picture,
    write_cells,
)
from mididraw.score import Score, roll
from tests.strategies.scores import scores

ROLLS = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 127)
)


@given(ROLLS)
def test_roll_to_picture_to_roll_is_exact(velocities: NDArray[np.uint8]) -> None:
    assert np.array_equal(picture_to_roll(roll_to_picture(velocities)), velocities)


@given(ROLLS)
def test_roll_to_notes_to_roll_is_exact(velocities: NDArray[np.uint8]) -> None:
    rows, steps = velocities.shape
    again = roll(roll_to_notes(velocities, lowest=10), steps)
    assert np.array_equal(again[10 : 10 + rows], velocities)


@given(scores(empty_tracks=False))
def test_a_score_written_as_cells_reads_back_as_the_same_roll(
    score: Score,
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cells.png"
        path.write_bytes(write_cells(score))
        back = read_cells(path)
    assert back is not None
    notes = [note for track in score.tracks if not track.drums for note in track.notes]
    assert np.array_equal(roll(back.drawing.notes, score.steps), roll(notes, score.steps))
    assert (back.tempo, back.key, back.bars) == (score.tempo, score.key, score.bars)


@pytest.mark.parametrize("tempo", ["inf", "nan", "-90", "0", "1e-9", "3.0", "1e9", "fast", ""])
def test_cells_with_an_impossible_tempo_are_just_a_picture(tmp_path: Path, tempo: str) -> None:
    info = PngInfo()
    info.add_text("mididraw-cells", f"{tempo} C major")
    path = tmp_path / "cells.png"
    Image.new("L", (64, 128), 100).save(path, pnginfo=info)
    assert read_cells(path) is None


def test_any_other_picture_is_no_cells(tmp_path: Path, example: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("no picture")
    Image.new("L", (64, 128), 255).save(tmp_path / "blank.png")
    assert read_cells(example) is None
    assert read_cells(text) is None
    assert read_cells(tmp_path / "blank.png") is None
    assert read_cells(tmp_path / "none.png") is None

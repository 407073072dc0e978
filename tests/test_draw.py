"""The whole way in one function."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydub import AudioSegment

from mididraw.draw import MAX_PICTURES, Stage, compose, draw
from mididraw.errors import OptionError
from mididraw.options import DrawOptions, Theme
from mididraw.picture import Picture
from mididraw.render.midi import read_midi
from tests.conftest import EXAMPLES


def test_a_drawing_becomes_midi_mp3_and_png(example: Path) -> None:
    told: list[tuple[Stage, bool]] = []
    drawing = draw(
        [example], DrawOptions(seed=5), progress=lambda stage, done: told.append((stage, done))
    )
    assert read_midi(drawing.midi).drawing.notes == drawing.score.drawing.notes
    heard = AudioSegment.from_file(io.BytesIO(drawing.mp3), "mp3")
    length = drawing.score.steps * drawing.score.seconds_per_step
    assert length < heard.duration_seconds < length + 3
    assert Image.open(io.BytesIO(drawing.png)).size == (1280, 720)
    assert drawing.match.f1 > 0.95
    assert told == [(stage, done) for stage in Stage for done in (False, True)]
    assert set(drawing.seconds) == set(Stage)


def test_options_come_back_resolved(example: Path) -> None:
    _, score, options = compose([example], DrawOptions())
    assert options.seed is not None
    assert options.tempo == score.tempo
    assert options.key == score.key.name
    _, again, _ = compose([example], options)
    assert again == score


@pytest.mark.parametrize("engine", ["chords", "naive"])
def test_path_bytes_and_image_give_the_same_music(example: Path, engine: str) -> None:
    options = DrawOptions.of(engine=engine, seed=2)
    with Image.open(example) as image:
        ways: list[Picture] = [example, str(example), example.read_bytes(), image]
        scores = [compose([picture], options)[1] for picture in ways]
    assert len(set(scores)) == 1


def test_several_pictures_become_one_piece_in_their_order() -> None:
    cat, fish = EXAMPLES / "cat.png", EXAMPLES / "fish.png"
    one, _, _ = compose([cat], DrawOptions(seed=1))
    two, _, _ = compose([fish], DrawOptions(seed=1))
    both, score, _ = compose([cat, fish], DrawOptions(seed=1))
    assert score.bars == one.bars + two.bars
    assert np.array_equal(both.ink[:, : one.steps], one.ink)
    assert {note.onset < one.steps for note in score.drawing.notes} == {True, False}


def test_the_theme_changes_the_picture_alone(example: Path) -> None:
    dark = draw([example], DrawOptions(seed=1, theme=Theme.DARK))
    light = draw([example], DrawOptions(seed=1, theme=Theme.LIGHT))
    assert dark.midi == light.midi
    assert np.mean(Image.open(io.BytesIO(dark.png))) < 100  # type: ignore[call-overload]
    assert np.mean(Image.open(io.BytesIO(light.png))) > 150  # type: ignore[call-overload]


def test_no_pictures_and_too_many_are_refused(example: Path) -> None:
    for pictures in ([], [example] * (MAX_PICTURES + 1)):
        with pytest.raises(OptionError, match=f"1 to {MAX_PICTURES}"):
            draw(pictures)

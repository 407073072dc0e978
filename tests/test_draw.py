"""The whole way in one function."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydub import AudioSegment

from mididraw.draw import MAX_PICTURES, Stage, draw, prepare_request, resolve, write_score
from mididraw.errors import BlankPictureError, OptionError
from mididraw.options import DrawOptions, Theme
from mididraw.picture import Picture
from mididraw.render.midi import read_midi
from tests.conftest import EXAMPLES


def test_a_drawing_becomes_midi_mp3_and_png(example: Path) -> None:
    told: list[tuple[Stage, int, int]] = []
    drawing = draw([example], DrawOptions(seed=5), progress=lambda *event: told.append(event))
    assert read_midi(drawing.midi).drawing.notes == drawing.score.drawing.notes
    heard = AudioSegment.from_file(io.BytesIO(drawing.mp3), "mp3")
    length = drawing.score.steps * drawing.score.seconds_per_step
    assert length < heard.duration_seconds < length + 3
    assert Image.open(io.BytesIO(drawing.png)).size == (1280, 720)
    assert drawing.match.f1 > 0.8
    events = list(dict.fromkeys(told))
    bars = drawing.score.bars
    assert [event for event in events if event[0] is Stage.ENGINE] == [
        (Stage.ENGINE, 0, 1),
        *((Stage.ENGINE, done, bars) for done in range(bars + 1)),
        (Stage.ENGINE, 1, 1),
    ]
    others = [event for event in events if event[0] is not Stage.ENGINE]
    stages = [stage for stage in Stage if stage not in (Stage.ENGINE, Stage.VIDEO)]
    assert others == [(stage, done, 1) for stage in stages for done in (0, 1)]
    assert set(drawing.seconds) == {*stages, Stage.ENGINE}


def test_options_come_back_resolved(example: Path) -> None:
    work = prepare_request([example], DrawOptions())
    score = write_score(work)
    options = resolve(work, score)
    assert options.seed is not None
    assert options.tempo == score.tempo
    assert options.key == score.key.name
    assert write_score(prepare_request([example], options)) == score


@pytest.mark.parametrize("engine", ["chords", "naive", "guided"])
def test_path_bytes_and_image_give_the_same_music(example: Path, engine: str) -> None:
    options = DrawOptions.of(engine=engine, seed=2, bars=2, candidates=2)
    with Image.open(example) as image:
        ways: list[Picture] = [example, str(example), example.read_bytes(), image]
        scores = [write_score(prepare_request([picture], options)) for picture in ways]
    assert len(set(scores)) == 1


def test_several_pictures_become_one_piece_in_their_order() -> None:
    cat, fish = EXAMPLES / "cat.png", EXAMPLES / "fish.png"
    one, two, both = (
        prepare_request(pictures, DrawOptions(seed=1, candidates=2))
        for pictures in ([cat], [fish], [cat, fish])
    )
    score = write_score(both)
    assert score.bars == one.canvas.bars + two.canvas.bars
    assert np.array_equal(both.canvas.ink[:, : one.canvas.steps], one.canvas.ink)
    assert {note.onset < one.canvas.steps for note in score.drawing.notes} == {True, False}


def test_the_theme_changes_the_picture_alone(example: Path) -> None:
    dark = draw([example], DrawOptions(seed=1, bars=2, theme=Theme.DARK))
    light = draw([example], DrawOptions(seed=1, bars=2, theme=Theme.LIGHT))
    assert dark.midi == light.midi
    assert np.mean(Image.open(io.BytesIO(dark.png))) < 100  # type: ignore[call-overload]
    assert np.mean(Image.open(io.BytesIO(light.png))) > 150  # type: ignore[call-overload]


def test_no_pictures_and_too_many_are_refused(example: Path) -> None:
    for pictures in ([], [example] * (MAX_PICTURES + 1)):
        with pytest.raises(OptionError, match=f"1 to {MAX_PICTURES}"):
            draw(pictures)


def test_of_several_pictures_the_sentence_names_the_bad_one(example: Path) -> None:
    blank = Image.new("L", (100, 100), 255)
    with pytest.raises(BlankPictureError, match=r"^Picture 2 of 3: Nothing is drawn"):
        draw([example, blank, example])
    with pytest.raises(BlankPictureError, match=r"^Nothing is drawn"):
        draw([blank])

"""The video plays everywhere, in step with its sound; another library than ours decodes it."""

import io
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mididraw.canvas import lay
from mididraw.errors import VideoError
from mididraw.harmony import Chord, Key, Mode
from mididraw.options import DrawOptions, Theme, Video
from mididraw.picture import read
from mididraw.render.audio import SAMPLE_RATE, Samples, synthesize
from mididraw.render.film import FRAMES_PER_SECOND, HOLD, SIZES, Film
from mididraw.render.layout import Layout
from mididraw.render.midi import write_midi
from mididraw.render.palette import PALETTES
from mididraw.render.planes import Planes
from mididraw.render.roll import RollSheet, stroke_box
from mididraw.render.timeline import Timeline
from mididraw.render.video import encode_video
from mididraw.score import DRAWING, STEPS_PER_BAR, ChordSpan, Note, Score, Track

SHAPES = [shape for shape in Video if shape is not Video.NONE]
NOTES = (Note(16, 60, 8, 110), Note(24, 67, 8, 60), Note(40, 72, 4, 90))
CHORDS = (ChordSpan(0, 16, Chord.parse("C")), ChordSpan(16, 32, Chord.parse("Am")))
PIECE = Score((Track(DRAWING, 0, NOTES),), 3, 120, Key(0), CHORDS)
"""Six seconds, of which the first two are silent."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """What another library finds in a video."""

    size: tuple[int, int]
    codecs: tuple[str, str]
    pixels: str
    times: list[float]
    frames: list[NDArray[np.uint8]]
    sound: NDArray[np.float32]
    sound_begins: float

    def at(self, time: float) -> NDArray[np.uint8]:
        """The brightness shown at a time."""
        return self.frames[max(i for i, begun in enumerate(self.times) if begun <= time + 1e-6)]


def decode(data: bytes) -> Decoded:
    with av.open(io.BytesIO(data), "r") as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        shown = list(file.decode(video))
        codecs = video.codec_context.name, audio.codec_context.name
        size, pixels = (video.width, video.height), str(video.codec_context.pix_fmt)
    with av.open(io.BytesIO(data), "r") as file:
        heard = list(file.decode(file.streams.audio[0]))
    # The plane of brightness, at the head of the array, as it comes from the decoder.
    frames = [np.asarray(frame.to_ndarray()[: frame.height], np.uint8) for frame in shown]
    sound = np.concatenate([part.to_ndarray().mean(axis=0) for part in heard])
    times = [float(frame.time or 0) for frame in shown]
    return Decoded(size, codecs, pixels, times, frames, sound, float(heard[0].time or 0))


def film_of(score: Score, shape: Video = Video.WIDE, theme: Theme = Theme.DARK) -> Film:
    return Film(RollSheet(score, title="A title"), Timeline.of(write_midi(score)), shape, theme)


def video_of(score: Score, shape: Video = Video.WIDE, theme: Theme = Theme.DARK) -> bytes:
    return encode_video(film_of(score, shape, theme), synthesize(write_midi(score)), title="A")


def layout_of(score: Score, size: tuple[int, int]) -> Layout:
    return RollSheet(score, title="A title", size=size).layout()


@pytest.fixture(scope="module")
def wide() -> Decoded:
    return decode(video_of(PIECE))


@pytest.mark.parametrize("shape", SHAPES)
def test_players_find_what_all_of_them_can_play(shape: Video) -> None:
    data = video_of(Score((Track(DRAWING, 0, NOTES[:1]),), 2, 240, Key(0)), shape)
    found = decode(data)
    assert found.size == SIZES[shape]
    assert found.codecs == ("h264", "aac")
    assert found.pixels == "yuv420p"
    boxes = [name for name, _ in _boxes(data)]
    assert boxes.index(b"moov") < boxes.index(b"mdat")


def _boxes(data: bytes) -> list[tuple[bytes, int]]:
    """The boxes of an MP4 and their lengths, in order."""
    boxes, place = [], 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        boxes.append((data[place + 4 : place + 8], length))
        place += length
    return boxes


def test_picture_and_sound_are_as_long_as_piece_and_echo(wide: Decoded) -> None:
    samples = synthesize(write_midi(PIECE))
    seconds = max(len(samples) / SAMPLE_RATE, 6 + HOLD)
    assert wide.times[-1] + 1 / FRAMES_PER_SECOND == pytest.approx(seconds, abs=0.05)
    assert len(wide.sound) / SAMPLE_RATE == pytest.approx(len(samples) / SAMPLE_RATE, abs=0.05)
    assert np.diff(wide.times) == pytest.approx(1 / FRAMES_PER_SECOND, abs=1e-3)


@pytest.mark.parametrize("theme", list(Theme))
def test_the_playhead_is_where_the_music_is(theme: Theme) -> None:
    silent = Score((Track(DRAWING, 0, (Note(47, 60, 1, 1),)),), 3, 120, Key(0))
    found = decode(video_of(silent, theme=theme))
    layout = layout_of(silent, found.size)
    rows = slice(int(layout.top) + 5, layout.bottom - 5)
    still = found.at(found.times[-1]).astype(int)
    for time in (0.5, 2.75, 5.2):
        shown = round(time * FRAMES_PER_SECOND) / FRAMES_PER_SECOND
        difference = abs(found.at(shown).astype(int) - still)[rows].mean(axis=0)
        assert int(difference.argmax()) == pytest.approx(layout.x(shown * 8), abs=2)


def test_light_and_sound_begin_together(wide: Decoded) -> None:
    layout = layout_of(PIECE, wide.size)
    left, top, right, bottom = (round(edge) for edge in layout.box(NOTES[0]))
    note = [frame[top + 3 : bottom - 3, left + 8 : right - 3].mean() for frame in wide.frames]
    lit = next(i for i in range(2, len(note)) if note[i] > note[i - 1] + 30)
    loud = int(np.flatnonzero(abs(wide.sound) > 0.1 * abs(wide.sound).max())[0])
    heard = wide.sound_begins + loud / SAMPLE_RATE
    assert wide.times[lit] == pytest.approx(2.0, abs=0.04)
    assert heard == pytest.approx(2.0, abs=0.04)
    assert abs(wide.times[lit] - heard) < 0.04


def test_a_note_is_faint_before_it_sounds_bright_while_it_does_and_whole_after() -> None:
    layout = layout_of(PIECE, (1280, 720))
    x, y = (int(layout.x(NOTES[1].onset + 4)), int(layout.y(67) + layout.row_height / 2))
    width, height = 1280, 720
    seen = [
        int(frame[: width * height].reshape(height, width)[y, x])
        for frame in film_of(PIECE).frames(8.0)
    ]
    before, during, after = seen[10], seen[105], seen[-1]
    assert before + 40 < after < during - 20
    # What stands for the video, where it does not play, is the whole picture.
    assert seen[0] == after


def test_drums_are_lit_as_they_are_struck() -> None:
    strokes = Track("drums", 0, (Note(16, 36, 16, 100), Note(32, 42, 1, 100)), drums=True)
    score = Score((Track(DRAWING, 0, NOTES), strokes), 3, 120, Key(0))
    film = Film(RollSheet(score, accompaniment=True), Timeline.of(write_midi(score)), Video.WIDE)
    layout = RollSheet(score, accompaniment=True).layout()
    left, top, right, bottom = stroke_box(layout, strokes.notes[0])
    row, column = int((top + bottom) / 2), int((left + right) / 2)
    seen = [int(frame[: 1280 * 720].reshape(720, 1280)[row, column]) for frame in film.frames(8.0)]
    assert seen[40] < seen[-1] < seen[61] - 10
    # It is over long before its note is.
    assert seen[100] == seen[-1]


def test_the_last_second_holds_the_whole_picture(wide: Decoded) -> None:
    image = RollSheet(PIECE, title="A title").paint(PALETTES[Theme.DARK])
    whole = Planes.of(image).planes[0].astype(int)
    for time in (wide.times[-1], wide.times[-1] - 0.9):
        assert (abs(wide.at(time) - whole) > 30).mean() < 1e-4
    assert (abs(wide.at(3.0) - whole) > 30).mean() > 1e-3


def test_the_drawing_lies_behind_the_notes(example: Path) -> None:
    canvas = lay([read(example)], DrawOptions())
    empty = Score((), canvas.bars, 120, Key(0, Mode.MINOR))
    for shape in SHAPES:
        bare, drawn = (
            next(Film(RollSheet(empty, behind), Timeline.of(_QUIET), shape).frames(1)).copy()
            for behind in (None, canvas)
        )
        assert (bare != drawn).mean() > 0.01


_QUIET = write_midi(PIECE)


def test_a_video_fits_under_a_limit_and_one_that_cannot_says_so() -> None:
    chance = np.random.default_rng(1)
    notes = [
        Note(int(step), int(pitch), 1, 90)
        for step in range(8 * STEPS_PER_BAR)
        for pitch in chance.choice(np.arange(36, 84), 12, replace=False)
    ]
    busy = Score((Track(DRAWING, 0, tuple(notes)),), 8, 240, Key(0))
    film, samples = film_of(busy), synthesize(write_midi(busy))
    free = encode_video(film, samples)
    limit = len(free) // 2
    small = encode_video(film, samples, limit=limit)
    assert len(small) <= limit
    assert decode(small).codecs == ("h264", "aac")
    with pytest.raises(VideoError, match="too long"):
        encode_video(film, samples, limit=100_000)


def test_who_is_told_of_the_progress_can_end_it() -> None:
    told = []

    class StopError(Exception):
        pass

    def progress(done: int, parts: int) -> None:
        told.append((done, parts))
        if done == 2:
            raise StopError

    samples: Samples = np.zeros((8 * SAMPLE_RATE, 2), np.int16)
    with pytest.raises(StopError):
        encode_video(film_of(PIECE), samples, progress=progress)
    assert told == [(0, 8), (1, 8), (2, 8)]
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    if os.access(children, os.R_OK):
        names = [Path(f"/proc/{one}/comm").read_text() for one in children.read_text().split()]
        assert "ffmpeg\n" not in names


def test_colours_are_those_of_bt_709() -> None:
    def values(colour: str) -> tuple[int, ...]:
        planes = Planes.of(Image.new("RGB", (2, 2), colour)).planes
        return tuple(int(plane[0, 0]) for plane in planes)

    assert values("white") == (235, 128, 128)
    assert values("black") == (16, 128, 128)
    assert values("red") == (63, 102, 240)
    assert values("blue") == (32, 240, 118)

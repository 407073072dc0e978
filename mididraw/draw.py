"""The whole way in one function: pictures in; music, sound and picture of the piano roll out."""

import io
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from PIL import Image

from mididraw.canvas import Canvas, lay
from mididraw.engines import ENGINES
from mididraw.errors import OptionError
from mididraw.measure import Match, match
from mididraw.options import DrawOptions
from mididraw.picture import Picture, read
from mididraw.render.audio import Tags, encode_mp3, synthesize
from mididraw.render.midi import write_midi
from mididraw.render.roll import draw_roll
from mididraw.score import Score
from mididraw.settings import Settings

MAX_PICTURES = 10


class Stage(StrEnum):
    """The steps of the way, in order."""

    PICTURE = "picture"
    ENGINE = "engine"
    MIDI = "midi"
    SOUND = "sound"
    MP3 = "mp3"
    ROLL = "roll"


Progress = Callable[[Stage, bool], None]
"""Told when a stage starts (False) and when it is done (True)."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What became of the pictures.

    Attributes:
        options: as resolved: ``seed``, ``tempo`` and ``key`` are filled in; they give the same
            music again.
        score: the music.
        canvas: the ink that it was made from.
        match: how close they are.
        midi, mp3, png: the three files.
        seconds: time that each stage took.
    """

    options: DrawOptions
    score: Score
    canvas: Canvas
    match: Match
    midi: bytes
    mp3: bytes
    png: bytes
    seconds: dict[Stage, float]


def draw(
    pictures: Sequence[Picture],
    options: DrawOptions | None = None,
    *,
    settings: Settings | None = None,
    title: str = "drawing",
    progress: Progress | None = None,
) -> Drawing:
    """Turn pictures into one piece of music, one after the other.

    Args:
        pictures: 1 to 10 paths, bytes or Pillow images.
        options: what the person asked for.
        settings: what the host decides.
        title: shown by the MP3 and on the piano roll.
        progress: told of every stage.

    Raises:
        PictureError: a picture cannot be used.
        OptionError: there are no pictures or too many.
        SoundError: FluidSynth, ffmpeg or the SoundFont cannot be used.
    """
    options = options or DrawOptions()
    settings = settings or Settings()
    clock = _Clock(progress)
    canvas, score, options = compose(pictures, options, clock)
    found = match(canvas, score)
    with clock(Stage.MIDI):
        midi = write_midi(score)
    with clock(Stage.SOUND):
        samples = synthesize(midi, settings.soundfont)
    with clock(Stage.MP3):
        mp3 = encode_mp3(samples, Tags(title), settings.mp3_bitrate)
    with clock(Stage.ROLL):
        words = f"match {found.f1:.0%}"
        image = draw_roll(score, canvas, match=words, theme=options.theme, title=title)
        png = write_png(image)
    return Drawing(options, score, canvas, found, midi, mp3, png, clock.seconds)


def compose(
    pictures: Sequence[Picture], options: DrawOptions, clock: "_Clock | None" = None
) -> tuple[Canvas, Score, DrawOptions]:
    """Go the way as far as the score; returns canvas, score and the options as resolved.

    Raises:
        PictureError: a picture cannot be used.
        OptionError: there are no pictures or too many.
    """
    if not 1 <= len(pictures) <= MAX_PICTURES:
        raise OptionError(f"Give 1 to {MAX_PICTURES} pictures, not {len(pictures)}.")
    clock = clock or _Clock(None)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    with clock(Stage.PICTURE):
        inks = [read(picture, shape=options.shape, invert=options.invert) for picture in pictures]
        canvas = lay(inks, options)
    with clock(Stage.ENGINE):
        score = ENGINES[options.engine](canvas, options, seed)
    resolved = {
        "seed": seed,
        "tempo": round(score.tempo),
        "key": score.key.name,
    }
    return canvas, score, options.model_copy(update=resolved)


def write_png(image: Image.Image) -> bytes:
    """Write a piano-roll picture as PNG."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Clock:
    """Times the stages and tells of them."""

    progress: Progress | None
    seconds: dict[Stage, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, stage: Stage) -> Iterator[None]:
        if self.progress:
            self.progress(stage, False)
        start = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - start
        if self.progress:
            self.progress(stage, True)

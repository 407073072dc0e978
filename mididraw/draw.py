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
from mididraw.engines import ENGINES, Commission
from mididraw.errors import OptionError
from mididraw.measure import Match, match
from mididraw.options import DrawOptions
from mididraw.picture import Picture, read
from mididraw.render.audio import Tags, encode_mp3, synthesize
from mididraw.render.midi import load_midi, read_midi, write_midi
from mididraw.render.roll import draw_roll
from mididraw.score import Score
from mididraw.settings import POCKET, Settings

MAX_PICTURES = 10


class Stage(StrEnum):
    """The steps of the way, in order."""

    PICTURE = "picture"
    ENGINE = "engine"
    MIDI = "midi"
    SOUND = "sound"
    MP3 = "mp3"
    ROLL = "roll"


Progress = Callable[[Stage, int, int], None]
"""Told of a stage, how many parts of it are done and of how many: 0 of 1 as it starts, 1 of 1 when
it is done, and between them, again and again, bars by the engines that write bar by bar. What it
raises ends the drawing between two steps."""


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
    prompt: bytes | None = None,
    title: str = "drawing",
    progress: Progress | None = None,
) -> Drawing:
    """Turn pictures into one piece of music, one after the other.

    Args:
        pictures: 1 to 10 paths, bytes or Pillow images.
        options: what the person asked for.
        settings: what the host decides.
        prompt: a MIDI file whose music the guided engine goes on from.
        title: shown by the MP3 and on the piano roll.
        progress: told of every stage and bar; what it raises ends the drawing.

    Raises:
        PictureError: a picture cannot be used.
        MidiError: the prompt cannot be used.
        ModelError: the model cannot be used.
        OptionError: there are no pictures or too many.
        SoundError: FluidSynth, ffmpeg or the SoundFont cannot be used.
    """
    options, settings = options or DrawOptions(), settings or Settings()
    clock = Clock(progress)
    work = commission(pictures, options, prompt, clock, settings.model)
    return render(work, write_score(work, clock), settings, title, clock)


def commission(
    pictures: Sequence[Picture],
    options: DrawOptions,
    prompt: bytes | None = None,
    clock: "Clock | None" = None,
    model: str = POCKET,
) -> Commission:
    """Read the pictures and lay them on a canvas, ready for an engine.

    Raises:
        PictureError: a picture cannot be used.
        MidiError: the prompt cannot be used.
        OptionError: there are no pictures or too many.
    """
    if not 1 <= len(pictures) <= MAX_PICTURES:
        raise OptionError(f"Give 1 to {MAX_PICTURES} pictures, not {len(pictures)}.")
    clock = clock or Clock()
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    with clock(Stage.PICTURE):
        inks = [read(picture, shape=options.shape, invert=options.invert) for picture in pictures]
        canvas = lay(inks, options)
        music = None if prompt is None else read_midi(load_midi(prompt))
    return Commission(canvas, options, seed, music, clock.told_of_bars, model)


def write_score(work: Commission, clock: "Clock | None" = None) -> Score:
    """Let the engine that was asked for write the score.

    Raises:
        ModelError: the model cannot be used.
        OptionError: the engine is not installed.
    """
    with (clock or Clock())(Stage.ENGINE):
        return ENGINES[work.options.engine](work)


def render(
    work: Commission,
    score: Score,
    settings: Settings | None = None,
    title: str = "drawing",
    clock: "Clock | None" = None,
) -> Drawing:
    """Make the three files of a score; needs neither model nor pictures.

    Raises:
        SoundError: FluidSynth, ffmpeg or the SoundFont cannot be used.
    """
    settings, clock = settings or Settings(), clock or Clock()
    found = match(work.canvas, score)
    with clock(Stage.MIDI):
        midi = write_midi(score)
    with clock(Stage.SOUND):
        samples = synthesize(midi, settings.soundfont)
    with clock(Stage.MP3):
        mp3 = encode_mp3(samples, Tags(title), settings.mp3_bitrate)
    with clock(Stage.ROLL):
        words = f"match {found.f1:.0%}"
        image = draw_roll(score, work.canvas, match=words, theme=work.options.theme, title=title)
        png = write_png(image)
    options = resolve(work, score)
    return Drawing(options, score, work.canvas, found, midi, mp3, png, clock.seconds)


def resolve(work: Commission, score: Score) -> DrawOptions:
    """The options with what was left open filled in; they give the same score again."""
    return work.options.model_copy(
        update={"seed": work.seed, "tempo": round(score.tempo), "key": score.key.name}
    )


def write_png(image: Image.Image) -> bytes:
    """Write a piano-roll picture as PNG."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Clock:
    """Times the stages and tells of them."""

    progress: Progress | None = None
    seconds: dict[Stage, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, stage: Stage) -> Iterator[None]:
        """Time what is done within."""
        self._tell(stage, 0, 1)
        start = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - start
        self._tell(stage, 1, 1)

    def told_of_bars(self, done: int, bars: int) -> None:
        """Pass on how far the engine is."""
        self._tell(Stage.ENGINE, done, bars)

    def _tell(self, stage: Stage, done: int, parts: int) -> None:
        if self.progress:
            self.progress(stage, done, parts)

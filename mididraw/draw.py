"""The whole way in one function: pictures in; music, sound and picture of the piano roll out."""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from importlib.util import find_spec

from mididraw.canvas import Canvas, lay, lay_over
from mididraw.engines import ENGINES, ScoreRequest
from mididraw.errors import OptionError, PictureError
from mididraw.match import Match, match
from mididraw.options import SEEDS, DrawOptions, Video
from mididraw.picture import Ink, Picture, read
from mididraw.render.audio import Samples, synthesize
from mididraw.render.film import Film
from mididraw.render.midi import load_midi, read_midi, write_midi
from mididraw.render.mp3 import Tags, mp3_encoder
from mididraw.render.palette import PALETTES
from mididraw.render.png import write_png
from mididraw.render.roll import RollSheet
from mididraw.render.timeline import Timeline
from mididraw.render.video import encode_video
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
    VIDEO = "video"
    """Only where one is asked for."""


Progress = Callable[[Stage, int, int], None]
"""Told of a stage, how many parts of it are done and of how many: 0 of 1 as it starts, 1 of 1 when
it is done, and between them, again and again, bars by the engines that write bar by bar, and the
seconds of a video. What it raises ends the drawing between two steps."""


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
        video: an MP4, where one was asked for.
    """

    options: DrawOptions
    score: Score
    canvas: Canvas
    match: Match
    midi: bytes
    mp3: bytes
    png: bytes
    seconds: dict[Stage, float]
    video: bytes | None = None


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
        prompt: a MIDI file whose music the guided engine goes on from, in the style that it sounds
            like if none is asked for.
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
    request = prepare_request(pictures, options, prompt, clock, settings.model)
    return render(request, write_score(request, clock), settings, title, clock, filmed=True)


def replay(
    pictures: Sequence[Picture],
    midi: bytes,
    options: DrawOptions,
    *,
    settings: Settings | None = None,
    title: str = "drawing",
    progress: Progress | None = None,
) -> Drawing:
    """Make the files of music anew that is written already, and a video if ``options`` say so.

    Args:
        pictures: that it was made from.
        midi: as :func:`draw` gave it.
        options: as they were resolved.
        settings: what the host decides.
        title: shown by the MP3 and on the piano roll.
        progress: told of every stage; what it raises ends the work.

    Raises:
        MididrawError: as :func:`draw`, and a video cannot be made.
    """
    settings, clock = settings or Settings(), Clock(progress)
    request = prepare_request(pictures, options, None, clock)
    score = read_score(midi, request)
    return render(request, score, settings, title, clock, midi, filmed=True)


def read_score(midi: bytes, request: ScoreRequest) -> Score:
    """Read the music that was written for a request; a file knows no bars after its last note.

    Raises:
        MidiError: the bytes are no MIDI.
    """
    score = read_midi(midi)
    return replace(score, bars=max(score.bars, request.canvas.bars))


def prepare_request(
    pictures: Sequence[Picture],
    options: DrawOptions,
    prompt: bytes | None = None,
    clock: "Clock | None" = None,
    model: str = POCKET,
) -> ScoreRequest:
    """Read the pictures and lay them on a canvas, ready for an engine; settle the seed.

    Raises:
        PictureError: a picture cannot be used.
        MidiError: the prompt cannot be used.
        OptionError: there are no pictures or too many, or other than two to morph between.
    """
    if options.morph and len(pictures) != 2:
        raise OptionError(
            "morph-two-pictures",
            "A morph goes from one picture to another: give two, not {count}.",
            count=len(pictures),
        )
    if not 1 <= len(pictures) <= MAX_PICTURES:
        raise OptionError(
            "picture-count",
            "Give 1 to {most} pictures, not {count}.",
            most=MAX_PICTURES,
            count=len(pictures),
        )
    clock = clock or Clock()
    if options.seed is None:
        options = options.model_copy(update={"seed": secrets.randbelow(SEEDS)})
    with clock(Stage.PICTURE):
        inks = [_read(place, pictures, options) for place in range(len(pictures))]
        canvas = lay_over((inks[0], inks[1]), options) if options.morph else lay(inks, options)
        music = None if prompt is None else read_midi(load_midi(prompt)).in_common_time()
    if music is not None:
        options = _in_style_of(music, options)
    return ScoreRequest(canvas, options, music, model)


def _in_style_of(music: Score, options: DrawOptions) -> DrawOptions:
    """Take the style that the music sounds like, unless another than the default is asked for.

    Where PyTorch is not installed, nothing hears what it sounds like.
    """
    if options.style != DrawOptions.model_fields["style"].default:
        return options
    if find_spec("torch") is None:
        return options
    from mididraw.models.sounds_like import style_like  # PyTorch takes a second to import

    style = style_like(music)
    return options if style is None else options.model_copy(update={"style": style})


def _read(place: int, pictures: Sequence[Picture], options: DrawOptions) -> Ink:
    """Read one of the pictures; of several, the sentence of a refusal says which."""
    try:
        return read(pictures[place], shape=options.shape, invert=options.invert)
    except PictureError as error:
        if len(pictures) == 1:
            raise
        raise type(error)(
            "picture-of-several",
            "Picture {place} of {count}: {why}",
            place=place + 1,
            count=len(pictures),
            why=error,
        ) from error


def write_score(request: ScoreRequest, clock: "Clock | None" = None) -> Score:
    """Let the engine that was asked for write the score.

    Raises:
        ModelError: the model cannot be used.
        OptionError: the engine is not installed.
    """
    clock = clock or Clock()
    with clock(Stage.ENGINE):
        return ENGINES[request.options.engine]([request], clock.tell_bars)[0]


def render(
    request: ScoreRequest,
    score: Score,
    settings: Settings | None = None,
    title: str = "drawing",
    clock: "Clock | None" = None,
    midi: bytes | None = None,
    *,
    filmed: bool = False,
    sound: "Recording | None" = None,
) -> Drawing:
    """Make the files of a score; needs neither model nor pictures.

    Args:
        request: what the score was written for.
        score: the music.
        settings: what the host decides.
        title: shown by the MP3 and on the piano roll.
        clock: times the stages.
        midi: the score's file, where there is one already.
        filmed: make the video, too, that the options ask for, if they do.
        sound: how the score sounds, where it was played already.

    Raises:
        SoundError: FluidSynth, ffmpeg or the SoundFont cannot be used.
        VideoError: the piece is too long for a video.
    """
    settings, clock = settings or Settings(), clock or Clock()
    found, options = match(request.canvas, score), resolve(request, score)
    shown, palette = sheet(score, request, found, title), PALETTES[request.options.theme]
    # Sound and MP3 are made outside of Python for the most part; meanwhile there is time to paint.
    with ThreadPoolExecutor(1) as executor:
        painted = executor.submit(lambda: write_png(shown.paint(palette)))
        sound = sound or record(score, settings, title, clock, midi)
        with clock(Stage.ROLL):
            png = painted.result()
    video = None
    if filmed and options.video is not Video.NONE:
        video = film(request, score, sound.midi, settings, title, clock, sound.samples)
    files = (sound.midi, sound.mp3, png)
    return Drawing(options, score, request.canvas, found, *files, clock.seconds, video)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """How a score sounds: its MIDI file, ``int16[samples, 2]`` at 44.1 kHz, and the MP3 of them."""

    midi: bytes
    samples: Samples
    mp3: bytes


def record(
    score: Score,
    settings: Settings,
    title: str = "drawing",
    clock: "Clock | None" = None,
    midi: bytes | None = None,
) -> Recording:
    """Play a score; ``midi`` is its file, where there is one already.

    Raises:
        SoundError: FluidSynth, ffmpeg or the SoundFont cannot be used.
    """
    clock = clock or Clock()
    with clock(Stage.MIDI):
        midi = write_midi(score) if midi is None else midi
    with mp3_encoder(Tags(title), settings.mp3_bitrate) as encoder:
        with clock(Stage.SOUND):
            samples = synthesize(midi, settings.soundfont, encoder.hear)
        with clock(Stage.MP3):
            mp3 = encoder.encode(samples)
    return Recording(midi, samples, mp3)


def film(
    request: ScoreRequest,
    score: Score,
    midi: bytes,
    settings: Settings | None = None,
    title: str = "drawing",
    clock: "Clock | None" = None,
    samples: Samples | None = None,
) -> bytes:
    """Make the MP4 of the playing roll; ``samples`` are the sound, where it was played already.

    Raises:
        SoundError: FluidSynth, ffmpeg or the SoundFont cannot be used.
        VideoError: the piece is too long for a video.
    """
    settings, clock, options = settings or Settings(), clock or Clock(), request.options
    with clock(Stage.VIDEO):
        shown = sheet(score, request, match(request.canvas, score), title)
        frames = Film(shown, Timeline.of(midi), options.video, options.theme)
        samples = synthesize(midi, settings.soundfont) if samples is None else samples
        limit, tell = settings.video_bytes, partial(clock.tell, Stage.VIDEO)
        return encode_video(frames, samples, title=title, limit=limit, progress=tell)


def sheet(score: Score, request: ScoreRequest, found: Match, title: str | None) -> RollSheet:
    """All that the piano roll of a score shows."""
    return RollSheet(
        score, request.canvas, f"match {found.likeness:.0%}", title, accompaniment=True
    )


def resolve(request: ScoreRequest, score: Score) -> DrawOptions:
    """The options with what was left open filled in; they give the same score again."""
    return request.options.model_copy(update={"tempo": round(score.tempo), "key": score.key.name})


@dataclass(frozen=True, slots=True)
class Clock:
    """Times the stages and tells of them."""

    progress: Progress | None = None
    seconds: dict[Stage, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, stage: Stage) -> Iterator[None]:
        """Time what is done within."""
        self.tell(stage, 0, 1)
        start = time.perf_counter()
        yield
        spent = time.perf_counter() - start
        self.seconds[stage] = self.seconds.get(stage, 0.0) + spent
        self.tell(stage, 1, 1)

    def tell_bars(self, done: int, bars: int) -> None:
        """Pass on how far the engine is."""
        self.tell(Stage.ENGINE, done, bars)

    def tell(self, stage: Stage, done: int, parts: int) -> None:
        """Pass on how far a stage is."""
        if self.progress:
            self.progress(stage, done, parts)

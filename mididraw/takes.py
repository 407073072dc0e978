"""Several pieces for the same pictures, written side by side, and one picture to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mididraw.draw import (
    Clock,
    Drawing,
    Progress,
    Recording,
    Stage,
    prepare_request,
    record,
    render,
    sheet,
)
from mididraw.engines import ENGINES, ScoreRequest
from mididraw.engines.plan import choose_tempo
from mididraw.match import match
from mididraw.options import DrawOptions
from mididraw.picture import Picture
from mididraw.render.contact_sheet import contact_sheet
from mididraw.render.palette import PALETTES
from mididraw.render.png import write_png
from mididraw.score import Score
from mididraw.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Takes:
    """Pieces to choose from.

    Attributes:
        drawings: the pieces; each one's own options give it again by themselves.
        sheet: a PNG of their piano rolls, small and numbered.
    """

    drawings: tuple[Drawing, ...]
    sheet: bytes


def draw_takes(
    pictures: Sequence[Picture],
    options: DrawOptions,
    *,
    settings: Settings | None = None,
    prompt: bytes | None = None,
    title: str = "drawing",
    progress: Progress | None = None,
) -> Takes:
    """Turn pictures into as many pieces as ``options.takes`` says.

    They share one batch and its candidates, so that four cost about as much as two pieces.

    Args:
        pictures: 1 to 10 paths, bytes or Pillow images.
        options: what the person asked for.
        settings: what the host decides.
        prompt: a MIDI file whose music the guided engine goes on from.
        title: shown by the MP3s and on the picture.
        progress: told of every stage and bar; what it raises ends the work.

    Raises:
        MididrawError: as :func:`mididraw.draw.draw`.
    """
    settings, clock = settings or Settings(), Clock(progress)
    request = prepare_request(pictures, options, prompt, clock, settings.model)
    requests = requests_for_takes(request)
    scores = write_takes(requests, clock)
    drawings = tuple(
        render(one, score, settings, take_title(title, number), Clock(progress))
        for number, (one, score) in enumerate(zip(requests, scores, strict=True), 1)
    )
    return Takes(drawings, draw_sheet(requests, scores, title))


def requests_for_takes(request: ScoreRequest) -> list[ScoreRequest]:
    """Make a request for each take, with its own seed and its share of the candidates.

    All have one tempo: what they differ in is the music.
    """
    asked = request.options
    if request.prompt is None:
        asked = asked.model_copy(update={"tempo": choose_tempo(asked, request.seed)})
    return [replace(request, options=asked.of_take(number)) for number in range(1, asked.takes + 1)]


def write_takes(requests: Sequence[ScoreRequest], clock: Clock) -> list[Score]:
    """Let the engine that was asked for write the scores, side by side where it can.

    Raises:
        ModelError: the model cannot be used.
        OptionError: the engine is not installed.
    """
    with clock(Stage.ENGINE):
        return ENGINES[requests[0].options.engine](requests, clock.tell_bars)


def record_takes(
    scores: Sequence[Score], settings: Settings, title: str, clock: Clock
) -> list[Recording]:
    """Synthesize the scores of all takes.

    Raises:
        SoundError: FluidSynth, ffmpeg or the SoundFont cannot be used.
    """
    return [
        record(score, settings, take_title(title, number), clock)
        for number, score in enumerate(scores, 1)
    ]


def draw_sheet(requests: Sequence[ScoreRequest], scores: Sequence[Score], title: str = "") -> bytes:
    """A PNG of the takes' piano rolls, numbered."""
    palette = PALETTES[requests[0].options.theme]
    rolls = [
        sheet(score, request, match(request.canvas, score), None).paint(palette)
        for request, score in zip(requests, scores, strict=True)
    ]
    return write_png(contact_sheet(rolls, palette, title))


def take_title(title: str, number: int) -> str:
    """The title that a music player shows for a take."""
    return f"{title} {number}"

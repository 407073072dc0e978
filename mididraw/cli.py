"""The command line: parse, call, print."""

import gc
import io
import json
import sys
from collections.abc import Iterator
from importlib import resources
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.table import Table
from typer.exceptions import TyperException

from mididraw import __version__, cli_doctor, cli_evaluate, cli_models
from mididraw.cli_draw import draw_to, print_report
from mididraw.cli_output import (
    ERR,
    OUT,
    Json,
    OutDir,
    SoundFont,
    host_settings,
    refuse_overwriting,
    write,
)
from mididraw.errors import MididrawError, OptionError
from mididraw.options import DrawOptions, Engine, Shape, Theme, Video

_MADE_BEFORE_COLLECTING = 50_000
"""Objects between two collections; the default of 700 costs a tenth of the imports."""

app = typer.Typer(
    name="mididraw",
    help="Turns a drawing into music whose piano roll looks like the drawing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_models.app)
app.add_typer(cli_evaluate.app)
app.add_typer(cli_doctor.app)
# The bots and the worker import us and not the other way round: they name their commands in
# pyproject.toml, and what is installed is found there.
for _found in entry_points(group="mididraw.commands"):
    app.add_typer(_found.load())


def main() -> None:
    """Run the command line; bad input ends with status 2 and one sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal has no letters for must not cost the result.
            stream.reconfigure(errors="replace")
    # Most of what is made here lasts until the end: imports, models, pictures.
    gc.set_threshold(_MADE_BEFORE_COLLECTING)
    try:
        sys.exit(run(sys.argv[1:]))
    finally:
        gc.freeze()  # looking through all of PyTorch at the end would take half a second


def run(words: list[str]) -> int:
    """Do what the words of a command line say; returns the status, having told what went wrong."""
    try:
        status = app(_with_files_apart(words), standalone_mode=False)
        sys.stdout.flush()
    except MididrawError as error:
        return _refuse(str(error))
    except TyperException as error:
        # The parser's own refusals: an unknown option, a word where a number belongs.
        return _refuse(error.format_message() or "Say what to do; mididraw --help lists it.")
    except OSError as error:
        return _refuse(f"The result cannot be printed: {error.strerror}.")
    except (KeyboardInterrupt, typer.Abort):
        return 130
    return int(status or 0)


def _with_files_apart(words: list[str]) -> list[str]:
    """Write a file whose name begins with a dash so that it is taken for no option."""
    return [
        f"./{word}" if word.startswith("-") and len(word) > 1 and Path(word).is_file() else word
        for word in words
    ]


def _refuse(sentence: str) -> int:
    ERR.print(f"mididraw: {sentence}", markup=False)
    return 2


def _help(name: str) -> str:
    """The option's one description, which all front-ends show."""
    field = DrawOptions.model_fields[name]
    low = next((m.ge for m in field.metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in field.metadata if hasattr(m, "le")), None)
    span = f" [{low} to {high}]" if low is not None and high is not None else ""
    return f"{field.description}{span}"


class Report(Protocol):
    """What a bench gives."""

    def as_json(self) -> dict[str, Any]:
        """Everything, for JSON."""

    def tables(self) -> Iterator[Table]:
        """Everything, for people."""


Pictures = Annotated[
    list[Path], typer.Argument(help="Drawings; several become one piece.", show_default=False)
]
# Ranges are checked by DrawOptions alone, so that one sentence is said in one place.
EngineOption = Annotated[Engine | None, typer.Option(help=_help("engine"), case_sensitive=False)]
Bars = Annotated[int | None, typer.Option(help=_help("bars"))]
Tempo = Annotated[str | None, typer.Option(help=_help("tempo"))]
KeyOption = Annotated[str | None, typer.Option(help=_help("key"))]
StyleOption = Annotated[str | None, typer.Option(help=_help("style"))]
Instrument = Annotated[str | None, typer.Option(help=_help("instrument"))]
Range = Annotated[str | None, typer.Option("--pitch-range", help=_help("pitch_range"))]
Accompaniment = Annotated[
    bool, typer.Option("--accompaniment/--no-accompaniment", help=_help("accompaniment"))
]
Arranged = Annotated[str | None, typer.Option("--arrangement", help=_help("arrangement"))]
Outline = Annotated[
    bool | None,
    typer.Option("--outline/--fill", help=_help("shape"), show_default="chosen by the picture"),
]
Invert = Annotated[bool, typer.Option("--invert", help=_help("invert"))]
Morph = Annotated[bool, typer.Option("--morph", help=_help("morph"))]
Seed = Annotated[int | None, typer.Option(help=_help("seed"))]
Strength = Annotated[int | None, typer.Option(help=_help("strength"))]
Candidates = Annotated[int | None, typer.Option(help=_help("candidates"))]
Temperature = Annotated[float | None, typer.Option(help=_help("temperature"))]
TopP = Annotated[float | None, typer.Option("--top-p", help=_help("top_p"))]
Prompt = Annotated[
    Path | None, typer.Option(help="guided: a MIDI file whose music the piece goes on from.")
]
ThemeOption = Annotated[Theme | None, typer.Option(help=_help("theme"), case_sensitive=False)]

TakesOption = Annotated[int | None, typer.Option("--takes", help=_help("takes"))]
VideoFlag = Annotated[bool, typer.Option("--video", help=f"{_help('video')} Wide without a shape.")]
VideoShape = Annotated[Video | None, typer.Option(help="Shape of the video.", case_sensitive=False)]


@app.command("draw")
def draw_command(
    pictures: Pictures,
    out: OutDir = Path("mididraw-out"),
    engine: EngineOption = None,
    bars: Bars = None,
    tempo: Tempo = None,
    key: KeyOption = None,
    style: StyleOption = None,
    instrument: Instrument = None,
    pitch_range: Range = None,
    accompaniment: Accompaniment = False,
    arrangement: Arranged = None,
    strength: Strength = None,
    candidates: Candidates = None,
    temperature: Temperature = None,
    top_p: TopP = None,
    outline: Outline = None,
    invert: Invert = False,
    morph: Morph = False,
    seed: Seed = None,
    prompt: Prompt = None,
    soundfont: SoundFont = None,
    theme: ThemeOption = None,
    video: VideoFlag = False,
    video_shape: VideoShape = None,
    takes: TakesOption = None,
    as_json: Json = False,
) -> None:
    """Turn a drawing into NAME.mid, NAME.mp3 and NAME.png, and NAME.mp4 with --video.

    With --takes 4, into NAME-1.mid to NAME-4.png, and NAME.png, which shows them all.
    """
    given = {
        "engine": engine,
        "bars": bars,
        "tempo": tempo,
        "key": key,
        "style": style,
        "instrument": instrument,
        "pitch_range": pitch_range,
        "accompaniment": accompaniment or None,
        "arrangement": arrangement,
        "strength": strength,
        "candidates": candidates,
        "temperature": temperature,
        "top_p": top_p,
        "shape": None if outline is None else Shape.OUTLINE if outline else Shape.FILL,
        "invert": invert,
        "morph": morph or None,
        "seed": seed,
        "theme": theme,
        "video": video_shape or (Video.WIDE if video else None),
        "takes": takes,
    }
    options = DrawOptions.of(**given)
    asked = [name for name, value in {**given, "prompt": prompt}.items() if value is not None]
    options.refuse_unused(asked)
    music = None
    if prompt is not None:
        from mididraw.render.midi import load_midi

        music = load_midi(prompt)
    report = draw_to(out, pictures, options, host_settings(soundfont), music)
    if as_json:
        print(json.dumps(report))  # noqa: T201 -- what the caller parses
    else:
        print_report(report)


@app.command()
def demo(out: OutDir = Path("demo"), soundfont: SoundFont = None) -> None:
    """Draw the bundled examples."""
    settings = host_settings(soundfont)
    with resources.as_file(resources.files("mididraw") / "examples") as folder:
        for picture in sorted(folder.glob("*.png")):
            # A demonstration that sounds the same wherever it is run.
            options = DrawOptions.of(seed=1)
            print_report(draw_to(out, [picture], options, settings))


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="A picture or a MIDI file.")],
    target: Annotated[Path, typer.Argument(help="A .mid, .mp3, .mp4 or picture file.")],
    plain: Annotated[
        bool,
        typer.Option(
            "--plain", help="Write the bare cells, one pixel each, which convert back exactly."
        ),
    ] = False,
    soundfont: SoundFont = None,
    video_shape: VideoShape = None,
) -> None:
    """Convert picture ↔ MIDI, or MIDI → MP3, video or piano-roll picture, by the files' endings."""
    from mididraw.convert import convert as convert_file

    refuse_overwriting([target], [source])
    settings = host_settings(soundfont)
    shape = Video.WIDE if video_shape in (None, Video.NONE) else video_shape
    data = convert_file(source, target.suffix, plain=plain, shape=shape, settings=settings)
    write(target, data)
    OUT.print(str(target), markup=False)


@app.command()
def bench(
    subject: Annotated[
        str,
        typer.Argument(
            help="What to measure: draw, guided (the engine), decode (the models), video, queue "
            "(the jobs) or telegram (the bot)."
        ),
    ] = "draw",
    sweep: Annotated[
        Path | None,
        typer.Option(help="QuickDraw file (ndjson, may be gzipped): also measure the match."),
    ] = None,
    count: Annotated[int, typer.Option(help="Drawings of the sweep.", min=1)] = 200,
    model: Annotated[
        list[str] | None, typer.Option(help="decode: a model's shape; may be given several times.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure seconds and memory of each stage, tokens per second of the models, or the queue."""
    report: Report
    elsewhere = {found.name: found for found in entry_points(group="mididraw.benches")}
    if subject in elsewhere:
        report = elsewhere[subject].load()()
    elif subject == "decode":
        from mididraw.models.bench import run_decode_bench

        report = run_decode_bench(model or [])
    elif subject == "guided":
        from mididraw.bench_guided import run_guided_bench

        report = run_guided_bench()
    elif subject == "video":
        from mididraw.bench_video import run_video_bench

        report = run_video_bench()
    elif subject != "draw":
        known = ", ".join(("draw", "guided", "decode", "video", *sorted(elsewhere)))
        raise OptionError(
            "bench-unknown",
            "There is no bench “{subject}”: choose one of {known}.",
            subject=subject,
            known=known,
        )
    else:
        from mididraw.bench import run_bench

        report = run_bench(sweep, count)
    if as_json:
        print(json.dumps(report.as_json()))  # noqa: T201 -- what the caller parses
    else:
        for table in report.tables():
            OUT.print(table)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version")] = False) -> None:
    if version:
        OUT.print(__version__)
        raise typer.Exit

"""``mididraw draw`` and ``demo``; the options are generated from :class:`DrawOptions`."""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from inspect import Parameter
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args

import typer

from mididraw.cli.draw_files import draw_to, print_report
from mididraw.cli.output import Json, OutDir, SoundFont, VideoShape, host_settings
from mididraw.options import DrawOptions, Shape, Video
from mididraw.signatures import ExpandedSignature, options

app = typer.Typer()

_OF_MUSIC = options(
    *("engine", "bars", "tempo", "key", "style", "instrument", "pitch_range"),
    *("accompaniment", "arrangement", "strength", "candidates", "temperature", "top_p"),
    *("shape", "invert", "morph", "seed"),
)
_OF_FILES = options("theme", "video", "takes")
_AS_WRITTEN = ("tempo", "style", "pitch_range", "arrangement")
"""Options that are written as words, which DrawOptions reads; the others are typed."""


def _generated_parameters(name: str) -> Iterator[Parameter]:
    """The parameters of one option; their ranges are checked by DrawOptions alone.

    So one sentence is said in one place.
    """
    about = _about(name)
    if name == "shape":
        chosen = "chosen by the picture"
        yield _parameter("outline", bool, None, "--outline/--fill", help=about, show_default=chosen)
    elif name == "video":
        yield _parameter("video", bool, False, "--video", help=f"{about} Wide without a shape.")
        place = Parameter.POSITIONAL_OR_KEYWORD
        yield Parameter("video_shape", place, default=None, annotation=VideoShape)
    elif (kind := _type(name)) is bool:
        flags = f"--{name}/--no-{name}" if name == "accompaniment" else f"--{name}"
        yield _parameter(name, bool, False, flags, help=about)
    else:
        flags = f"--{name.replace('_', '-')}"
        yield _parameter(name, kind, None, flags, help=about, case_sensitive=False)


def _parameter(name: str, kind: Any, default: Any, flags: str, **about: Any) -> Parameter:
    annotation = kind | None if default is None else kind
    value = typer.Option(default, flags, **about)
    place = Parameter.POSITIONAL_OR_KEYWORD
    return Parameter(name, place, default=value, annotation=annotation)


def _type(name: str) -> Any:
    """What the parser makes of an option's word."""
    if name in _AS_WRITTEN:
        return str
    whole = DrawOptions.model_fields[name].annotation
    return next(one for one in (*get_args(whole), whole) if one is not NoneType)


def _about(name: str) -> str:
    """The option's one description, which all front-ends show."""
    field = DrawOptions.model_fields[name]
    low = next((m.ge for m in field.metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in field.metadata if hasattr(m, "le")), None)
    span = f" [{low} to {high}]" if low is not None and high is not None else ""
    return f"{field.description}{span}"


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command with its groups of options written out."""
    expanded = ExpandedSignature.of(command, _generated_parameters)

    def called(**values: Any) -> None:
        command(**expanded.collect(values))

    shown: Callable[..., None] = expanded.shown_by(called, like=command)
    return shown


@app.command("draw")
@_with_options
def draw_command(
    pictures: Annotated[
        list[Path], typer.Argument(help="Drawings; several become one piece.", show_default=False)
    ],
    out: OutDir = Path("mididraw-out"),
    music: dict[str, Any] = _OF_MUSIC,
    prompt: Annotated[
        Path | None, typer.Option(help="guided: a MIDI file whose music the piece goes on from.")
    ] = None,
    soundfont: SoundFont = None,
    files: dict[str, Any] = _OF_FILES,
    as_json: Json = False,
) -> None:
    """Turn a drawing into NAME.mid, NAME.mp3 and NAME.png, and NAME.mp4 with --video.

    With --takes 4, into NAME-1.mid to NAME-4.png, and NAME.png, which shows them all.
    """
    given = _values(music | files)
    chosen = DrawOptions.of(**given)
    asked = [name for name, value in {**given, "prompt": prompt}.items() if value is not None]
    chosen.refuse_unused(asked)
    midi = None
    if prompt is not None:
        from mididraw.render.midi import load_midi

        midi = load_midi(prompt)
    report = draw_to(out, pictures, chosen, host_settings(soundfont), midi)
    if as_json:
        print(json.dumps(report))  # noqa: T201 -- what the caller parses
    else:
        print_report(report)


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """Make the options' values of those of the parameters; None stands for one not given."""
    outline, shape = given.pop("outline"), given.pop("video_shape")
    given["shape"] = None if outline is None else Shape.OUTLINE if outline else Shape.FILL
    given["video"] = shape or (Video.WIDE if given["video"] else None)
    return given


@app.command()
def demo(out: OutDir = Path("demo"), soundfont: SoundFont = None) -> None:
    """Draw the bundled examples."""
    settings = host_settings(soundfont)
    with resources.as_file(resources.files("mididraw") / "examples") as folder:
        for picture in sorted(folder.glob("*.png")):
            # A demonstration that sounds the same wherever it is run.
            print_report(draw_to(out, [picture], DrawOptions.of(seed=1), settings))

"""``mididraw draw``: drawings become files, and what became of them is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from mididraw.cli.output import ERR, OUT, refuse_overwriting, write
from mididraw.options import DrawOptions, Video
from mididraw.settings import Settings

if TYPE_CHECKING:
    from mididraw.draw import Drawing, Stage


def draw_to(
    folder: Path,
    pictures: list[Path],
    options: DrawOptions,
    settings: Settings,
    prompt: bytes | None = None,
) -> dict[str, Any]:
    """Draw, write the files and report on them."""
    name = pictures[0].stem
    if len(pictures) > 1:
        # File names end at 255 bytes.
        name = f"{name.encode()[:240].decode(errors='ignore')}+{len(pictures) - 1}"
    if options.takes > 1:
        return _takes_to(folder, name, pictures, options, settings, prompt)
    # The front-ends' processes are started by this command line and need none of what draws.
    from mididraw.draw import draw

    endings = ["mid", "mp3", "png", *["mp4"] * (options.video is not Video.NONE)]
    files = {ending: folder / f"{name}.{ending}" for ending in endings}
    refuse_overwriting(list(files.values()), pictures)
    with _progress_bar(name) as progress:
        drawing = draw(
            pictures, options, settings=settings, prompt=prompt, title=name, progress=progress
        )
    return _written(drawing, files)


def _takes_to(
    folder: Path,
    name: str,
    pictures: list[Path],
    options: DrawOptions,
    settings: Settings,
    prompt: bytes | None,
) -> dict[str, Any]:
    """Draw pieces to choose from, and the picture that shows them all."""
    from mididraw.takes import draw_takes

    numbers, sheet = range(1, options.takes + 1), folder / f"{name}.png"
    files = [
        {ending: folder / f"{name}-{number}.{ending}" for ending in ("mid", "mp3", "png")}
        for number in numbers
    ]
    refuse_overwriting([sheet, *(path for each in files for path in each.values())], pictures)
    with _progress_bar(name) as progress:
        takes = draw_takes(
            pictures, options, settings=settings, prompt=prompt, title=name, progress=progress
        )
    write(sheet, takes.sheet)
    reports = [_written(*pair) for pair in zip(takes.drawings, files, strict=True)]
    return {"files": {"png": str(sheet)}, "takes": reports}


def _written(drawing: "Drawing", files: dict[str, Path]) -> dict[str, Any]:
    made = {"mid": drawing.midi, "mp3": drawing.mp3, "png": drawing.png, "mp4": drawing.video}
    for ending, path in files.items():
        write(path, made[ending] or b"")
    return _report(drawing, files)


def _report(drawing: "Drawing", files: dict[str, Path]) -> dict[str, Any]:
    key = drawing.score.key
    options = drawing.options.model_dump(mode="json")
    return {
        "files": {ending: str(path) for ending, path in files.items()},
        "seed": options.pop("seed"),
        "options": options,
        "bars": drawing.score.bars,
        "notes": len(drawing.score.drawing.notes),
        "chords": [span.chord.name(key) for span in drawing.score.chords],
        "songs": list(drawing.score.sources),
        "match": {
            "coverage": round(drawing.match.coverage, 4),
            "precision": round(drawing.match.precision, 4),
            "f1": round(drawing.match.f1, 4),
            "lines": round(drawing.match.lines, 4),
            "parts": round(drawing.match.parts, 4),
            "likeness": round(drawing.match.likeness, 4),
        },
        "seconds": {stage.value: round(spent, 4) for stage, spent in drawing.seconds.items()},
    }


def print_report(report: dict[str, Any]) -> None:
    """Print what was drawn, each take by itself and then the picture that shows them all."""
    if "takes" in report:
        for take in report["takes"]:
            print_report(take)
        OUT.print(f"{'ALL':<8}{report['files']['png']}", markup=False)
        return
    options, found = report["options"], report["match"]
    bars = "1 bar" if report["bars"] == 1 else f"{report['bars']} bars"
    lines = {ending.upper(): path for ending, path in report["files"].items()}
    lines["music"] = f"{options['key']}, {options['tempo']} bpm, {bars}"
    if report["chords"]:
        lines["chords"] = " ".join(report["chords"])
    if report["songs"]:
        lines["songs"] = f"bars of {', '.join(report['songs'])}"
    lines["match"] = (
        f"{found['likeness']:.1%}: {found['lines']:.1%} of the lines that one sees are played, "
        f"{found['precision']:.1%} of the notes lie on ink (F1 with the ink {found['f1']:.1%})"
    )
    lines["seed"] = str(report["seed"])
    for name, value in lines.items():
        OUT.print(f"{name:<8}{value}", markup=False)
    OUT.print()


@contextmanager
def _progress_bar(name: str) -> Iterator[Any]:
    """Show the stages on standard error where a person watches; yields the callback."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as bars:
        tasks: dict[Stage, TaskID] = {}

        def tell(stage: "Stage", done: int, parts: int) -> None:
            if stage not in tasks:
                # An unknown total shows a moving bar.
                tasks[stage] = bars.add_task(f"{name}: {stage}", total=None)
            elif done:
                bars.update(tasks[stage], completed=done, total=parts)

        yield tell

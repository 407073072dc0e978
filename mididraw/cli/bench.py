"""``mididraw bench``: measurements, by what is measured."""

import json
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.table import Table

from mididraw.cli.output import OUT, Json
from mididraw.cli.packages import needs
from mididraw.errors import OptionError

app = typer.Typer()


class PrintableReport(Protocol):
    """What a bench gives."""

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""

    def tables(self) -> Iterator[Table]:
        """All figures as tables, for people."""


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
    report: PrintableReport
    others = {found.name: found for found in entry_points(group="mididraw.benches")}
    if subject in others:
        report = others[subject].load()()
    elif subject == "decode":
        with needs("torch"):
            from mididraw.evaluation.benches.decode import run_decode_bench
        report = run_decode_bench(model or [])
    elif subject == "guided":
        with needs("model"):
            from mididraw.evaluation.benches.guided import run_guided_bench
        report = run_guided_bench()
    elif subject == "video":
        from mididraw.evaluation.benches.video import run_video_bench

        report = run_video_bench()
    elif subject != "draw":
        known = ", ".join(("draw", "guided", "decode", "video", *sorted(others)))
        raise OptionError(
            "bench-unknown",
            "There is no bench “{subject}”: choose one of {known}.",
            subject=subject,
            known=known,
        )
    else:
        from mididraw.evaluation.benches.draw import run_bench

        report = run_bench(sweep, count)
    if as_json:
        print(json.dumps(report.as_json()))  # noqa: T201 -- what the caller parses
    else:
        for table in report.tables():
            OUT.print(table)

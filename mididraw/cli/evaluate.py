"""The command that measures the engines; needs data that the product does without."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mididraw.cli.output import OUT
from mididraw.cli.packages import needs

app = typer.Typer()


@app.command()
def evaluate(
    data: Annotated[
        Path,
        typer.Option(
            help="Folder with quickdraw.ndjson.gz, pop909, vgmidi, freedoom and openmsx.tar.gz, "
            "and yamnet/."
        ),
    ],
    count: Annotated[int, typer.Option(help="Drawings.", min=4)] = 100,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Row to measure, such as 'guided 50'; may be given several times."),
    ] = None,
    vggish: Annotated[
        Path | None, typer.Option(help="VGGish's weights, torchvggish's file, for a second ear.")
    ] = None,
    fetch_vggish: Annotated[
        bool, typer.Option("--fetch-vggish", help="Download VGGish's weights (288 MB), once.")
    ] = False,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the report.")] = Path(
        "docs/evaluation"
    ),
) -> None:
    """Measure every engine over many drawings; takes about an hour for 100 drawings."""
    with needs("evaluate"):
        from mididraw.evaluation.command import Sources, compare_all
        from mididraw.evaluation.plan import ablations, settings
        from mididraw.evaluation.report import write_report

    chosen, left_out = settings(), ablations()
    if only:
        chosen = [row for row in chosen if row.name in only]
        left_out = [row for row in left_out if row.name in only]
        unknown = set(only) - {row.name for row in (*chosen, *left_out)}
        if unknown or not chosen:
            names = ", ".join(row.name for row in (*settings(), *ablations()))
            raise typer.BadParameter(f"there are: {names}", param_hint="--only")

    def tell(text: str) -> None:
        OUT.print(text, markup=False, highlight=False)

    sources = replace(Sources.below(data), vggish=vggish, fetch_vggish=fetch_vggish)
    evaluation = compare_all(sources, count, tell, chosen=chosen, left_out=left_out)
    for path in write_report(evaluation, out):
        tell(str(path))

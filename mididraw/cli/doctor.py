"""``mididraw doctor`` and ``mididraw health``: how a host and its processes are."""

import json
import os
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated

import typer
from rich.table import Table

from mididraw.cli.output import ERR, OUT, Json
from mididraw.doctor import Check, FindingState, absent, examine, library
from mididraw.errors import MididrawError, OptionError

app = typer.Typer()
_COLOURS = {FindingState.WELL: "green", FindingState.ABSENT: "dim", FindingState.FAULT: "red"}


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look at everything that drawings need, and say how to mend what is wrong."""
    parts = sorted(entry_points(group="mididraw.checks"), key=lambda found: found.name)
    found = examine([library.check, *map(_check_of, parts)], os.environ)
    if as_json:
        keys = ("subject", "state", "seen", "remedy")
        print(json.dumps([{key: getattr(one, key) for key in keys} for one in found]))  # noqa: T201
    else:
        table = Table("what", "how", "seen", "how to mend it")
        for one in found:
            colour = _COLOURS[one.state]
            table.add_row(one.subject, f"[{colour}]{one.state}[/]", one.seen, one.remedy)
        OUT.print(table)
    if any(one.state is FindingState.FAULT for one in found):
        raise typer.Exit(1)


def _check_of(part: EntryPoint) -> Check:
    """Load a part's check; where its packages are missing, one that says so."""
    try:
        check: Check = part.load()
    except ModuleNotFoundError as error:
        missing = absent(part.name, f"{error.name} is not installed here, which it needs")
        return lambda _: [missing]
    return check


@app.command()
def health(part: Annotated[str, typer.Argument(help="worker, or a front-end's name.")]) -> None:
    """Say whether a process of this host does its work; for containers' health checks."""
    known = {found.name: found for found in entry_points(group="mididraw.health")}
    if part not in known:
        raise OptionError(
            "part-unknown",
            "There is no part “{part}”: choose one of {known}.",
            part=part,
            known=", ".join(sorted(known)),
        )
    try:
        state = known[part].load()(os.environ)
    except MididrawError as error:
        ERR.print(f"mididraw: {error}", markup=False)
        raise typer.Exit(1) from error
    OUT.print(state, markup=False)

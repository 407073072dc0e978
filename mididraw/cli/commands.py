"""All commands together, and what is said when one refuses."""

import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from mididraw import __version__
from mididraw.cli import bench, convert, doctor, draw, evaluate, models
from mididraw.cli.output import ERR, OUT
from mididraw.errors import MididrawError

app = typer.Typer(
    name="mididraw",
    help="Turns a drawing into music whose piano roll looks like the drawing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _module in (draw, convert, bench, models, evaluate, doctor):
    app.add_typer(_module.app)
# The bots and the worker import us and not the other way round: they name their commands in
# pyproject.toml, and what is installed is found there.
for _found in entry_points(group="mididraw.commands"):
    app.add_typer(_found.load())


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


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version")] = False) -> None:
    if version:
        OUT.print(__version__)
        raise typer.Exit

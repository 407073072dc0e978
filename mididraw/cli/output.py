"""What all commands share: where they print, which files they may write, the host's settings."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mididraw.errors import OutputError
from mididraw.options import Video
from mididraw.settings import Settings

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)

OutDir = Annotated[Path, typer.Option("--out", "-o", help="Folder that the files are written to.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
SoundFont = Annotated[
    Path | None, typer.Option(help=str(Settings.model_fields["soundfont"].description))
]
VideoShape = Annotated[Video | None, typer.Option(help="Shape of the video.", case_sensitive=False)]


def host_settings(soundfont: Path | None) -> Settings:
    """The environment's settings, with the SoundFont that was asked for."""
    settings = Settings.from_environment(os.environ)
    return settings.model_copy(update={"soundfont": soundfont}) if soundfont else settings


def refuse_overwriting(targets: list[Path], sources: list[Path]) -> None:
    """Make sure that no source and no folder is where a target is to be written.

    Raises:
        OutputError: one is.
    """
    for target in targets:
        try:
            same = [s for s in sources if target.exists() and s.exists() and target.samefile(s)]
        except OSError as error:
            raise OutputError(
                "output-unwritten",
                "{path} cannot be written: {why}.",
                path=target,
                why=error.strerror,
            ) from error
        if same:
            raise OutputError(
                "output-overwrites",
                "{path} would be overwritten: choose another place for it.",
                path=same[0],
            )
        if target.is_dir():
            raise OutputError(
                "output-is-folder",
                "{path} is a folder: choose another place for the file.",
                path=target,
            )


def write(path: Path, data: bytes) -> None:
    """Write a file, and the folders to it.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise OutputError(
            "output-unwritten", "{path} cannot be written: {why}.", path=path, why=error.strerror
        ) from error

"""The command line: parse, call, print."""

import gc
import io
import sys

_MADE_BEFORE_COLLECTING = 50_000
"""Objects between two collections; the default of 700 costs a tenth of the imports."""


def main() -> None:
    """Run the command line; bad input ends with status 2 and one sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal has no letters for must not cost the result.
            stream.reconfigure(errors="replace")
    # Most of what is made here lasts until the end: imports, models, pictures.
    gc.set_threshold(_MADE_BEFORE_COLLECTING)
    # Imported here, as it brings the commands of bots and worker, which import from this folder.
    from mididraw.cli.commands import run

    try:
        sys.exit(run(sys.argv[1:]))
    finally:
        gc.freeze()  # looking through all of PyTorch at the end would take half a second

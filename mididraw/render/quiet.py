"""pretty_midi without the line that pyfluidsynth prints where CI is set.

That line says which library it found, and would spoil what ``--json`` writes to standard output.
"""

import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):
    import pretty_midi

__all__ = ["pretty_midi"]

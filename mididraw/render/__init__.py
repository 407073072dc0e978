"""A score made visible and audible: one module a kind of file."""

import contextlib
import io

# Where CI is set, pyfluidsynth says on standard output which library it found, which would
# spoil what `--json` writes there. pretty_midi imports it, so its first import is this one.
with contextlib.redirect_stdout(io.StringIO()):
    import pretty_midi as _  # noqa: F401

"""A giant by its name, or from a file of a published shape."""

from pathlib import Path

from mididraw.errors import ModelError
from mididraw.models.giant.checkpoint import load_checkpoint
from mididraw.models.giant.hub import fetch
from mididraw.models.giant.shapes import PUBLISHED
from mididraw.models.transformer import Transformer


def load_giant(name: str, path: Path | None = None) -> Transformer:
    """Load a giant.

    Args:
        name: ``giant-medium``, ``giant-large`` or ``giant-xl``.
        path: its checkpoint; without one it is downloaded.

    Raises:
        ModelError: see :func:`fetch` and :func:`load_checkpoint`.
    """
    if name not in PUBLISHED:
        raise ModelError(f"There is no model “{name}”: choose {', '.join(PUBLISHED)}.")
    return load_checkpoint(fetch(name) if path is None else path, PUBLISHED[name].shape)

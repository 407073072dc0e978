"""The models there are, by name."""

from pathlib import Path

from mididraw.models.interface import MusicModel
from mididraw.models.pocket.model import WEIGHTS, load
from mididraw.models.pocket.pocket import Pocket

POCKET = "pocket"


def load_model(name: str = POCKET) -> MusicModel:
    """Load a model: ``pocket``, or the path of weights that were trained by us.

    Raises:
        ModelError: it is missing, damaged or of another kind.
    """
    return Pocket(load(WEIGHTS if name == POCKET else Path(name)))

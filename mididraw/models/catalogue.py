"""The models there are, by name."""

from importlib.util import find_spec
from pathlib import Path

from mididraw.errors import ModelError, needs_torch
from mididraw.models.giant.giant import Giant
from mididraw.models.giant.hub import fetch
from mididraw.models.giant.shapes import PUBLISHED
from mididraw.models.gpu import has_gpu
from mididraw.models.interface import MusicModel
from mididraw.models.pocket.model import WEIGHTS, load
from mididraw.models.pocket.pocket import Pocket
from mididraw.models.transformer_weights import AnyTransformer
from mididraw.settings import POCKET


def load_model(name: str = POCKET) -> MusicModel:
    """Load a model, onto a GPU where there is one.

    Args:
        name: ``pocket``, the path of weights that ``mididraw train`` wrote, a giant's name, which
            downloads it, or a giant's name and the path of its checkpoint: ``giant-medium=PATH``.

    Raises:
        ModelError: it is missing, damaged or of another kind, or there is no room for it.
    """
    if name == POCKET:
        return Pocket(_placed(load(WEIGHTS)))
    kind, _, path = name.partition("=")
    if kind in PUBLISHED:
        if find_spec("torch") is None:
            raise needs_torch()
        checkpoint = Path(path) if path else fetch(kind)
        # PyTorch is imported where it is needed alone: that takes one to three seconds.
        from mididraw.models.giant.checkpoint import load_checkpoint

        return Giant(_placed(load_checkpoint(checkpoint, PUBLISHED[kind].shape)))
    if Path(name).suffix == ".safetensors":
        return Pocket(_placed(load(Path(name))))
    names = ", ".join((POCKET, *PUBLISHED))
    raise ModelError(
        "model-unknown",
        "There is no model “{name}”: give {names}, or a .safetensors file.",
        name=name,
        names=names,
    )


def _placed(model: AnyTransformer) -> AnyTransformer:
    if not has_gpu():
        return model
    import torch

    from mididraw.models.transformer import as_module

    try:
        return as_module(model).to("cuda")
    except torch.OutOfMemoryError as error:
        raise ModelError(
            "gpu-memory-full",
            "There is no room for the model on the GPU: close what else uses it, or choose "
            "a smaller model.",
        ) from error

"""Checkpoints of x-transformers 1.23.2's ``AutoregressiveWrapper`` → our transformer.

Nothing is run that the file brings (``weights_only``), the weights stay on disk until they are
read (memory-mapped), and a model comes into being only once every weight has been checked.
"""

import pickle
import warnings
import zipfile
from pathlib import Path

import torch
from torch import Tensor

from mididraw.errors import ModelError
from mididraw.models.transformer import Transformer
from mididraw.models.transformer_weights import TransformerConfig

_PREFIX = "net."
_BUFFERS = ("net.attn_layers.rotary_pos_emb.inv_freq",)
"""Constants that x-transformers saves along."""
_DAMAGE = (EOFError, ValueError, LookupError, TypeError, AssertionError)


def load_checkpoint(path: Path, shape: TransformerConfig) -> Transformer:
    """Load a ``.pth`` state dict, unchanged as it was published.

    Args:
        path: the file.
        shape: the shape that it is expected to have.

    Returns:
        the model, in single precision, ready to write.

    Raises:
        ModelError: it cannot be read, holds more than weights, is of another shape, or there is
            no room for it.
    """
    state = _read(path)
    _check(path, state, shape)
    need = sum(4 * weight.numel() for weight in state.values())
    free = available_memory()
    if free is not None and free < need:
        raise ModelError(
            "checkpoint-too-large",
            "{file} needs {need} GB of memory and {free} GB are free: close other programs "
            "or choose a smaller model.",
            file=path.name,
            need=f"{need / 1e9:.1f}",
            free=f"{free / 1e9:.1f}",
        )
    return convert(state, shape)


def convert(state: dict[str, Tensor], shape: TransformerConfig) -> Transformer:
    """Make a transformer of weights under x-transformers' names, where possible without a copy."""
    model = Transformer.blank(shape)
    model.load_state_dict(_renamed(state, shape), assign=True)
    return model.requires_grad_(requires_grad=False).eval()


def available_memory() -> int | None:
    """Bytes that a program may still take, or None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if ":" in line}
    return 1024 * int(sizes["MemAvailable"]) if "MemAvailable" in sizes else None


def _read(path: Path) -> dict[str, Tensor]:
    try:
        # Only archives can be mapped; PyTorch before 1.6 wrote other files.
        mapped = zipfile.is_zipfile(path)
        with warnings.catch_warnings():
            # An unusual pickle draws a warning before it is refused.
            warnings.simplefilter("ignore", UserWarning)
            state = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except FileNotFoundError as error:
        raise ModelError(
            "checkpoint-missing",
            "There is no file {path}: give the path of a checkpoint.",
            path=path,
        ) from error
    except MemoryError as error:
        raise ModelError(
            "checkpoint-no-memory", "There is no room in memory for {file}.", file=path.name
        ) from error
    # Damage shows as any of these, and code that the reader does not run as the first.
    except (pickle.UnpicklingError, OSError, RuntimeError, *_DAMAGE) as error:
        raise ModelError(
            "checkpoint-damaged",
            "{file} is damaged or holds more than weights, and is not opened: fetch it again.",
            file=path.name,
        ) from error
    if not isinstance(state, dict) or not all(
        isinstance(name, str) and isinstance(weight, Tensor) and weight.is_floating_point()
        for name, weight in state.items()
    ):
        raise ModelError(
            "checkpoint-no-weights",
            "{file} holds no state dict: give a checkpoint's weights alone.",
            file=path.name,
        )
    return {name: weight for name, weight in state.items() if name not in _BUFFERS}


def _check(path: Path, state: dict[str, Tensor], shape: TransformerConfig) -> None:
    expected = _sizes(shape)
    if state.keys() != expected.keys():
        raise ModelError(
            "checkpoint-other-kind",
            "{file} is a checkpoint of another kind of model.",
            file=path.name,
        )
    for name, size in expected.items():
        if tuple(state[name].shape) != size:
            raise ModelError(
                "checkpoint-other-shape",
                "{file} is a model of another shape: {name} is {found}, not {wanted}.",
                file=path.name,
                name=name,
                found="×".join(map(str, state[name].shape)),
                wanted="×".join(map(str, size)),
            )


def _sizes(shape: TransformerConfig) -> dict[str, tuple[int, ...]]:
    """Name and size of every weight that x-transformers saves for ``shape``."""
    width, inner = shape.width, shape.heads * shape.head_width
    sizes: dict[str, tuple[int, ...]] = {"token_emb.emb.weight": (shape.vocabulary, width)}
    if shape.positions == "learned":
        sizes["pos_emb.emb.weight"] = (shape.context, width)
    for index in range(shape.depth):
        attention, feedforward = _layers(index)
        for layer in (attention, feedforward):
            sizes[f"{layer}.0.0.weight"] = sizes[f"{layer}.0.0.bias"] = (width,)
        for part in ("to_q", "to_k", "to_v"):
            sizes[f"{attention}.1.{part}.weight"] = (inner, width)
        sizes[f"{attention}.1.to_out.weight"] = (width, inner)
        sizes[f"{feedforward}.1.ff.0.0.weight"] = (shape.hidden, width)
        sizes[f"{feedforward}.1.ff.0.0.bias"] = (shape.hidden,)
        sizes[f"{feedforward}.1.ff.2.weight"] = (width, shape.hidden)
        sizes[f"{feedforward}.1.ff.2.bias"] = (width,)
    for part in ("weight", "bias"):
        sizes[f"attn_layers.final_norm.{part}"] = (width,)
    sizes["to_logits.weight"] = (shape.vocabulary, width)
    sizes["to_logits.bias"] = (shape.vocabulary,)
    return {_PREFIX + name: size for name, size in sizes.items()}


def _layers(index: int) -> tuple[str, str]:
    return f"attn_layers.layers.{2 * index}", f"attn_layers.layers.{2 * index + 1}"


def _renamed(state: dict[str, Tensor], shape: TransformerConfig) -> dict[str, Tensor]:
    """Our names for the weights; queries, keys and values become one layer."""

    def weight(name: str) -> Tensor:
        return state[_PREFIX + name].float()

    ours = {"embedding.weight": weight("token_emb.emb.weight")}
    if shape.positions == "learned":
        # x-transformers scales learned positions at every use.
        ours["positions.weight"] = weight("pos_emb.emb.weight") * shape.width**-0.5
    for index in range(shape.depth):
        (attention, feedforward), block = _layers(index), f"blocks.{index}"
        ours[f"{block}.attention.qkv.weight"] = torch.cat(
            [weight(f"{attention}.1.{part}.weight") for part in ("to_q", "to_k", "to_v")]
        )
        ours[f"{block}.attention.out.weight"] = weight(f"{attention}.1.to_out.weight")
        for part in ("weight", "bias"):
            ours[f"{block}.attention_norm.{part}"] = weight(f"{attention}.0.0.{part}")
            ours[f"{block}.feedforward_norm.{part}"] = weight(f"{feedforward}.0.0.{part}")
            ours[f"{block}.feedforward.up.{part}"] = weight(f"{feedforward}.1.ff.0.0.{part}")
            ours[f"{block}.feedforward.down.{part}"] = weight(f"{feedforward}.1.ff.2.{part}")
    for part in ("weight", "bias"):
        ours[f"norm.{part}"] = weight(f"attn_layers.final_norm.{part}")
        ours[f"output.{part}"] = weight(f"to_logits.{part}")
    return ours

"""Weights that load, and weights that do not."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mididraw.errors import ModelError
from mididraw.models.pocket import model as pocket
from mididraw.models.pocket import vocabulary as v
from mididraw.models.transformer import Transformer, as_module
from mididraw.models.transformer_weights import TransformerConfig

TINY = TransformerConfig(v.SIZE, 64, 32, 1, 2, 1, 48)


def test_weights_are_read_back_in_half_precision(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = Transformer(TINY)
    pocket.save(model, tmp_path / "w.safetensors")
    again = pocket.load(tmp_path / "w.safetensors")
    assert again.shape == TINY
    tokens = torch.randint(0, v.SIZE, (2, 20))
    assert torch.allclose(as_module(again)(tokens), model(tokens), atol=1e-2)


def _with(path: Path, kind: str, shape: dict[str, object]) -> Path:
    weights = {name: value.half() for name, value in Transformer(TINY).state_dict().items()}
    save_file(weights, path, {"kind": kind, "shape": json.dumps(shape)})
    return path


def test_what_is_no_model_of_ours_says_so(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    kind, shape = "mididraw pocket 1", asdict(TINY)
    with pytest.raises(ModelError, match="cannot be read"):
        pocket.load(path)
    for content in (b"", b"\x80\x04}", bytes(100)):
        path.write_bytes(content)
        with pytest.raises(ModelError, match="cannot be read"):
            pocket.load(path)
    with pytest.raises(ModelError, match="no pocket model"):
        pocket.load(_with(path, "another", shape))
    with pytest.raises(ModelError, match="not known"):
        pocket.load(_with(path, kind, {"size": 3}))
    with pytest.raises(ModelError, match="not known"):
        pocket.load(_with(path, kind, shape | {"heads": 0}))
    with pytest.raises(ModelError, match="do not fit"):
        pocket.load(_with(path, kind, shape | {"width": 64}))
    with pytest.raises(ModelError, match="other tokens"):
        pocket.load(_with(path, kind, asdict(replace(TINY, vocabulary=7))))
    whole = _with(path, kind, shape).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="cannot be read"):
        pocket.load(path)

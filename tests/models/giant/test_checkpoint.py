import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from mididraw.errors import ModelError
from mididraw.models.catalogue import load_model
from mididraw.models.giant import checkpoint
from mididraw.models.giant.checkpoint import available_memory, load_checkpoint
from tests.models.giant.xtransformers import LEARNED, ROTARY, random_reference, save


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return save(random_reference(ROTARY), tmp_path / "good.pth")


class Evil:
    """Would make a folder if it were unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return Path.mkdir, (Path(self.folder),)  # type: ignore[return-value]


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    for path, write in (
        (tmp_path / "plain.pth", lambda file: file.write_bytes(pickle.dumps(Evil(trap)))),
        (tmp_path / "archive.pth", lambda file: torch.save({"net.x": Evil(trap)}, file)),
    ):
        write(path)
        with pytest.raises(ModelError, match="more than weights, and is not opened"):
            load_checkpoint(path, ROTARY)
    assert not trap.exists()


@pytest.mark.parametrize("kept", [0, 1, 100, 5000, 0.5, 0.99])
def test_a_truncated_file_is_refused(good: Path, kept: float) -> None:
    data = good.read_bytes()
    good.write_bytes(data[: int(kept * len(data)) if isinstance(kept, float) else kept])
    with pytest.raises(ModelError, match="damaged"):
        load_checkpoint(good, ROTARY)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    text, archive = tmp_path / "text.pth", tmp_path / "archive.pth"
    text.write_text("no weights at all")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("hello.txt", "no weights either")
    for path in (text, archive, tmp_path):
        with pytest.raises(ModelError, match=path.name):
            load_checkpoint(path, ROTARY)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no file"):
        load_checkpoint(tmp_path / "nowhere.pth", ROTARY)


@pytest.mark.parametrize(
    "other",
    [
        LEARNED,
        replace(ROTARY, depth=2),
        replace(ROTARY, depth=4),
        replace(ROTARY, width=128),
        replace(ROTARY, vocabulary=301),
        replace(ROTARY, heads=8, kv_heads=8),
    ],
)
def test_a_checkpoint_of_another_shape_is_refused(good: Path, other: Any) -> None:
    with pytest.raises(ModelError, match="another"):
        load_checkpoint(good, other)


@pytest.mark.parametrize("content", [[1, 2], {"net.x": 1}, {1: torch.zeros(1)}, torch.zeros(3)])
def test_what_is_no_state_dict_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "odd.pth"
    torch.save(content, path)
    with pytest.raises(ModelError, match="no state dict"):
        load_checkpoint(path, ROTARY)


def test_without_room_in_memory_nothing_is_loaded(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "available_memory", lambda: 1_000_000)
    with pytest.raises(ModelError, match="GB of memory"):
        load_checkpoint(good, ROTARY)


def test_the_system_says_how_much_memory_is_free() -> None:
    free = available_memory()
    assert free is None or 10**7 < free < 10**14


def test_half_precision_checkpoints_load_as_well(tmp_path: Path) -> None:
    path = tmp_path / "half.pth"
    torch.save({n: w.half() for n, w in random_reference(ROTARY).state_dict().items()}, path)
    model = load_checkpoint(path, ROTARY)
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}


def test_a_giant_is_loaded_under_its_own_name_alone(good: Path) -> None:
    with pytest.raises(ModelError, match="giant-medium, giant-large, giant-xl"):
        load_model(f"giant-small={good}")
    with pytest.raises(ModelError, match="another kind"):
        load_model(f"giant-medium={good}")

"""Whether there is a GPU is found out without PyTorch where there is none."""

import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import torch

from mididraw.models import gpu


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Linux whose PyTorch can use a GPU, and the folder of its devices."""
    monkeypatch.setattr(gpu, "version", lambda _: "2.13.0")
    monkeypatch.setattr(gpu, "_FOLDER", tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    return tmp_path


@pytest.mark.parametrize("device", ["nvidia0", "nvidia3", "nvidiactl", "dxg"])
def test_pytorch_is_asked_where_there_is_a_device(build: Path, device: str) -> None:
    (build / "dri").touch()
    assert not gpu.has_gpu()
    (build / device).touch()
    assert gpu.has_gpu()


def test_a_device_that_pytorch_cannot_use_is_none(
    build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (build / "nvidia0").touch()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert not gpu.has_gpu()
    assert gpu.memory() is None


@pytest.mark.parametrize("version", ["2.13.0+cpu", "2.9.1+cpu"])
def test_a_build_for_cpus_is_not_asked(
    build: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    (build / "nvidia0").touch()
    monkeypatch.setattr(gpu, "version", lambda _: version)
    assert not gpu.has_gpu()


def test_other_systems_have_other_devices(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert gpu.has_gpu()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not gpu.has_gpu()
    monkeypatch.setattr(sys, "platform", "linux")
    assert not gpu.has_gpu()
    monkeypatch.setattr(gpu, "_AMD", build / "kfd")
    (build / "kfd").touch()
    assert gpu.has_gpu()
    assert not gpu.has_device(), "which is NVIDIA's"


def test_without_pytorch_there_is_none(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    (build / "nvidia0").touch()
    monkeypatch.setattr(gpu, "version", missing)
    assert not gpu.has_gpu()


def test_a_full_gpu_is_told_from_other_errors() -> None:
    assert gpu.is_out_of_memory(torch.OutOfMemoryError())
    assert not gpu.is_out_of_memory(RuntimeError("else"))

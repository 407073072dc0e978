"""Whether there is a GPU to compute on, found out without PyTorch where there is none."""

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_FOLDER = Path("/dev")
_DEVICES = ("nvidia[0-9]*", "nvidiactl", "dxg")
"""What a host or container with an NVIDIA GPU has."""
_AMD = Path("/dev/kfd")


def has_gpu() -> bool:
    """Tell whether PyTorch has a GPU; it is imported, which takes seconds, where it may have."""
    if not _may_have_gpu():
        return False
    import torch

    return torch.cuda.is_available()


def has_device() -> bool:
    """Tell whether this Linux has a device of NVIDIA's, whatever PyTorch can do with it."""
    return any(next(_FOLDER.glob(name), None) for name in _DEVICES)


def _may_have_gpu() -> bool:
    try:
        build = version("torch").partition("+")[2]
    except PackageNotFoundError:
        return False
    if build == "cpu" or sys.platform == "darwin":
        return False
    return sys.platform != "linux" or has_device() or _AMD.exists()


def memory() -> tuple[int, int] | None:
    """Tell the bytes of the GPU that are free, and all of them; None where there is no GPU."""
    if not has_gpu():
        return None
    import torch

    return torch.cuda.mem_get_info()


def release_memory() -> None:
    """Give back what PyTorch keeps of the GPU for later."""
    if has_gpu():
        import torch

        torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether PyTorch says by this error that the GPU's memory is full."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(error, torch.OutOfMemoryError)

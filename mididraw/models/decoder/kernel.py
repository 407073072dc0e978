"""Which library computes the network: whichever was measured to be faster on this machine."""

import json
import os
import platform
import time
from collections.abc import Callable
from enum import StrEnum
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from mididraw.errors import needs_torch
from mididraw.models.decoder.interface import Network
from mididraw.models.decoder.onnx_graph import can_write
from mididraw.models.decoder.onnx_network import OnnxNetwork
from mididraw.models.decoder.precision import Precision
from mididraw.models.transformer_weights import AnyTransformer

_STEPS = 12
"""Steps of each kernel that are timed; the fastest one counts, as other work only slows them."""

_WIDE = {"avx512f": "AVX512", "avx2": "AVX2"}
"""Flags of processors, and what PyTorch calls them."""

_THREADS = 4
"""A step of a small model is too short to be shared among more."""


class Kernel(StrEnum):
    """What multiplies the matrices; both compute in float32 and differ by rounding alone."""

    TORCH = "torch"
    ONNXRUNTIME = "onnxruntime"


def make_network(
    model: AnyTransformer,
    precision: Precision,
    rows: int,
    context: int,
    *,
    threads: int | None = None,
    kernel: Kernel | None = None,
) -> Network:
    """Pack a model for decoding.

    Args:
        model: the model.
        precision: in what the weights are kept.
        rows: how many sequences there is room for.
        context: positions of each.
        threads: how many compute a step; None for the cores that this process may use, up to four,
            and for PyTorch, which then has them for all that it does, half of the machine's.
        kernel: what computes it; None for the faster one, which is measured once for a processor
            and kept in the user's cache folder. Kernels other than PyTorch's are there for float32
            on CPUs and shapes for which :func:`can_write` holds.

    Raises:
        ModelError: there is no room in memory, or PyTorch is needed and missing.
    """
    few = threads or min(cores(), _THREADS)
    makers: dict[Kernel, Callable[[], Network]] = {}
    if find_spec("torch") is not None:
        makers[Kernel.TORCH] = lambda: _torch_network(model, precision, rows, context, threads)
    if precision is Precision.FP32 and not model.on_gpu and can_write(model.shape):
        makers[Kernel.ONNXRUNTIME] = lambda: OnnxNetwork(model, rows, context, few)
    if not makers:
        raise needs_torch()
    if len(makers) == 1:
        [make] = makers.values()
        return make()
    pytorch = f"PyTorch {version('torch')} of {threads or torch_threads()} threads"
    libraries = f"{pytorch}, ONNX Runtime {version('onnxruntime')}"
    size = f"{model.shape}, {rows} rows, {context} positions, {few} threads"
    name = f"{processor()}, {libraries}, {size}"
    kernel = kernel or _read_choice(name)
    if kernel is not None:
        return makers[kernel]()
    networks = {choice: make() for choice, make in makers.items()}
    fastest = min(networks, key=lambda choice: _seconds_a_step(networks[choice]))
    _keep_choice(name, fastest)
    return networks[fastest]


def _torch_network(
    model: AnyTransformer, precision: Precision, rows: int, context: int, threads: int | None
) -> Network:
    # PyTorch is imported where it computes alone: that takes one to three seconds.
    import torch

    from mididraw.models.decoder.torch_network import TorchNetwork
    from mididraw.models.decoder.weights import Weights
    from mididraw.models.transformer import as_module

    if not model.on_gpu:
        torch.set_num_threads(threads or torch_threads())
    return TorchNetwork(Weights.of(as_module(model), precision, rows), rows, context)


def torch_threads() -> int:
    """Tell how many threads PyTorch should have: half of the cores.

    Threads that wait for each other spin: where another process wants the same cores, all of them
    together are thirty times slower than half of them.
    """
    return max((os.cpu_count() or 1) // 2, 1)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _seconds_a_step(network: Network) -> float:
    held = network.context // 4
    tokens = np.zeros(network.rows, np.int64)
    lengths = np.full(network.rows, held)
    seconds = []
    for _ in range(_STEPS):
        start = time.perf_counter()
        network.step(tokens, lengths, held)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def processor() -> str:
    """The processor's name, and which wide instructions of it are used."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        about = dict(line.replace("\t", "").split(": ", 1) for line in lines if ": " in line)
    except OSError:
        about = {}
    name = about.get("model name") or platform.processor() or platform.machine()
    flags = about.get("flags", "").split()
    widest = next((name for flag, name in _WIDE.items() if flag in flags), "")
    used = os.environ.get("ATEN_CPU_CAPABILITY", widest).upper()
    return f"{name.strip()}, {used}" if used else name.strip()


def _choices() -> Path:
    return user_cache_path("mididraw") / "kernels.json"


def _read_choice(name: str) -> Kernel | None:
    try:
        return Kernel(json.loads(_choices().read_text())[name])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep_choice(name: str, kernel: Kernel) -> None:
    """Keep the choice for the next process; where nothing can be written it is made again."""
    path = _choices()
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):
        kept = {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{time.time_ns()}")
        fresh.write_text(json.dumps({**(kept if isinstance(kept, dict) else {}), name: kernel}))
        fresh.replace(path)
    except OSError:
        return

"""The library's own checks: what makes sound, and what writes music."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib.util import find_spec

from mididraw.doctor import Finding, absent, fault, well
from mididraw.errors import MididrawError
from mididraw.settings import Settings

_SECONDS = 20.0


def check(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look at sound, model and GPU."""
    settings = Settings.from_environment(environment)
    yield _fluidsynth(settings)
    yield _ffmpeg()
    if find_spec("onnxruntime") is None:
        yield absent("model", "it is not installed: pip install 'mididraw[model]' to draw with it")
        return
    yield _gpu()
    yield _model(settings)


def _fluidsynth(settings: Settings) -> Finding:
    """The library and the SoundFont: each is tried by playing."""
    try:
        from mididraw.render.audio import DEFAULT_SOUNDFONT, load_soundfont
    except ModuleNotFoundError:
        # As in the front-ends' image.
        return absent("SoundFont", "nothing that draws is installed here; workers draw")
    try:
        import fluidsynth  # noqa: F401
    except (ImportError, OSError):
        return fault(
            "FluidSynth",
            "the library cannot be loaded",
            "Install it: apt-get install libfluidsynth3, or brew install fluid-synth.",
        )
    path = settings.soundfont or DEFAULT_SOUNDFONT
    try:
        load_soundfont(path)
    except MididrawError as error:
        return fault(
            "SoundFont",
            str(error),
            "Set MIDIDRAW_SOUNDFONT to an SF2 or SF3 file that this process may read, or leave it "
            "out for the built-in one.",
        )
    return well("SoundFont", f"FluidSynth plays {path.name}")


def _ffmpeg() -> Finding:
    remedy = "Install a whole one: apt-get install ffmpeg, or brew install ffmpeg."
    program = shutil.which("ffmpeg")
    if program is None:
        return fault("ffmpeg", "it is not on the path", remedy)
    try:
        encoders = subprocess.run(
            [program, "-hide_banner", "-encoders"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return fault("ffmpeg", "it does not run", remedy)
    if "libmp3lame" not in encoders.stdout:
        return fault("ffmpeg", "it cannot write MP3 (no libmp3lame)", remedy)
    return well("ffmpeg", program)


def _gpu() -> Finding:
    if find_spec("torch") is None:
        return absent("GPU", "PyTorch, which would use one, is not installed; the CPU decodes")
    from mididraw.models import gpu

    memory = gpu.memory()
    if memory is None and not gpu.has_device():
        return absent("GPU", "there is none; the CPU decodes")
    import torch

    if memory is not None:
        free, total = memory
        name = torch.cuda.get_device_name()
        return well("GPU", f"{name}, {free / 2**30:.1f} of {total / 2**30:.1f} GiB free")
    if torch.version.cuda is None:
        return fault(
            "GPU",
            "there is one, but this PyTorch was built without CUDA",
            "Use the image worker-cuda, or install torch from PyPI in place of its CPU build.",
        )
    return fault(
        "GPU",
        "there is one, but PyTorch cannot use it",
        f"Update NVIDIA's driver to one that knows CUDA {torch.version.cuda}, and in a container "
        "give it the GPU (NVIDIA Container Toolkit; docker run --gpus all).",
    )


def _model(settings: Settings) -> Finding:
    from mididraw.models.catalogue import load_model
    from mididraw.models.giant.shapes import PUBLISHED

    if settings.model in PUBLISHED:
        # Looking must not begin a download of gigabytes.
        return absent("model", f"{settings.model} is fetched when the worker starts")
    kind, _, path = settings.model.partition("=")
    if path and kind in PUBLISHED and not os.access(path, os.R_OK):
        return _unloaded(f"there is no checkpoint to read at {path}")
    try:
        model = load_model(settings.model)
    except MididrawError as error:
        return _unloaded(str(error))
    return well("model", f"{settings.model} on {'cuda' if model.transformer.on_gpu else 'cpu'}")


def _unloaded(seen: str) -> Finding:
    return fault(
        "model",
        seen,
        "Set MIDIDRAW_MODEL to pocket, a .safetensors file that mididraw train wrote, or a giant "
        "with its checkpoint, giant-medium=PATH.",
    )

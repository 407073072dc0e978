"""Sound as points in a space in which what sounds alike lies close: YAMNet's embeddings.

YAMNet (Plakal and Ellis 2020, https://github.com/tensorflow/models/tree/master/research/audioset)
is MobileNet v1 over log-mel patches, trained to name AudioSet's 521 classes. The TFLite file that
Google publishes for classification answers with the classes' scores alone; the embedding is the
tensor before its last layer, the global average over the last convolution, which is read from
within the interpreter. The file's weights are rounded to 8 bits; LiteRT calculates with them in
``float32``.
"""

import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mididraw.errors import ModelError, Sentence

RATE = 16_000
"""Samples a second that YAMNet hears."""
FRAME = 15_600
"""Samples of a frame: a patch of 0.96 s, and 15 ms for the last window of its spectrogram."""
HOP = 7_680
"""Samples from one frame to the next, 0.48 s."""
DIMENSIONS = 1024
_SILENT = 1e-3
"""Root mean square below which nothing is heard, -60 dB."""

Sound = NDArray[np.float32]
"""Mono at :data:`RATE`, ``float32[samples]`` from -1 to 1."""
Embeddings = NDArray[np.float32]
"""A clip's frames, ``float32[frames, 1024]``, 0 or more each (they leave a ReLU)."""

_POOLED = "global_average_pooling2d/Mean"
_MISSING = Sentence(
    "measuring-needs-packages",
    'Install the packages that measuring sound needs: pip install "mididraw[evaluate]".',
)


class Yamnet:
    """YAMNet on the CPU, on one thread; use one object from one thread."""

    def __init__(self, weights: Path) -> None:
        """Load the network.

        Args:
            weights: YAMNet's TFLite file for classification.

        Raises:
            ModelError: the runtime is not installed, or the file is missing or not YAMNet.
        """
        runtime = _runtime()
        if not weights.is_file():
            raise ModelError(
                "yamnet-missing", "There are no YAMNet weights at {weights}.", weights=weights
            )
        try:
            with warnings.catch_warnings():
                # It warns that keeping the inner tensors costs memory: here 4 MB.
                warnings.simplefilter("ignore", UserWarning)
                self._network: Any = runtime.Interpreter(
                    str(weights), num_threads=1, experimental_preserve_all_tensors=True
                )
            self._network.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                "yamnet-unread", "{weights} cannot be read as a TFLite model.", weights=weights
            ) from error
        (entry, *others) = self._network.get_input_details()
        pooled = [
            tensor["index"]
            for tensor in self._network.get_tensor_details()
            if tensor["name"].endswith(_POOLED) and tuple(tensor["shape"]) == (1, DIMENSIONS)
        ]
        if others or tuple(entry["shape"]) not in ((1, FRAME), (FRAME,)) or len(pooled) != 1:
            raise ModelError(
                "yamnet-other",
                "{weights} is not YAMNet's TFLite file for classification.",
                weights=weights,
            )
        self._entry, self._shape = entry["index"], tuple(entry["shape"])
        self._pooled = pooled[0]

    def embed(self, sound: Sound) -> Embeddings:
        """Embed every whole frame of a clip that is not silent.

        What is left over after the last whole frame is not heard. Silence is left out because its
        embedding lies so far from all music that a single frame outweighs a set.

        Args:
            sound: mono at :data:`RATE`, -1 to 1.

        Returns:
            ``float32[frames, 1024]``, a frame every 0.48 s; none for a clip without sound.

        Raises:
            ValueError: the sound is not mono.
        """
        if sound.ndim != 1:
            raise ValueError(f"mono sound has one axis, not {sound.ndim}")
        filled = np.pad(sound.astype(np.float32), (0, max(FRAME - len(sound), 0)))
        found = []
        for start in range(0, len(filled) - FRAME + 1, HOP):
            frame = filled[start : start + FRAME]
            if float(np.sqrt(np.mean(frame**2))) < _SILENT:
                continue
            self._network.set_tensor(self._entry, frame.reshape(self._shape))
            self._network.invoke()
            found.append(self._network.get_tensor(self._pooled)[0].copy())
        return np.array(found, np.float32).reshape(-1, DIMENSIONS)


def to_sound(samples: NDArray[np.int16] | NDArray[np.floating[Any]], rate: int) -> Sound:
    """Bring samples to what YAMNet hears.

    Args:
        samples: ``[samples]`` or ``[samples, channels]``, 16-bit integers or floats -1 to 1.
        rate: samples a second.

    Returns:
        the mean of the channels at :data:`RATE`, resampled by SoX's method at high quality.

    Raises:
        ModelError: soxr is not installed.
    """
    try:
        import soxr
    except ImportError as error:
        raise ModelError(_MISSING) from error
    scale = 1 / 32_768 if samples.dtype == np.int16 else 1.0
    sound = (samples * np.float32(scale)).astype(np.float32)
    mono = sound.mean(axis=1) if sound.ndim == 2 else sound
    return np.asarray(soxr.resample(mono, rate, RATE, quality="HQ"), np.float32)


def _runtime() -> ModuleType:
    try:
        from ai_edge_litert import interpreter
    except (ImportError, OSError) as error:
        raise ModelError(_MISSING) from error
    module: ModuleType = interpreter
    return module

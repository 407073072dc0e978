"""VGGish's embeddings, in which the seed and most papers measure the Fréchet audio distance.

Hershey et al., "CNN architectures for large-scale audio classification", ICASSP 2017: a VGG network
over log-mel patches, trained to name the topics of videos. The weights are not part of midiDraw:
they are Google's in the form that github.com/harritaylor/torchvggish publishes them. As in the
papers on the distance, the 128 numbers are taken before the last activation and without PCA.
"""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mididraw.errors import ModelError
from mididraw.evaluation.measures.embed import RATE, Embeddings, Sound

DIMENSIONS = 128
PUBLISHED = "https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth"
"""Where the weights are; the name holds the beginning of their SHA-256."""

_WINDOW, _HOP, _FFT = 400, 160, 512
_BANDS, _LOWEST, _HIGHEST = 64, 125.0, 7500.0
_FRAMES = 96
"""Spectra of a patch, 0.96 s; patches do not overlap."""
_FLOOR = 0.01
_CHANNELS = ((64,), (128,), (256, 256), (512, 512))
_HIDDEN = 4096


class Vggish:
    """VGGish on the CPU."""

    def __init__(self, weights: Path | None) -> None:
        """Load the network.

        Args:
            weights: torchvggish's file; None downloads it, once.

        Raises:
            ModelError: the file is missing or not VGGish, or cannot be downloaded.
        """
        self._network = _network()
        try:
            state = (
                torch.hub.load_state_dict_from_url(
                    PUBLISHED, map_location="cpu", check_hash=True, weights_only=True
                )
                if weights is None
                else torch.load(weights, map_location="cpu", weights_only=True)
            )
        except FileNotFoundError as error:
            raise ModelError(
                "vggish-missing", "There are no VGGish weights at {weights}.", weights=weights
            ) from error
        except OSError as error:
            raise ModelError(
                "vggish-not-downloaded",
                "VGGish cannot be downloaded from {source}: {why}.",
                source=PUBLISHED,
                why=error,
            ) from error
        except Exception as error:
            raise ModelError(
                "vggish-unread", "{source} cannot be read as weights.", source=weights or PUBLISHED
            ) from error
        try:
            self._network.load_state_dict(state)
        except (RuntimeError, TypeError, AttributeError) as error:
            raise ModelError(
                "vggish-other", "{source} does not hold VGGish.", source=weights or PUBLISHED
            ) from error

    def embed(self, sound: Sound) -> Embeddings:
        """Embed every whole patch of a clip that is not silent.

        Args:
            sound: mono at :data:`~mididraw.evaluation.measures.embed.RATE`, -1 to 1.

        Returns:
            ``float32[patches, 128]``, one every 0.96 s.
        """
        spectra = log_mel(torch.from_numpy(sound.astype(np.float32)))
        count = len(spectra) // _FRAMES
        patches = spectra[: count * _FRAMES].view(count, 1, _FRAMES, _BANDS)
        heard = patches.amax(dim=(1, 2, 3)) > float(np.log(2 * _FLOOR))
        with torch.inference_mode():
            found: Embeddings = self._network(patches[heard]).numpy()
        return found


def log_mel(sound: Tensor) -> Tensor:
    """Logarithm of the mel spectrum, ``float32[samples]`` → ``float32[frames, 64]``.

    Magnitudes, a frame of 25 ms every 10 ms, none beyond the sound's ends.
    """
    if len(sound) < _WINDOW:
        return torch.zeros(0, _BANDS)
    frames = sound.unfold(0, _WINDOW, _HOP) * torch.hann_window(_WINDOW)
    return torch.log(torch.fft.rfft(frames, _FFT).abs() @ _mel_bands() + _FLOOR)


@cache
def _mel_bands() -> Tensor:
    """Triangles, evenly spaced in mel, ``float32[257, 64]``; the constant part is in none."""

    def mel(hertz: Tensor) -> Tensor:
        return 1127.0 * torch.log1p(hertz / 700.0)

    bins = mel(torch.linspace(0, RATE / 2, _FFT // 2 + 1, dtype=torch.float64))[:, None]
    ends = mel(torch.tensor([_LOWEST, _HIGHEST], dtype=torch.float64))
    edges = torch.linspace(float(ends[0]), float(ends[1]), _BANDS + 2, dtype=torch.float64)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    bands = torch.minimum((bins - low) / (middle - low), (high - bins) / (high - middle))
    bands = bands.clamp(min=0)
    bands[0] = 0
    return bands.float()


class _Vgg(nn.Module):
    """Named as the published weights are."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for block in _CHANNELS:
            for channels in block:
                layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
                before = channels
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        pooled = before * (_FRAMES >> len(_CHANNELS)) * (_BANDS >> len(_CHANNELS))
        self.embeddings = nn.Sequential(
            nn.Linear(pooled, _HIDDEN),
            nn.ReLU(),
            nn.Linear(_HIDDEN, _HIDDEN),
            nn.ReLU(),
            nn.Linear(_HIDDEN, DIMENSIONS),
        )

    def forward(self, patches: Tensor) -> Tensor:
        """``float32[n, 1, 96, 64]`` → ``float32[n, 128]``."""
        # The weights were trained where channels come last.
        return torch.as_tensor(
            self.embeddings(self.features(patches).permute(0, 2, 3, 1).flatten(1))
        )


def _network() -> nn.Module:
    return _Vgg().eval()

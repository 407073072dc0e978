"""VGGish: sound becomes patches, patches become points."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch

from mididraw.errors import ModelError
from mididraw.evaluation.measures import vggish
from mididraw.evaluation.measures.embed import RATE
from mididraw.evaluation.measures.vggish import DIMENSIONS, Vggish, log_mel


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random ones of the published shapes, under the published names."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("vggish") / "vggish.pth"
    torch.save(vggish._network().state_dict(), path)
    return path


def tone(hertz: float, seconds: float = 2.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def test_the_layers_bear_the_published_names_and_sizes(weights: Path) -> None:
    state = torch.load(weights, weights_only=True)
    convolutions = {name: tuple(part.shape) for name, part in state.items() if part.ndim == 4}
    assert convolutions == {
        "features.0.weight": (64, 1, 3, 3),
        "features.3.weight": (128, 64, 3, 3),
        "features.6.weight": (256, 128, 3, 3),
        "features.8.weight": (256, 256, 3, 3),
        "features.11.weight": (512, 256, 3, 3),
        "features.13.weight": (512, 512, 3, 3),
    }
    assert state["embeddings.0.weight"].shape == (4096, 512 * 6 * 4)
    assert state["embeddings.4.weight"].shape == (DIMENSIONS, 4096)
    assert sum(part.numel() for part in state.values()) == 72_141_184


def test_a_tone_sounds_in_the_band_that_holds_it() -> None:
    def band(hertz: float) -> int:
        return int(log_mel(torch.from_numpy(tone(hertz))).mean(dim=0).argmax())

    low, high = (1127 * np.log1p(f / 700) for f in (125.0, 7500.0))
    for hertz in (440.0, 1000.0, 3000.0):
        place = (1127 * np.log1p(hertz / 700) - low) / (high - low) * 65 - 1
        assert abs(band(hertz) - place) <= 1


def test_a_spectrum_is_what_its_formula_says() -> None:
    sound = torch.from_numpy(tone(700.0, 0.1))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    first = np.abs(np.fft.rfft(sound.numpy()[:400] * window, 512))
    bands = vggish._mel_bands().numpy()
    # Single precision errs by a few units of the largest magnitude's last place, and the
    # logarithm's slope is 1 / 0.01 at most.
    tolerance = 8 * np.finfo(np.float32).eps * first.max() / 0.01
    assert tolerance < 0.01
    assert np.allclose(log_mel(sound)[0], np.log(first @ bands + 0.01), atol=tolerance, rtol=0)
    assert len(log_mel(sound)) == 1 + (1600 - 400) // 160


def test_every_patch_that_is_heard_is_a_point(weights: Path) -> None:
    network = Vggish(weights)
    points = network.embed(tone(440.0, 3.0))
    assert points.shape == (3, DIMENSIONS)
    assert not np.allclose(points, network.embed(tone(2000.0, 3.0)))
    assert network.embed(np.zeros(RATE * 2, np.float32)).shape == (0, DIMENSIONS)
    assert network.embed(np.zeros(10, np.float32)).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("what", ["missing", "text", "another"])
def test_what_is_no_vggish_is_refused(tmp_path: Path, what: str) -> None:
    path = tmp_path / "weights.pth"
    if what == "text":
        path.write_text("no weights")
    elif what == "another":
        torch.save({"features.0.weight": torch.zeros(3)}, path)
    with pytest.raises(ModelError, match=r"VGGish|weights"):
        Vggish(path)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def published(weights: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The weights as a server has them, named by the beginning of their SHA-256."""
    name = f"vggish-{hashlib.sha256(weights.read_bytes()).hexdigest()[:8]}.pth"
    (weights.parent / name).write_bytes(weights.read_bytes())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=weights.parent))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(vggish, "PUBLISHED", f"http://127.0.0.1:{server.server_port}/{name}")
    yield name
    server.shutdown()
    server.server_close()


def test_the_weights_are_fetched_when_asked_for(
    published: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert Vggish(None).embed(tone(440.0)).shape == (2, DIMENSIONS)
    assert (tmp_path / "hub" / "checkpoints" / published).is_file()


def test_without_a_connection_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(vggish, "PUBLISHED", "http://127.0.0.1:9/vggish-00000000.pth")
    with pytest.raises(ModelError, match="cannot be downloaded"):
        Vggish(None)

"""What all tests share: where real data lies, pictures to draw, and hypothesis's profile."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from mididraw.corpora.quickdraw import paint, read_quickdraw

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "mididraw" / "examples"

# A shared machine of two cores stalls at times: the deadline is there to catch a hang.
settings.register_profile(
    "mididraw", deadline=5000, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("mididraw")


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A user's cache folder of the tests' own, for the processes that they start as well."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """What anyio's plugin runs tests that are coroutines with."""
    return "asyncio"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no ../shared beside the checkout: its real data is for development only")
    return folder


@pytest.fixture(scope="session")
def quickdraw(shared: Path) -> list[Image.Image]:
    """60 real drawings of different categories, painted with a pen."""
    path = shared / "data" / "quickdraw.ndjson.gz"
    return [paint(strokes) for strokes in islice(read_quickdraw(path), 60)]


@pytest.fixture
def example() -> Path:
    """One of the bundled drawings."""
    return EXAMPLES / "cat.png"


@pytest.fixture
def choices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it will be kept which kernel is faster; nothing has been measured yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "mididraw" / "kernels.json"

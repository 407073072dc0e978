"""Checkpoints are fetched by the hub's own client, from a server that speaks its protocol."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mididraw.errors import ModelError
from mididraw.models.giant.hub import fetch
from mididraw.models.giant.shapes import PUBLISHED, REPOSITORY
from tests.models.giant.hub import Hub, serve

CONTENT = bytes(range(256)) * 120_000
"""More than the client takes in one piece."""

_PROGRAM = """
import sys
from mididraw.errors import ModelError
from mididraw.models.giant.hub import fetch
try:
    print(fetch(sys.argv[1]))
except ModelError as error:
    sys.exit(str(error))
"""


def fetch_from(endpoint: str, cache: Path, name: str = "giant-medium") -> Path:
    """Fetch in a process of its own: the client reads its settings when it is imported.

    Raises:
        ModelError: as :func:`fetch` does.
    """
    settings = {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(cache),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DOWNLOAD_TIMEOUT": "5",
    }
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, name],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if done.returncode:
        raise ModelError("said-by-hub", "{said}", said=done.stderr.strip().splitlines()[-1])
    return Path(done.stdout.strip())


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_name_fetches_its_checkpoint_once(tmp_path: Path, name: str) -> None:
    with serve(Hub(CONTENT)) as hub:
        path = fetch_from(hub.endpoint, tmp_path, name)
        assert path.read_bytes() == CONTENT
        assert fetch_from(hub.endpoint, tmp_path, name) == path
    assert len(hub.fetched) == 1
    files = {path for _, path, _ in hub.asked if "/resolve/" in path}
    assert files == {f"/{REPOSITORY}/resolve/main/{PUBLISHED[name].file}"}


def test_a_download_that_broke_off_is_resumed(tmp_path: Path) -> None:
    with serve(Hub(CONTENT, breaks_after=25_000_000)) as hub:
        with pytest.raises(ModelError, match="resumes"):
            fetch_from(hub.endpoint, tmp_path)
        hub.breaks_after = None
        begun = len(hub.fetched)
        assert fetch_from(hub.endpoint, tmp_path).read_bytes() == CONTENT
    assert hub.fetched[begun:]
    assert all(span.startswith("bytes=") and span != "bytes=0-" for span in hub.fetched[begun:])


def test_a_damaged_download_is_deleted(tmp_path: Path) -> None:
    with serve(Hub(CONTENT, stated="0" * 64)) as hub:
        with pytest.raises(ModelError, match="damaged"):
            fetch_from(hub.endpoint, tmp_path)
        assert not list(tmp_path.rglob("0" * 64))


def test_a_missing_file_says_how_to_go_on(tmp_path: Path) -> None:
    with serve(Hub(CONTENT, missing=True)) as hub, pytest.raises(ModelError, match="resumes"):
        fetch_from(hub.endpoint, tmp_path)


def test_a_hub_that_cannot_be_reached_says_how_to_go_on(tmp_path: Path) -> None:
    with serve(Hub(CONTENT)) as hub:
        gone = hub.endpoint
    with pytest.raises(ModelError, match="resumes"):
        fetch_from(gone, tmp_path)


def test_an_unknown_name_asks_nobody(tmp_path: Path) -> None:
    with serve(Hub(CONTENT)) as hub:
        with pytest.raises(ModelError, match="no model"):
            fetch_from(hub.endpoint, tmp_path, "giant-small")
        assert not hub.asked


def test_the_client_is_not_even_imported_before_a_giant_is_asked_for() -> None:
    program = (
        "from mididraw.models.catalogue import load_model; import sys; "
        "load_model('pocket'); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "mididraw.models.giant.giant" in done.stdout.split()
    assert "huggingface_hub" not in done.stdout.split()


def test_without_the_client_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelError, match=r"mididraw\[giant\]"):
        fetch("giant-medium")

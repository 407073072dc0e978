import hashlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from mididraw.errors import ModelError
from mididraw.models.giant.hub import fetch
from mididraw.models.giant.shapes import PUBLISHED, REPOSITORY


class Hub:
    """Stands in for the hub's client: a cache as it keeps one, files under their SHA-256."""

    def __init__(self, folder: Path, content: bytes = b"weights") -> None:
        self.folder, self.content, self.asked = folder, content, list[tuple[str, str]]()
        self.stated = hashlib.sha256(content).hexdigest()
        self.errors = SimpleNamespace(
            EntryNotFoundError=type("EntryNotFoundError", (Exception,), {})
        )

    def hf_hub_download(self, repository: str, name: str) -> str:
        self.asked.append((repository, name))
        blob, link = self.folder / self.stated, self.folder / name
        blob.write_bytes(self.content)
        if not link.is_symlink():
            link.symlink_to(blob)
        return str(link)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    stand_in = Hub(tmp_path)
    monkeypatch.setitem(sys.modules, "huggingface_hub", stand_in)
    return stand_in


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_name_fetches_its_checkpoint(hub: Hub, name: str) -> None:
    assert fetch(name).read_bytes() == b"weights"
    assert hub.asked == [(REPOSITORY, PUBLISHED[name].file)]


def test_a_damaged_download_is_deleted(hub: Hub) -> None:
    hub.content = b"other weights"
    with pytest.raises(ModelError, match="damaged"):
        fetch("giant-medium")
    assert not (hub.folder / hub.stated).exists()


def test_an_unknown_name_asks_nobody(hub: Hub) -> None:
    with pytest.raises(ModelError, match="no model"):
        fetch("giant-small")
    assert not hub.asked


@pytest.mark.parametrize("kind", ["network", "missing"])
def test_a_download_that_fails_says_how_to_go_on(
    hub: Hub, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = OSError("no route") if kind == "network" else hub.errors.EntryNotFoundError("404")

    def fail(*_: str) -> str:
        raise error

    monkeypatch.setattr(hub, "hf_hub_download", fail)
    with pytest.raises(ModelError, match="resumes"):
        fetch("giant-medium")


def test_without_the_client_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelError, match=r"mididraw\[giant\]"):
        fetch("giant-medium")

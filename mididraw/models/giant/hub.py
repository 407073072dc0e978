"""Fetching a published checkpoint, only ever when the user asked for it by name."""

import hashlib
from pathlib import Path

from mididraw.errors import ModelError
from mididraw.models.giant.shapes import PUBLISHED, REPOSITORY

_SHA256_LENGTH = 64


def fetch(name: str) -> Path:
    """Download a checkpoint, or find it where an earlier download left it.

    The hub's own client shows progress, resumes what broke off and keeps the file in its cache,
    under the SHA-256 that the repository states; the file is held against it every time.

    Args:
        name: a name in :data:`~mididraw.models.giant.shapes.PUBLISHED`.

    Raises:
        ModelError: the name is unknown, the client is not installed, the hub cannot be reached, or
            the file is not the one that the repository states.
    """
    if name not in PUBLISHED:
        raise ModelError(
            "checkpoint-unknown",
            "There is no model “{name}”: choose {known}.",
            name=name,
            known=", ".join(PUBLISHED),
        )
    try:
        import httpx
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise ModelError(
            "download-needs-package",
            "Downloading {name} needs another package: pip install 'mididraw[giant]'.",
            name=name,
        ) from error
    try:
        path = Path(hf_hub_download(REPOSITORY, PUBLISHED[name].file))
    except (OSError, RuntimeError, ValueError, httpx.HTTPError) as error:
        raise ModelError(
            "download-failed",
            "{name} could not be downloaded: try again, which resumes, or give a file's path.",
            name=name,
        ) from error
    stated = path.resolve().name
    if len(stated) == _SHA256_LENGTH and _sha256(path) != stated:
        path.resolve().unlink()
        raise ModelError(
            "download-damaged", "{name} arrived damaged and was deleted: try again.", name=name
        )
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

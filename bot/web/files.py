"""The page's own files, read and compressed once."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from fastapi import Request, Response

_PAGE = Path(str(resources.files("bot.web") / "page"))
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}
_AGAIN = "no-cache"
"""Browsers ask whether theirs is the latest; mostly it is."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it is sent: as it is, or in fewer bytes where that helps."""

    kind: str
    plain: bytes
    packed: bytes
    tag: str

    @classmethod
    def of(cls, data: bytes, kind: str) -> "PageFile":
        """Make a file of its bytes and its media type, and compress it."""
        tag = f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'
        packed = gzip.compress(data, mtime=0)
        return cls(kind, data, packed if len(packed) < len(data) else b"", tag)

    def answer(self, request: Request, status: int = 200) -> Response:
        """What a browser gets; nothing where it has the very same already."""
        headers = {"ETag": self.tag, "Cache-Control": _AGAIN, "Vary": "Accept-Encoding"}
        known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
        if status == 200 and {self.tag, f"W/{self.tag}"} & {*known}:
            return Response(status_code=304, headers=headers)
        if self.packed and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.packed, status, headers, self.kind)
        return Response(self.plain, status, headers, self.kind)


@cache
def page_files() -> dict[str, PageFile]:
    """All of them by name."""
    return {path.name: PageFile.of(path.read_bytes(), _kind(path)) for path in _PAGE.iterdir()}


def _kind(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"

"""A server that speaks the Hugging Face hub's protocol, as far as fetching a file goes."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Hub:
    """One repository's only file, and what it was asked for.

    Attributes:
        content: the file's bytes as they are sent.
        stated: SHA-256 that the repository states.
        breaks_after: bytes after which the connection breaks, or None.
        missing: whether the file is not there.
        asked: method, path and range of every request.
        endpoint: the server's address.
    """

    content: bytes
    stated: str = ""
    breaks_after: int | None = None
    missing: bool = False
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    endpoint: str = ""

    def __post_init__(self) -> None:
        self.stated = self.stated or hashlib.sha256(self.content).hexdigest()

    @property
    def fetched(self) -> list[str]:
        """The ranges of the requests for the file's content."""
        return [
            span for method, path, span in self.asked if method == "GET" and "/resolve/" in path
        ]


@contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(send=False)

        def do_GET(self) -> None:
            self._answer(send=True)

        def _answer(self, *, send: bool) -> None:
            span = self.headers.get("Range", "")
            hub.asked.append((self.command, self.path, span))
            if hub.missing:
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            first = int(span.removeprefix("bytes=").split("-")[0]) if span else 0
            body = hub.content[first:]
            self.send_response(206 if span else 200)
            if span:
                end = len(hub.content) - 1
                self.send_header("Content-Range", f"bytes {first}-{end}/{len(hub.content)}")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("ETag", f'"{hub.stated}"')
            self.send_header("X-Linked-Etag", f'"{hub.stated}"')
            self.send_header("X-Linked-Size", str(len(hub.content)))
            self.send_header("X-Repo-Commit", "1" * 40)
            self.end_headers()
            if send and hub.breaks_after is not None:
                self.wfile.write(body[: hub.breaks_after])
                self.close_connection = True
            elif send:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

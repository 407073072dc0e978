"""How many event streams are open at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.jobs.limits import RefusedError


class Streams:
    """Counts the streams of every client, and of all."""

    def __init__(self, each: int = 16, total: int = 1000) -> None:
        """Allow ``each`` to a client and ``total`` together."""
        self._each, self._total = each, total
        self._open: Counter[str] = Counter()

    def check(self, client: str) -> None:
        """See whether one more may be opened.

        Raises:
            RefusedError: there are too many.
        """
        if self._open[client] >= self._each or self._open.total() >= self._total:
            raise RefusedError(
                "too-many-pages", "Too many pages are open at once: close some and try again."
            )

    @contextmanager
    def opened(self, client: str) -> Iterator[None]:
        """Count one for as long as it is open."""
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]

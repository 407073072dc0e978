"""HTTP connections that say what they want within a time, or end."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN = 15.0
"""Seconds from a connection, or a request's first byte, to the end of its headers."""


class TimedProtocol(H11Protocol):
    """Uvicorn's protocol, which by itself waits forever for half-sent headers."""

    head_within = HEAD_WITHIN
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Wait no more where headers are whole; bytes one by one do not begin the time anew."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._expect_no_more()
        elif self._timer is None:
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing."""
        super().connection_lost(exc)
        self._expect_no_more()

    def _expect(self) -> None:
        self._timer = self.loop.call_later(self.head_within, self._late)

    def _expect_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        # An answer on its way shows that headers were whole.
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()

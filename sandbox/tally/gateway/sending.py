"""The body of an answer as it goes out, with the faults that cut it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler

from sandbox.tally.gateway.faults import Faults
from sandbox.tally.gateway.wire import Charset


class HungUp(Exception):  # the client's right, not an error of ours
    """The client is gone."""


class Sending:
    """The body as it goes out: a length up front if it fits in one chunk, else until the connection closes."""

    def __init__(self, handler: BaseHTTPRequestHandler, charset: Charset, faults: Faults, *, media: str) -> None:
        self._handler = handler
        self._charset = charset
        self._faults = faults
        self.bytes = 0
        self.is_cut = False
        self._media = media
        self._held: bytes | None = None
        self._started = False
        self._gone = False

    def add(self, chunk: str) -> None:
        """Send a chunk, the one before it that is."""
        held, self._held = self._held, self._charset.encode(chunk.replace("\n", "\r\n"))
        if held is not None:
            self._write(held, length=None)

    def finish(self) -> None:
        """Send what is left.

        Raises:
            HungUp: The client was gone before the end.
        """
        held = self._held or b""
        whole = not self._started
        self._write(held, length=len(held) + len(self._charset.start()) if whole and not self._cuts(held) else None)
        if self._gone:
            raise HungUp

    def _cuts(self, raw: bytes) -> bool:
        return 0 <= self._faults.truncate_after_bytes < len(raw)

    def _write(self, raw: bytes, *, length: int | None) -> None:
        if not self._started:
            raw = self._charset.start() + raw
            self._start(length)
        room = self._faults.truncate_after_bytes - self.bytes
        if self._faults.truncate_after_bytes >= 0 and len(raw) > room:
            raw, self.is_cut = raw[: max(room, 0)], True
        if self._gone or not raw:
            return
        try:
            self._handler.wfile.write(raw)
            self.bytes += len(raw)
        except OSError:
            self._gone = True

    def _start(self, length: int | None) -> None:
        self._started = True
        handler = self._handler
        try:
            handler.send_response(self._faults.http_status)
            handler.send_header("Content-Type", f"{self._media}; charset={self._charset.header}")
            if length is not None:
                handler.send_header("Content-Length", str(length))
            handler.send_header("Connection", "close")
            handler.end_headers()
        except OSError:
            self._gone = True

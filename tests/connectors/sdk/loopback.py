"""An API and its authorisation server on loopback: rotating refresh tokens that work once, faults on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

FIRST_REFRESH = "refresh-token-0"


@dataclass
class Loopback:
    """What the server did and is told to do.

    Attributes:
        faults: taken one per API call, first first: a status, ``cut`` or ``reset``.
        mints: tokens given; refresh tokens work once, as the strictest server would have it.
    """

    url: str = ""
    mints: int = 0
    refused: int = 0
    calls: int = 0
    faults: list[int | str] = field(default_factory=list)
    retry_after: str = ""
    valid: set[str] = field(default_factory=set)
    refresh: str = FIRST_REFRESH
    lock: threading.Lock = field(default_factory=threading.Lock)

    def mint(self, refresh: str) -> tuple[int, dict[str, Any]]:
        with self.lock:
            if refresh != self.refresh:
                self.refused += 1
                return 400, {"error": "invalid_grant"}
            self.mints += 1
            self.refresh, access = f"refresh-token-{self.mints}", f"access-token-{self.mints}"
            self.valid = {access}
            return 200, {"access_token": access, "refresh_token": self.refresh, "expires_in": 3600}

    def expire(self) -> None:
        self.valid.clear()


@contextmanager
def serve_loopback() -> Iterator[Loopback]:
    """Serve while the block runs."""
    state = Loopback()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(*state.mint(form["refresh_token"][0]))

        def do_GET(self) -> None:
            with state.lock:
                state.calls += 1
                fault = state.faults.pop(0) if state.faults else 200
            if fault == "reset":
                self.close_connection = True
                return
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if token not in state.valid:
                self.answer(401, {"code": 57, "message": "You are not authorized to perform this operation"})
            elif isinstance(fault, int) and fault != 200:
                self.answer(fault, {"message": "fault"})
            else:
                self.answer(200, {"rows": list(range(1000))}, is_cut=fault == "cut")

        def answer(self, status: int, body: Any, *, is_cut: bool = False) -> None:
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            if status == 429 and state.retry_after:
                self.send_header("Retry-After", state.retry_after)
            self.end_headers()
            self.wfile.write(sent[:100] if is_cut else sent)
            self.close_connection = self.close_connection or is_cut

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

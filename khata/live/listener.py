"""Where the TDL in a customer's Tally may call: "something was saved", on this computer only, with a token.

A call is a hint and nothing more. What changed is asked of Tally itself, so a call that is forged, lost or repeated can
cost a question and never a wrong figure. The answer is given at once, because Tally's window stands still until it
comes. The token stands in the body (Tally's action sends a report of ours) or in an ``Authorization: Bearer`` header.

Where next: ``tdl.py`` for the text that calls, ``watching.py`` for what a call leads to.
"""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from canonical.errors import ConfigurationError

LOOPBACK = "127.0.0.1"
PATH = "/tally/changed"
BODY_BYTES_MAX = 64 * 1024
SILENT_S = 5.0
"""A caller that does not finish its request by then is dropped."""
ANSWER = b"<RESPONSE>OK</RESPONSE>"
REFUSED = b"<RESPONSE>REFUSED</RESPONSE>"
_TOKEN = re.compile(r"<KHATATOKEN[^>]*>\s*([^<\s]{1,200})\s*</KHATATOKEN>", re.IGNORECASE)
_BEARER = re.compile(r"Bearer\s+(\S{1,200})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A listener that is running."""

    port: int

    @property
    def url(self) -> str:
        """Where the TDL posts to."""
        return f"http://{LOOPBACK}:{self.port}{PATH}"


@contextmanager
def listen(port: int, tokens: Mapping[str, str], on_change: Callable[[str], None]) -> Iterator[Listening]:
    """Listen on loopback while the block runs.

    Args:
        port: 0 takes a free one.
        tokens: token by connection.
        on_change: called with the connection's name, in a thread of the listener; must not block.

    Raises:
        ConfigurationError: the port is taken.
    """
    handler = _handler_for(dict(tokens), on_change)
    try:
        server = ThreadingHTTPServer((LOOPBACK, port), handler)
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} on this computer is taken by another program; set tally.listen_port to another one, or to 0 "
            "to watch without listening.",
            code="tally.listener.port_taken",
            port=port,
        ) from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield Listening(port=server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def find_token(headers: Mapping[str, str], body: bytes) -> str:
    """Find the token of a call: in the header, else in the body, whatever its encoding; empty if there is none."""
    bearer = _BEARER.fullmatch(headers.get("Authorization", "").strip())
    if bearer:
        return bearer[1]
    text = body.replace(b"\0", b"").decode("latin-1")  # UTF-16 of ASCII letters is ASCII with zeroes between
    found = _TOKEN.search(text)
    return found[1] if found else ""


def owner_of(token: str, tokens: Mapping[str, str]) -> str | None:
    """Return the connection a token belongs to; takes as long whichever it is."""
    matches = [name for name, known in tokens.items() if hmac.compare_digest(known.encode(), token.encode())]
    return matches[0] if token and matches else None


def _handler_for(tokens: Mapping[str, str], on_change: Callable[[str], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One call."""

        timeout = SILENT_S
        server_version = "Khata"
        sys_version = ""

        def do_POST(self) -> None:
            """Take a hint."""
            length = self.headers.get("Content-Length", "")
            if self.path != PATH:
                self._answer(HTTPStatus.NOT_FOUND, REFUSED)
            elif not length.isdigit() or int(length) > BODY_BYTES_MAX:
                self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, REFUSED)
            else:
                self._take(self.rfile.read(int(length)))

        def _take(self, body: bytes) -> None:
            name = owner_of(find_token(dict(self.headers.items()), body), tokens)
            if name is None:
                self._answer(HTTPStatus.FORBIDDEN, REFUSED)
                return
            on_change(name)
            self._answer(HTTPStatus.OK, ANSWER)

        def _answer(self, status: HTTPStatus, body: bytes) -> None:
            self.close_connection = True
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
            """Say nothing: a request line could hold what is nobody's business."""

    return Handler

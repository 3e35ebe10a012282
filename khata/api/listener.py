"""Where the text loaded into a customer's Tally posts to: "something was saved", on this computer only, with a token.

A message is a hint and nothing more. What changed is asked of Tally itself, so a message that is forged, lost or
repeated can cost a question and never a wrong figure. The answer is given at once: the person at Tally waits for it.

Where next: ``connectors/tally/tdl`` for the text and its message, ``khata/live/watching.py`` for what follows from one.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from canonical.errors import ConfigurationError, SourceMalformed
from connectors.tally.tdl.event import BYTES_MAX, EventHint, parse_event

LOOPBACK = "127.0.0.1"
PATH = "/tally/event"
"""As ``khata_events.tdl`` has it."""
SILENT_S = 5.0
"""A caller that does not finish its request by then is dropped."""
ANSWER = b"<RESPONSE>OK</RESPONSE>"
REFUSED = b"<RESPONSE>REFUSED</RESPONSE>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A connection whose Tally may post.

    Attributes:
        connection: its name.
        token: what its Tally signs with.
        company_guid: the books it reads.
    """

    connection: str
    token: str
    company_guid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A listener that is running."""

    port: int

    @property
    def url(self) -> str:
        """Where the TDL posts to."""
        return f"http://{LOOPBACK}:{self.port}{PATH}"


@contextmanager
def listen(port: int, callers: Sequence[Caller], on_change: Callable[[str], None]) -> Iterator[Listening]:
    """Listen on loopback while the block runs.

    Args:
        port: 0 takes a free one.
        callers: whose messages are heard.
        on_change: called with the connection's name, in a thread of the listener; must not block.

    Raises:
        ConfigurationError: the port is taken.
    """
    handler = _handler_for(tuple(callers), on_change)
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


def owner_of(hint: EventHint, callers: Sequence[Caller]) -> str | None:
    """Return the connection a message is about; None if its token is nobody's.

    One text is loaded for all companies of a Tally, so the token says that the message is ours, and the company which
    connection is meant; without a company it is the token's own. Takes as long whichever it is.
    """
    known = [one for one in callers if hmac.compare_digest(one.token.encode(), hint.token.encode())]
    if not hint.token or not known:
        return None
    meant = next((one for one in callers if hint.company_guid and one.company_guid == hint.company_guid), None)
    return (meant or known[0]).connection


def _handler_for(callers: Sequence[Caller], on_change: Callable[[str], None]) -> type[BaseHTTPRequestHandler]:
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
            elif not length.isdigit() or int(length) > BYTES_MAX:
                self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, REFUSED)
            else:
                self._take(self.rfile.read(int(length)))

        def _take(self, body: bytes) -> None:
            try:
                name = owner_of(parse_event(body, self.headers.get("Content-Type", "")), callers)
            except SourceMalformed:
                self._answer(HTTPStatus.BAD_REQUEST, REFUSED)
                return
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

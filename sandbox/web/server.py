"""The HTTP server: loopback, HTTP/1.1 with connections kept, a thread for each of them.

An answer goes out in one write. What goes wrong on the way is done here (``faults.py``); what the API itself refuses is
the application's. An exception of the application is a mistake in the fake: the connection breaks and ``serve`` raises
it at its end.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from time import monotonic
from typing import Protocol

from sandbox.web.faults import Faults
from sandbox.web.message import Request, Response, text_response

POLL_S = 0.02
GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


class Application(Protocol):
    """A fake API: what it does with a request. Called from many threads at once."""

    def answer(self, request: Request, faults: Faults) -> Response:
        """Answer; ``faults`` are the switches in force for this request."""
        ...


Watch = Callable[[Request], None]
"""Called with every request before it is answered; may edit the books, move the clock or turn switches."""


@dataclass(slots=True, kw_only=True)
class Served:
    """One request in the log.

    Attributes:
        number: from 1.
        target: path and query as sent.
        status: 0 if no answer went out.
        seconds: from reading it to its last byte.
        bytes: size of the body sent.
        note: what happened to it, empty if nothing special did.
    """

    number: int
    method: str
    target: str
    status: int = 0
    seconds: float = 0.0
    bytes: int = 0
    note: str = ""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass(slots=True)
class Running:
    """A running server.

    Attributes:
        url: where it listens, without a slash at the end.
        faults: its switches; change them, or put others in their place, at any time.
        requests: log of what was served, in the order of arrival.
        mistakes: what went wrong in the fake itself; ``serve`` raises the first at its end.
    """

    application: Application
    faults: Faults
    watch: Watch | None = None
    url: str = ""
    port: int = 0
    requests: list[Served] = field(default_factory=list)
    mistakes: list[BaseException] = field(default_factory=list)
    in_flight: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _server: _Server | None = None
    _listener: threading.Thread | None = None

    def start(self, port: int = 0) -> None:
        """Listen; on the same port as before if none is given."""
        if self._server is not None:
            return
        self._stopping.clear()
        server = _Server(("127.0.0.1", port or self.port), _Handler)
        server.running = self
        self.port = server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = server
        self._listener = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_S}, daemon=True)
        self._listener.start()

    def stop(self) -> None:
        """Stop listening at once, breaking what is being answered; ``start`` listens again on the same port."""
        self._stopping.set()
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            server.hang_up()
        if self._listener is not None and self._listener is not threading.current_thread():
            self._listener.join()
        self._listener = None

    def next_requests(self, *switches: Mapping[str, object]) -> None:
        """Script the faults of the requests that come next, one set of switches each, and of no others."""
        first = len(self.requests) + 1
        for number in [one for one in self.faults.script if one >= first]:
            del self.faults.script[number]
        for offset, one in enumerate(switches):
            self.faults.script[first + offset] = one

    @property
    def struck(self) -> int:
        """How many requests a scripted fault has met so far."""
        return sum(bool(turned) and number <= len(self.requests) for number, turned in self.faults.script.items())

    def wait(self, seconds: float) -> bool:
        """Think; False if the server is being stopped meanwhile."""
        return not self._stopping.wait(seconds) if seconds > 0 else not self._stopping.is_set()

    def begin(self, method: str, target: str) -> tuple[Served, int]:
        """Enter a request in the log; returns it and how many are in flight."""
        with self._lock:
            self.in_flight += 1
            entry = Served(number=next(self._numbers), method=method, target=target)
            self.requests.append(entry)
            return entry, self.in_flight

    def end(self) -> None:
        """Note that a request was answered."""
        with self._lock:
            self.in_flight -= 1


class _Server(ThreadingHTTPServer):
    """The listening socket and the connections it accepted."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64
    running: Running

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        if isinstance(request, socket.socket):
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Break every open connection."""
        for one in list(self._open):
            _reset(one)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the base class's
        """A client that goes away is no news; anything else is a mistake of the fake."""
        mistake = sys.exception()
        if mistake is not None and not isinstance(mistake, OSError):
            self.running.mistakes.append(mistake)


class _Handler(BaseHTTPRequestHandler):
    """Reads requests from one connection and sends their answers."""

    protocol_version = "HTTP/1.1"
    server_version = "ZGS"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing; ``Running.requests`` is the log."""

    def _serve(self) -> None:
        running = self.server.running
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        entry, in_flight = running.begin(self.command, self.path)
        began = monotonic()
        try:
            self._answer(running, self._read(running, body, entry, in_flight), entry)
        finally:
            entry.seconds = monotonic() - began
            running.end()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815 - the base class names them so

    def _read(self, running: Running, body: bytes, entry: Served, in_flight: int) -> Request:
        return Request.of_target(
            self.command,
            self.path,
            number=entry.number,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            in_flight=in_flight,
            base_url=running.url,
        )

    def _answer(self, running: Running, request: Request, entry: Served) -> None:
        if running.watch is not None:
            running.watch(request)
        faults = running.faults.at(request.number, request.path)
        if faults.reset:
            entry.note = "reset"
            self._break()
            return
        if not running.wait(faults.delay_s):
            self._break()
            return
        response = self._response(running, request, faults)
        entry.note = response.note
        if faults.answer_lost:
            entry.note = "answer lost"
            self._break()
            return
        self._send(response, faults, entry)

    def _response(self, running: Running, request: Request, faults: Faults) -> Response:
        if faults.gateway_page:
            return _gateway_page(faults.gateway_page)
        response = running.application.answer(request, faults)
        return _gateway_page(faults.gateway_page_after) if faults.gateway_page_after else response

    def _send(self, response: Response, faults: Faults, entry: Served) -> None:
        body = response.body
        if faults.truncate_after_bytes >= 0:
            body, entry.note = body[: faults.truncate_after_bytes], "truncated"
        self.send_response(response.status)
        if body or response.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", response.media)
            self.send_header("Content-Length", str(len(body)))
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
        sent = body if faults.drop_after_bytes < 0 else body[: faults.drop_after_bytes]
        entry.status, entry.bytes = response.status, len(sent)  # before the client can have it, and look
        if self.command != "HEAD":
            self.wfile.write(sent)
        self.wfile.flush()
        if faults.drop_after_bytes >= 0:
            entry.note = "dropped"
            self._break()

    def _break(self) -> None:
        self.close_connection = True
        _reset(self.connection)


def _gateway_page(status: int) -> Response:
    return text_response(GATEWAY_PAGE.format(f"{status} {HTTPStatus(status).phrase}"), status)


def _reset(connection: socket.socket) -> None:
    """Close so that the client sees a reset, once the handler lets go of it as well."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


@contextmanager
def serve(
    application: Application, faults: Faults | None = None, *, port: int = 0, watch: Watch | None = None
) -> Iterator[Running]:
    """Run a fake API on loopback.

    Args:
        application: what answers.
        faults: its switches; healthy if left out.
        port: 0 lets the system choose.
        watch: called with every request before it is answered.
    """
    running = Running(application, faults if faults is not None else Faults(), watch)
    running.start(port)
    try:
        yield running
    finally:
        running.stop()
    if running.mistakes:
        raise running.mistakes[0]

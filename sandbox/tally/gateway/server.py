"""The HTTP server: loopback, one request at a time as Tally's application thread takes them.

A client that hangs up does not stop the work: what was begun is finished before the next request is looked at. While a
modal window is open nothing is answered; ``Running.dismiss_dialog`` is the click.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import TYPE_CHECKING

from sandbox.tally.gateway.answers import LIVENESS, UNKNOWN_REQUEST
from sandbox.tally.gateway.application import Application, Dialog, Reply
from sandbox.tally.gateway.faults import Faults
from sandbox.tally.gateway.json_gate import JSON_TYPE, answer_json
from sandbox.tally.gateway.sending import HungUp, Sending
from sandbox.tally.gateway.wire import Body, Charset, answer_charset, gather, read_body, spoil_text

if TYPE_CHECKING:
    from sandbox.tally.books import LiveBooks

OBSERVE_S = 0.05
"""How often a frozen or thinking server looks whether it is being stopped."""


@dataclass(slots=True, kw_only=True)
class Served:
    """One request in the log.

    Attributes:
        number: From 1.
        kind: Family, or what became of it: ``liveness``, ``unknown``, ``frozen``.
        name: Collection, report, function or object asked for.
        request_bytes, bytes: Sizes of the bodies.
        objects: Objects served.
        seconds: From taking it up to its last byte.
        note: What happened to it, empty if nothing special did.
    """

    number: int
    kind: str = ""
    name: str = ""
    request: str = ""
    request_bytes: int = 0
    bytes: int = 0
    objects: int = 0
    seconds: float = 0.0
    note: str = ""


Watch = Callable[[int, str], None]
"""Called with the number and text of every request before it is answered, while no other is."""


@dataclass(slots=True)
class Running:
    """A running gateway.

    Attributes:
        url: Where it listens.
        faults: Its switches; change them, or put others in their place, at any time.
        requests: Log of what was served, oldest first.
        dialog: Title of the modal window that is open, empty if none is.
        mistakes: What went wrong in the fake itself; ``serve`` raises the first at its end.
    """

    books: LiveBooks
    faults: Faults
    application: Application
    url: str = ""
    port: int = 0
    requests: list[Served] = field(default_factory=list)
    dialog: str = ""
    mistakes: list[BaseException] = field(default_factory=list)
    keep_bodies: bool = False
    watch: Watch | None = None
    _ends_after_dialog: bool = False
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Lock = field(default_factory=threading.Lock)
    _switching: threading.Lock = field(default_factory=threading.Lock)
    _server: _Server | None = None
    _listener: threading.Thread | None = None

    @property
    def is_listening(self) -> bool:
        """Whether connections are accepted."""
        return self._server is not None

    def start(self, port: int = 0) -> None:
        """Listen; on the same port as before if none is given."""
        with self._switching:
            if self._server is not None:
                return
            self._stopping.clear()
            server = _Server(("127.0.0.1", port or self.port), _Handler)
            server.running = self
            self.port = server.server_address[1]
            self.url = f"http://127.0.0.1:{self.port}"
            self._listener = threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": OBSERVE_S}, daemon=True
            )
            self._listener.start()
            self._server = server

    def stop(self) -> None:
        """Stop listening at once, also in the middle of answers; ``start`` listens again with the same books."""
        with self._switching:  # a program that ends by itself is gone before it is started again
            self._stopping.set()
            server, self._server = self._server, None
            if server is not None:
                server.shutdown()
                server.server_close()
                server.hang_up()
            if self._listener is not None:
                self._listener.join()
            self._listener = None

    def restart(self) -> None:
        """End and start the program: the modal window is gone, the period on the screen too."""
        self.stop()
        self.dialog = self.faults.dialog = ""
        self.application = Application(self.books)
        self.start()

    def dismiss_dialog(self) -> None:
        """Click the modal window away; after some of them Tally ends."""
        ends, self._ends_after_dialog = self._ends_after_dialog, False
        self.dialog = self.faults.dialog = ""
        if ends:
            self.stop()

    def next_requests(self, *switches: dict[str, object]) -> None:
        """Script the faults of the requests that come next, one set of switches each."""
        first = len(self.requests) + 1
        for offset, one in enumerate(switches):
            self.faults.script[first + offset] = one

    def settle(self) -> None:
        """Wait until nothing is being answered, so that the log is complete."""
        with self._thread:
            pass

    def open_dialog(self, dialog: Dialog) -> None:
        """Show a modal window."""
        self.dialog = dialog.title
        self._ends_after_dialog = dialog.ends

    def wait(self, seconds: float) -> bool:
        """Think; False if the server is being stopped meanwhile."""
        return not self._stopping.wait(seconds) if seconds > 0 else not self._stopping.is_set()

    def frozen(self, faults: Faults) -> bool:
        """Wait until no modal window is open; True if the server was stopped before that."""
        self.dialog = self.dialog or faults.dialog
        while self.dialog:
            if self._stopping.wait(OBSERVE_S):
                return True
        return self._stopping.is_set()

    def take_turn(self) -> bool:
        """Wait for Tally's one thread; False if the server is stopped before it is free."""
        while not self._thread.acquire(timeout=OBSERVE_S):
            if self._stopping.is_set():
                return False
        return True

    def end_turn(self) -> None:
        """Free Tally's thread."""
        self._thread.release()


class _Server(ThreadingHTTPServer):
    """The listening socket; every connection has a thread that waits for its turn."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
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
            with suppress(OSError):  # its thread may wait in a read or a write, and a close waits for the thread
                one.shutdown(socket.SHUT_RDWR)
            _reset(one)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the base class's
        """A client that goes away is no news; anything else is a mistake of the fake."""
        mistake = sys.exception()
        if mistake is not None and not isinstance(mistake, OSError) and self.running.is_listening:
            self.running.mistakes.append(mistake)


def _reset(connection: socket.socket) -> None:
    """Close so that the peer sees a reset."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "Tally"
    sys_version = ""
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing; ``Running.requests`` is the log."""

    def do_GET(self) -> None:
        """Liveness, whatever the path."""
        self._serve(b"")

    def do_POST(self) -> None:
        """A request."""
        length = (self.headers.get("Content-Length") or "").strip()
        self._serve(self.rfile.read(int(length)) if length.isdecimal() else b"")

    def _serve(self, raw: bytes) -> None:
        self.close_connection = True
        running = self.server.running
        if not raw.strip() and running.faults.liveness_behind_dialog and (running.dialog or running.faults.dialog):
            self._send_whole(LIVENESS)
            return
        if not running.take_turn():
            return
        try:
            self._take_up(running, raw)
        finally:
            running.end_turn()

    def _take_up(self, running: Running, raw: bytes) -> None:
        entry = Served(number=len(running.requests) + 1, request_bytes=len(raw))
        running.requests.append(entry)
        faults = running.faults.at(entry.number)
        began = monotonic()
        try:
            self._answer(running, raw, faults, entry)
        except HungUp:
            entry.note = entry.note or "client hung up"
            running.wait(faults.busy_after_disconnect_s)
        except Dialog as dialog:
            entry.kind, entry.note = entry.kind or "frozen", dialog.title
            running.open_dialog(dialog)
            running.frozen(faults)
        finally:
            entry.seconds = monotonic() - began
        if faults.crash:
            threading.Thread(target=running.stop, daemon=True).start()
            running.wait(60.0)

    def _answer(self, running: Running, raw: bytes, faults: Faults, entry: Served) -> None:
        if running.frozen(faults):
            return
        body = read_body(raw, self.headers.get("Content-Type") or "")
        text = body.text if body is not None else ""
        entry.request = text if running.keep_bodies else ""
        if running.watch is not None:
            running.watch(entry.number, text)
        if faults.reset or faults.empty_reply:
            self._drop(reset=faults.reset, entry=entry)
            return
        thinking = running.wait(faults.delay_s)
        charset = answer_charset(wide=body is not None and body.is_wide, faults=faults)
        with running.books.lock:
            reply = self._reply(running.application, body, faults)
            entry.kind, entry.name = reply.kind, reply.name
            if thinking:
                self._send(running, reply, charset, faults, entry)

    def _reply(self, application: Application, body: Body | None, faults: Faults) -> Reply:
        if body is None:
            return Reply(pieces=iter([UNKNOWN_REQUEST]), kind="unknown", name="UTF-16 without its charset")
        if JSON_TYPE in (self.headers.get("Content-Type") or "").casefold():
            return answer_json(application, self.headers, body.text, faults)
        return application.answer(body.text, faults)

    def _drop(self, *, reset: bool, entry: Served) -> None:
        entry.note = "reset" if reset else "closed without an answer"
        if reset:
            self.wfile.flush()
            _reset(self.connection)

    def _send(self, running: Running, reply: Reply, charset: Charset, faults: Faults, entry: Served) -> None:
        """Send the answer; the work goes on to its end though the client may be gone."""
        chunks = gather(spoil_text(_with_thinking(running, reply, faults), faults))
        sent = Sending(self, charset, faults, media="application/json" if reply.is_json else "text/xml")
        if faults.crash:
            self._crash(sent, next(chunks, ""), entry)
            return
        for chunk in chunks:
            sent.add(chunk)
        if reply.lost:
            _reset(self.connection)
            entry.note = "answer lost"
            return
        try:
            sent.finish()
        finally:
            entry.objects, entry.bytes = reply.tally.objects, sent.bytes
            entry.note = entry.note or ("truncated" if sent.is_cut or reply.tally.is_cut else "")

    def _crash(self, sent: Sending, chunk: str, entry: Served) -> None:
        """Half of the first chunk goes out, then the connection breaks."""
        sent.add(chunk[: len(chunk) // 2])
        sent.add("")
        entry.bytes, entry.note = sent.bytes, "crashed"
        _reset(self.connection)

    def _send_whole(self, text: str) -> None:
        raw = text.replace("\n", "\r\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def _with_thinking(running: Running, reply: Reply, faults: Faults) -> Iterator[str]:
    seen = 0
    for piece in reply.pieces:
        yield piece
        if faults.delay_per_object_s and reply.tally.objects > seen:
            running.wait(faults.delay_per_object_s * (reply.tally.objects - seen))
            seen = reply.tally.objects


@contextmanager
def serve(
    books: LiveBooks,
    faults: Faults | None = None,
    *,
    port: int = 0,
    keep_bodies: bool = False,
    watch: Watch | None = None,
) -> Iterator[Running]:
    """Run a fake Tally on loopback.

    Args:
        books: The companies loaded in it; they may be edited while it runs.
        faults: Its switches; healthy if left out.
        port: 0 lets the system choose.
        keep_bodies: Keep the text of requests in the log.
        watch: Called before every request; may edit the books or turn switches.
    """
    running = Running(
        books, faults if faults is not None else Faults(), Application(books), keep_bodies=keep_bodies, watch=watch
    )
    running.start(port)
    try:
        yield running
    finally:
        running.stop()
    if running.mistakes:
        raise running.mistakes[0]

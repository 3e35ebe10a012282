"""A server on loopback that plays a script: what to do with each request, in order.

It is no Tally: it understands nothing. It exists for what happens on the wire (silence, cuts, drips, wrong lengths),
which must be exact here and not simulated.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.endpoint import Endpoint

Act = Callable[[socket.socket, threading.Event], None]
OK_HEADER = b"<HEADER><VERSION>1</VERSION><STATUS>1</STATUS></HEADER>"


@dataclass
class Heard:
    """One request as it came: header lines and body."""

    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-16") if self.body.startswith(b"\xff\xfe") else self.body.decode()


@dataclass
class Script:
    """What the server does, and what it heard."""

    acts: list[Act]
    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def endpoint(self, **settings: float) -> Endpoint:
        patience = {
            "connect_timeout_s": 2.0,
            "answer_timeout_s": 0.4,
            "pause_s": 0.0,
            "drain_min_s": 0.4,
            "drain_max_s": 0.6,
            "lock_wait_s": 0.3,
        }
        return Endpoint(host="127.0.0.1", port=self.port, **{**patience, **settings})  # type: ignore[arg-type]

    def client(self, folder: Path, **settings: float) -> GatewayClient:
        return GatewayClient(self.endpoint(**settings), work_directory=folder, clock=monotonic, sleep=sleep)


def say(body: bytes | str, *, status: str = "200 OK", length: int | None = None, extra: bytes = b"") -> Act:
    """Answer with a body; ``length`` lies about its size."""
    data = body.encode("utf-16-le") if isinstance(body, str) else body

    def act(line: socket.socket, stop: threading.Event) -> None:
        size = len(data) if length is None else length
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {size}\r\n".encode()
        line.sendall(head + extra + b"\r\n" + data)

    return act


def say_nothing_for(seconds: float) -> Act:
    """Hold the line, then close it."""

    def act(line: socket.socket, stop: threading.Event) -> None:
        stop.wait(seconds)

    return act


def drip(body: bytes, every_s: float) -> Act:
    """A byte at a time: no single read ever expires."""

    def act(line: socket.socket, stop: threading.Event) -> None:
        line.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for byte in body:
            if stop.wait(every_s):
                return
            line.sendall(bytes([byte]))

    return act


def hang_up(line: socket.socket, stop: threading.Event) -> None:
    """Close without a word."""


def endless(line: socket.socket, stop: threading.Event) -> None:
    """An answer that never ends."""
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n<ENVELOPE>")
    while not stop.is_set():
        line.sendall(b"<LEDGER/>" * 10_000)


@dataclass
class Thinker:
    """Thinks, then answers; counts how many requests it thinks about at once."""

    seconds: float
    body: str
    in_hand: int = 0
    in_hand_max: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)

    def act(self, line: socket.socket, stop: threading.Event) -> None:
        with self.turn:
            self.in_hand += 1
            self.in_hand_max = max(self.in_hand_max, self.in_hand)
        stop.wait(self.seconds)
        with self.turn:
            self.in_hand -= 1
        say(self.body)(line, stop)


@contextmanager
def playing(*acts: Act) -> Iterator[Script]:
    """Serve the acts, one request at a time as Tally does; the last one repeats."""
    script, stop = Script(list(acts)), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        script.port = server.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(server, script, stop), daemon=True)
        thread.start()
        try:
            yield script
        finally:
            stop.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _serve(server: socket.socket, script: Script, stop: threading.Event) -> None:
    """Take whoever comes at once, so that clients that do not wait for each other are seen."""
    while not stop.is_set():
        try:
            line, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(line, script, stop), daemon=True).start()


def _answer(line: socket.socket, script: Script, stop: threading.Event) -> None:
    with line:
        try:
            heard = _read(line)
            with script.turn:
                script.heard.append(heard)
                act = script.acts.pop(0) if len(script.acts) > 1 else script.acts[0]
            act(line, stop)
        except (ConnectionError, ValueError):
            pass


def _read(line: socket.socket) -> Heard:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = line.recv(65536)
        if not chunk:
            raise ConnectionError
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    rows = [row.partition(":") for row in head.decode("latin-1").split("\r\n")[1:]]
    headers = {name.strip().lower(): value.strip() for name, _, value in rows}
    while len(body) < int(headers.get("content-length", "0")):
        body += line.recv(65536)
    return Heard(headers, body)


def companies(*names: str) -> str:
    """A company list as Tally answers it."""
    rows = "".join(
        f'<COMPANY NAME="{name}" RESERVEDNAME=""><NAME TYPE="String">{name}</NAME>'
        f'<GUID TYPE="String">0000000{index}-1111-2222-3333-444444444444</GUID>'
        f'<BOOKSFROM TYPE="Date">20240401</BOOKSFROM><ALTMSTID TYPE="Number"> 7</ALTMSTID></COMPANY>'
        for index, name in enumerate(names)
    )
    return (
        f"<ENVELOPE>{OK_HEADER.decode()}<BODY><DESC><CMPINFO><COMPANY>0</COMPANY><VOUCHER>0</VOUCHER></CMPINFO></DESC>"
        f"<DATA><COLLECTION>{rows}</COLLECTION></DATA></BODY></ENVELOPE>"
    )

"""The page on this computer a browser comes back to with a code: loopback only, for one attempt, then gone.

Where the port is registered with the product as part of the redirect address it cannot be a random one. Other programs
of this computer may call it too: what does not carry the attempt's state is refused and waited on past.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from canonical.errors import ConfigurationError, CredentialError
from khata.sign_in.authorising import parse_callback

LOOPBACK: Final = "127.0.0.1"
PATH: Final = "/callback"
SILENT_S: Final = 5.0
"""A caller that does not finish its request by then is dropped."""
PATIENCE_S: Final = 300.0
"""A person reads, signs in and agrees."""
_PAGE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Khata</title>"
    "<body style='font-family:sans-serif;margin:4em'><h1>{title}</h1><p>{sentence}</p>"
)
DONE: Final = _PAGE.format(title="Khata", sentence="Thank you. You can close this page and go back to the terminal.")
REFUSED: Final = _PAGE.format(title="Khata", sentence="This page belongs to an older attempt, or to none. Start again.")


@dataclass(slots=True)
class Waiting:
    """A page that waits for a browser.

    Attributes:
        port: it listens on.
    """

    port: int
    _came: threading.Event = field(default_factory=threading.Event)
    _found: dict[str, str] = field(default_factory=dict)

    @property
    def redirect_uri(self) -> str:
        """What is registered with the product and sent with the question."""
        return redirect_uri_of(self.port)

    def take(self, found: Mapping[str, str]) -> None:
        """Keep the first answer."""
        if not self._came.is_set():
            self._found = dict(found)
            self._came.set()

    def wait(self, seconds: float = PATIENCE_S) -> Mapping[str, str]:
        """Wait for the browser.

        Raises:
            CredentialError: nobody came.
        """
        if not self._came.wait(seconds):
            raise CredentialError(
                f"No browser came back within {seconds / 60:.0f} minutes. Try again, or with --no-browser.",
                code="oauth.nobody_came",
            )
        return self._found


def redirect_uri_of(port: int) -> str:
    """The address of the page; products take plain HTTP for ``localhost`` only."""
    return f"http://localhost:{port}{PATH}"


@contextmanager
def wait_for_browser(port: int, is_answer: Callable[[Mapping[str, str]], bool]) -> Iterator[Waiting]:
    """Listen while the block runs.

    Args:
        port: 0 takes a free one.
        is_answer: whether parameters answer this attempt; asked of every call.

    Raises:
        ConfigurationError: the port is taken.
    """
    waiting = Waiting(port)
    try:
        server = ThreadingHTTPServer((LOOPBACK, port), _handler_for(waiting, is_answer))
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} on this computer is taken by another program; give another one with --port (and register "
            f"{redirect_uri_of(port)} with its number), or use --no-browser.",
            code="oauth.port_taken",
            port=port,
        ) from error
    server.daemon_threads = True
    waiting.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield waiting
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler_for(waiting: Waiting, is_answer: Callable[[Mapping[str, str]], bool]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One call."""

        timeout = SILENT_S
        server_version = "Khata"
        sys_version = ""

        def do_GET(self) -> None:
            """Take a browser that comes back."""
            if urlsplit(self.path).path != PATH:
                self._answer(HTTPStatus.NOT_FOUND, REFUSED)
                return
            try:
                found = parse_callback(urlsplit(self.path).query)
            except CredentialError:
                found = {}
            if not is_answer(found):
                self._answer(HTTPStatus.BAD_REQUEST, REFUSED)
                return
            self._answer(HTTPStatus.OK, DONE)
            waiting.take(found)

        def _answer(self, status: HTTPStatus, page: str) -> None:
            body = page.encode()
            self.close_connection = True
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
            """Say nothing: the request line holds the code."""

    return Handler

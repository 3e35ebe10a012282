"""One HTTP exchange with Tally: the request goes out, the answer comes onto the disk, within one deadline.

``http.client`` of the standard library, on purpose: a time limit for the whole exchange (requests and urllib3 limit
each read, so an answer that drips never ends), exact headers, no proxies taken from the environment between us and a
program on the same computer, no retries, no decompression. ``Connection: close``, because a kept connection was seen
to keep Tally's only request slot.
"""

from __future__ import annotations

import codecs
import http.client
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from connectors.tally.gateway.endpoint import Charset, Endpoint
from connectors.tally.gateway.requests import Request

_CHUNK_BYTES = 2 * 1024 * 1024
"""At most, in one read. While another thread computes, each read waits for its turn: few and large ones cost less."""
_SHORTEST_WAIT_S = 0.001
_OK = 200


class Failure(StrEnum):
    """How an exchange ended, other than well."""

    NOT_CONNECTED = "not connected"
    EXPIRED = "expired"
    NO_REPLY = "no reply"
    CUT = "cut"
    TOO_LARGE = "too large"
    BAD_STATUS = "bad status"
    NOT_HTTP = "not http"
    NOT_TLS = "not tls"


class ExchangeFailed(Exception):
    """The exchange did not bring a whole answer; the client says what that means."""

    def __init__(self, failure: Failure, detail: str = "", received: int = 0, status: int = 0) -> None:
        super().__init__(failure)
        self.failure = failure
        self.detail = detail
        self.received = received
        self.status = status


@dataclass(frozen=True, slots=True)
class Received:
    """A whole answer: its size, and the time from the first byte out to the last byte in."""

    byte_count: int
    seconds: float


def exchange(
    endpoint: Endpoint,
    request: Request,
    out: IO[bytes],
    *,
    timeout_s: float,
    bytes_max: int,
    clock: Callable[[], float],
) -> Received:
    """Send a request and write the answer to ``out``.

    Args:
        endpoint: where.
        request: what.
        out: takes the body as it came.
        timeout_s: for everything after the connection stands.
        bytes_max: stop reading beyond.
        clock: seconds, monotonic.

    Raises:
        ExchangeFailed: anything but a whole answer with status 200.
    """
    connection = _connected(endpoint)
    began = clock()
    try:
        received = _Exchange(connection, out, began + timeout_s, bytes_max, clock).run(endpoint, request)
    finally:
        connection.close()
    return Received(received, clock() - began)


def _connected(endpoint: Endpoint) -> http.client.HTTPConnection:
    connection: http.client.HTTPConnection
    if endpoint.is_tls:
        connection = http.client.HTTPSConnection(
            endpoint.host, endpoint.port, timeout=endpoint.connect_timeout_s, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=endpoint.connect_timeout_s)
    try:
        connection.connect()
    except TimeoutError as error:
        raise ExchangeFailed(Failure.NOT_CONNECTED, "no answer to the connection, perhaps a firewall") from error
    except ssl.SSLCertVerificationError as error:
        raise ExchangeFailed(Failure.NOT_TLS, f"its certificate is not trusted: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise ExchangeFailed(Failure.NOT_TLS, "it does not speak TLS; Tally itself never does: http://") from error
    except OSError as error:
        raise ExchangeFailed(Failure.NOT_CONNECTED, error.strerror or str(error) or type(error).__name__) from error
    return connection


class _Exchange:
    """The part of an exchange after the connection stands; every wait is cut to what is left of the deadline."""

    def __init__(
        self,
        connection: http.client.HTTPConnection,
        out: IO[bytes],
        deadline: float,
        bytes_max: int,
        clock: Callable[[], float],
    ) -> None:
        self._connection = connection
        self._socket = connection.sock  # http.client forgets it once the answer says it will close
        self._out = out
        self._deadline = deadline
        self._bytes_max = bytes_max
        self._clock = clock
        self._received = 0

    def run(self, endpoint: Endpoint, request: Request) -> int:
        try:
            with self._response(endpoint, request) as response:
                if response.status != _OK:
                    raise ExchangeFailed(Failure.BAD_STATUS, status=response.status)
                self._body(response)
        except TimeoutError as error:
            raise ExchangeFailed(Failure.EXPIRED, received=self._received) from error
        except http.client.IncompleteRead as error:
            raise ExchangeFailed(Failure.CUT, received=self._received) from error
        except OSError as error:
            failure = Failure.CUT if self._received else Failure.NO_REPLY
            raise ExchangeFailed(failure, error.strerror or type(error).__name__, self._received) from error
        except http.client.HTTPException as error:
            raise ExchangeFailed(Failure.NOT_HTTP, type(error).__name__) from error
        return self._received

    def _response(self, endpoint: Endpoint, request: Request) -> http.client.HTTPResponse:
        self._set_timeout()
        self._connection.request(
            "POST", endpoint.path, encode_body(request, endpoint.charset), _headers(endpoint, request)
        )
        self._set_timeout()
        return self._connection.getresponse()

    def _body(self, response: http.client.HTTPResponse) -> None:
        announced = response.length
        while True:
            self._set_timeout()
            chunk = response.read1(_CHUNK_BYTES)
            if not chunk:
                break
            self._received += len(chunk)
            if self._received > self._bytes_max:
                raise ExchangeFailed(Failure.TOO_LARGE, received=self._received)
            self._out.write(chunk)
        if announced is not None and self._received < announced:
            raise ExchangeFailed(Failure.CUT, received=self._received)

    def _set_timeout(self) -> None:
        left = self._deadline - self._clock()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(max(left, _SHORTEST_WAIT_S))


def encode_body(request: Request, charset: Charset) -> bytes:
    """UTF-16LE with byte order mark, or UTF-8 (also for JSON)."""
    if charset is Charset.UTF8 or request.headers:
        return request.body.encode()
    return codecs.BOM_UTF16_LE + request.body.encode("utf-16-le")


def _headers(endpoint: Endpoint, request: Request) -> dict[str, str]:
    charset = "utf-16" if endpoint.charset is Charset.UTF16 else "utf-8"
    own = dict(request.headers) or {"Content-Type": f"text/xml;charset={charset}"}
    return {**own, "Connection": "close"}

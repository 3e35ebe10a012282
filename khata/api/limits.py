"""What every request passes before a route sees it: an id, a size limit, and how often one caller may ask.

Counters live in this process: with several API processes each allows the rate on its own.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from khata.api.errors import BodyTooLarge, TooManyRequests, error_response

REQUEST_ID_HEADER = b"x-request-id"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
WINDOW_S = 60.0
CALLERS_MAX = 10_000
"""Callers remembered at a time; the one seen longest ago is forgotten first, so memory stays bounded."""


class RequestIds:
    """Gives every request an id (the caller's own, if it is a plain word) and returns it in ``X-Request-ID``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the request and pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == REQUEST_ID_HEADER), b"")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex.encode()
        scope["khata.request_id"] = request_id.decode()

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (REQUEST_ID_HEADER, request_id)]
            await send(message)

        await self._app(scope, receive, send_named)


class BodyLimit:
    """Refuses a body that says it is too large, or turns out to be."""

    def __init__(self, app: ASGIApp, bytes_max: int) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while its body stays within the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared_length(scope) > self._bytes_max:
            await self._refuse(scope, receive, send)
            return
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._bytes_max:
                raise self._error()
            return message

        await self._app(scope, receive_counted, send)

    def _error(self) -> BodyTooLarge:
        return BodyTooLarge(f"The body is larger than {self._bytes_max} bytes.", code=BodyTooLarge.default_code)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = self._error()
        await error_response(Request(scope), 413, error.code, error.message)(scope, receive, send)


def _declared_length(scope: Scope) -> int:
    text = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(text) if text.isdigit() else 0


@dataclass(slots=True)
class RateLimit:
    """Counts requests per caller in fixed windows of a minute.

    Attributes:
        per_minute: how many; 0 means no limit.
        clock: seconds that only rise.
    """

    per_minute: int
    clock: Callable[[], float]
    _windows: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, caller: str) -> None:
        """Count a request.

        Raises:
            TooManyRequests: the caller's window is full; ``retry_after_s`` says when the next begins.
        """
        if not self.per_minute:
            return
        now = self.clock()
        with self._lock:
            start, count = self._windows.pop(caller, (now, 0))
            if now - start >= WINDOW_S:
                start, count = now, 0
            self._windows[caller] = (start, count + 1)
            while len(self._windows) > CALLERS_MAX:
                self._windows.popitem(last=False)
        if count >= self.per_minute:
            wait = max(1, int(WINDOW_S - (now - start)) + 1)
            raise TooManyRequests(f"More than {self.per_minute} requests in a minute.", retry_after_s=wait)

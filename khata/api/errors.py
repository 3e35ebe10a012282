"""Errors over HTTP: the one table from error class to status, and the border nothing passes unformatted.

Every answer that is not the data asked for has the same shape: ``error`` (dotted, stable), ``detail`` (one sentence),
``hint`` (what to do, may be empty) and the request's id. Nothing of the inside (paths, SQL, secrets) leaves here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from canonical.dates import PeriodError
from canonical.errors import (
    ConcurrentUpdate,
    ConfigurationError,
    CredentialError,
    InvariantError,
    KhataError,
    MigrationNeeded,
    NotFound,
    RateLimited,
    RuleError,
    SourceError,
    SourceUnavailable,
    StorageError,
)
from canonical.receivable import BucketError
from khata.reading.record_id import RecordIdInvalid
from khata.reading.request import RequestInvalid
from khata.sign_in.webhooks import DeliveryRefused
from storage import CursorInvalid

if TYPE_CHECKING:
    from fastapi import FastAPI

logger = logging.getLogger("khata.api")


class KeyRefused(CredentialError):
    """The request carries no key, or one that is nobody's or revoked."""

    default_code = "api.key_refused"


class TooManyRequests(RateLimited):
    """This key, or this address without a key, asked too often; ``retry_after_s`` says how long to wait."""

    default_code = "api.too_many_requests"


class BodyTooLarge(RequestInvalid):
    """The request's body is larger than anything this interface takes."""

    default_code = "api.body_too_large"


ERROR_STATUSES: tuple[tuple[type[KhataError], int], ...] = (
    (KeyRefused, 401),
    (DeliveryRefused, 403),
    (TooManyRequests, 429),
    (BodyTooLarge, 413),
    (RequestInvalid, 422),
    (RecordIdInvalid, 422),
    (CursorInvalid, 422),
    (BucketError, 422),
    (PeriodError, 422),
    (NotFound, 404),
    (RuleError, 409),
    (ConcurrentUpdate, 409),
    (RateLimited, 503),
    (SourceUnavailable, 503),
    (MigrationNeeded, 503),
    (CredentialError, 502),
    (SourceError, 502),
    (ConfigurationError, 500),
    (StorageError, 503),
    (InvariantError, 500),
)
"""First match wins; anything else is 500. The status of ours (4xx) and of the source (502, 503) never mix."""
HINTS: dict[type[KhataError], str] = {
    KeyRefused: "Send the key as 'X-API-Key: khata_...' or 'Authorization: Bearer khata_...'.",
    TooManyRequests: "Wait for the number of seconds in Retry-After.",
    DeliveryRefused: "Sign it with the secret that 'khata webhooks set' stored for this product.",
    NotFound: "List what there is with the endpoint one level up.",
    ConcurrentUpdate: "Read again and repeat.",
    MigrationNeeded: "The operator runs 'khata db migrate'.",
    SourceUnavailable: "Try again later.",
}
_INTERNAL = "Something went wrong on our side; report it with the request id."


def status_of(error: KhataError) -> int:
    """Return the HTTP status of an error, by its class."""
    return next((status for cls, status in ERROR_STATUSES if isinstance(error, cls)), 500)


def hint_of(error: KhataError) -> str:
    """Say what the caller can do, by the error's class."""
    return next((hint for cls, hint in HINTS.items() if isinstance(error, cls)), "")


def error_response(request: Request, status: int, code: str, detail: str, hint: str = "") -> Response:
    """Build the one shape of every failure."""
    envelope = {"error": code, "detail": detail, "hint": hint, "request_id": request_id_of(request)}
    return Response(msgspec.json.encode(envelope), status_code=status, media_type="application/json")


def request_id_of(request: Request) -> str:
    """The id this request is logged under."""
    return str(request.scope.get("khata.request_id", ""))


def install_error_handlers(app: FastAPI) -> None:
    """Register one handler per family of errors."""
    app.add_exception_handler(KhataError, _khata_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(Exception, _unexpected)


async def _khata_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, KhataError):  # starlette's signature is wider than what it calls us with
        raise error
    status = status_of(error)
    if status >= 500:  # noqa: PLR2004 - the server's own family
        logger.error("%s %s failed: %s %s", request.method, request.url.path, error.code, error.message)
        detail = error.message if status != 500 else _INTERNAL  # noqa: PLR2004 - same
        return error_response(request, status, error.code, detail, hint_of(error))
    response = error_response(request, status, error.code, error.message, hint_of(error))
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.facts.get("retry_after_s", 1))
    if isinstance(error, KeyRefused):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _http_error(request: Request, error: Exception) -> Response:
    """Unknown path or method: raised by the router before any of our code."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = {404: "There is no such endpoint.", 405: "This endpoint does not take this method."}.get(status)
    code = {404: "api.endpoint_unknown", 405: "api.method_not_allowed"}.get(status, "api.refused")
    response = error_response(request, status, code, detail or str(error), "See /docs for what there is.")
    for name, value in ((error.headers or {}) if isinstance(error, HTTPException) else {}).items():
        response.headers[name] = value
    return response


async def _invalid_request(request: Request, error: Exception) -> Response:
    problems: list[Any] = list(error.errors()) if isinstance(error, RequestValidationError) else []
    first = problems[0] if problems else {"loc": ("request",), "msg": "is invalid"}
    name = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    detail = f"{name}: {first['msg']}."
    return error_response(request, 422, RequestInvalid.default_code, detail, "See /docs for what it takes.")


async def _unexpected(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw; the traceback goes to the log only."""
    logger.error("unexpected error, request %s", request_id_of(request), exc_info=error)
    return error_response(request, 500, "api.unexpected", _INTERNAL)


class UnexpectedErrors:
    """The outermost border: starlette raises an unexpected error again after it was answered, and here it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer if it broke before anything was sent."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http":
                raise
            if not started:
                await (await _unexpected(Request(scope), error))(scope, receive, send)

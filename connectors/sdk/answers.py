"""What an answer over HTTP means before the product's own words are read: status codes, ``Retry-After``, cut bodies."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import requests

from canonical.errors import (
    CredentialError,
    KhataError,
    RateLimited,
    SourceMalformed,
    SourceRejected,
    SourceUnavailable,
)
from connectors.sdk.outgoing import Call

OK_UNDER: Final = 300
BAD_FROM: Final = 400
UNAUTHORISED: Final = 401
TOO_MANY: Final = 429
BROKEN_FROM: Final = 500

AnyRequest = Call | requests.PreparedRequest


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Read ``Retry-After``: seconds, or a date (RFC 9110); None if it is absent or nonsense."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def by_status(answer: requests.Response) -> KhataError | None:
    """What a status code below 500 says, where the product's own words say nothing; None for success."""
    status = answer.status_code
    if status < OK_UNDER:
        return None
    host = host_of(answer.request)
    if status == UNAUTHORISED:
        return not_signed_in(answer)
    if status == TOO_MANY:
        return RateLimited(f"{host} asks us to wait: too many requests.", host=host)
    if status < BAD_FROM:
        return SourceRejected(f"{host} sends us elsewhere ({status}); a sign-in is not taken along.", host=host)
    return SourceRejected(f"{host} refused the request ({status}).", host=host, status=status)


def not_signed_in(answer: requests.Response) -> CredentialError:
    """The source does not take the access token."""
    host = host_of(answer.request)
    return CredentialError(f"{host} does not accept the sign-in. Connect again.", code="source.sign_in", host=host)


def broken(answer: requests.Response, now: datetime) -> SourceUnavailable:
    """The source failed (5xx), with the pause it asks for, if it does."""
    host, pause = host_of(answer.request), retry_after_s(answer.headers.get("Retry-After"), now)
    status = answer.status_code
    if pause is None:
        return SourceUnavailable(f"{host} failed ({status}).", host=host, status=status)
    return SourceUnavailable(f"{host} failed ({status}).", host=host, status=status, retry_after_s=pause)


def cut(request: AnyRequest) -> SourceMalformed:
    """The answer ended too early."""
    host = host_of(request)
    return SourceMalformed(f"An answer of {host} is cut, or is not JSON.", code="source.answer_cut", host=host)


def host_of(request: AnyRequest) -> str:
    """Host and port, without a user: all of an address that errors tell."""
    return urlsplit(str(request.url)).netloc.rpartition("@")[2]

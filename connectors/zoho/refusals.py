"""What Zoho's answers mean: success is a status below 300 and code 0; everything else has a code of Zoho's.

There is no public table of codes; the ones read here were seen or documented. 401 with code 57 means an expired token
or a missing scope alike: the client renews once, and what is refused then is a matter of scopes.
"""

from __future__ import annotations

from typing import Any

import msgspec
import requests

from canonical.errors import CredentialError, KhataError, RateLimited, SourceRejected, SourceUnavailable

UNAUTHORISED, NOT_FOUND_STATUS, TOO_MANY = 401, 404, 429
NOT_AUTHORISED = frozenset({14, 57})
PER_MINUTE, PER_DAY, CONCURRENT = 44, 45, 1070
INTERNAL = 1000
MISSING = frozenset({1002})
NOT_FOUND = "zoho.not_found"
RESET = "X-Rate-Limit-Reset"
"""Seconds until the day's counter begins anew; seen by others, not documented."""
MINUTE_S, BUSY_S, DAY_S = 60, 5, 3600
OK_UNDER = 300
SUCCESS = b'{"code":0,'
"""How every recorded success begins; what begins otherwise is read."""


def judge(answer: requests.Response) -> KhataError | None:
    """Say what an answer of the API means; None for success, and where the status says enough."""
    is_ok = answer.status_code < OK_UNDER
    told = _SUCCEEDED if is_ok and answer.content.startswith(SUCCESS) else _body(answer)
    code, message = told.code, str(told.message or "")[:200]
    if is_ok and code in (0, None):
        return None
    number = int(code) if isinstance(code, int) else -1
    if answer.status_code == TOO_MANY or number in (PER_MINUTE, PER_DAY, CONCURRENT):
        return _too_many(answer, number)
    if answer.status_code == UNAUTHORISED or number in NOT_AUTHORISED:
        return CredentialError(
            "Zoho Books does not allow this: the sign-in has ended, or it lacks the scope or role. Connect again and "
            "agree to every permission.",
            code="zoho.not_authorised",
            zoho_code=number,
        )
    if number in MISSING or answer.status_code == NOT_FOUND_STATUS:
        return SourceRejected("Zoho Books has no such record (any more).", code=NOT_FOUND, zoho_code=number)
    if number == INTERNAL or answer.status_code >= 500:  # noqa: PLR2004 - of HTTP
        return SourceUnavailable(f"Zoho Books failed inside ({number}). Try again later.", zoho_code=number)
    return SourceRejected(f"Zoho Books refused the request: {message or answer.status_code}.", zoho_code=number)


def _too_many(answer: requests.Response, number: int) -> RateLimited:
    if number == PER_DAY:
        left = answer.headers.get(RESET, "")
        return RateLimited(
            "Zoho Books' calls of the day are used up; the sync goes on where it stopped tomorrow.",
            code="source.quota_used",
            retry_after_s=int(left) if left.isdecimal() else DAY_S,
        )
    wait = BUSY_S if number == CONCURRENT else MINUTE_S
    return RateLimited("Zoho Books asks us to slow down.", code="zoho.too_many", zoho_code=number, retry_after_s=wait)


class _Said(msgspec.Struct):
    """What is read of a body; the rest, most of an answer, is passed over."""

    code: Any = None
    message: Any = ""


_SUCCEEDED = _Said(code=0)
_decode = msgspec.json.Decoder(_Said).decode


def _body(answer: requests.Response) -> _Said:
    try:
        return _decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Said()

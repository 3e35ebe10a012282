"""What Zoho's answers mean: success is a status below 300 and code 0; everything else has a code of Zoho's.

There is no public table of codes; the ones read here were seen or documented. 401 with code 57 means an expired token,
a missing scope or a role without the right alike: the client renews once, and what is refused then is a matter of
scopes or of the role, so the words here are about those.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import requests

from canonical.errors import CredentialError, KhataError, RateLimited, SourceRejected, SourceUnavailable
from connectors.zoho.scopes import needed_by, sign_in_again

UNAUTHORISED, NOT_FOUND_STATUS, TOO_MANY = 401, 404, 429
NOT_AUTHORISED = frozenset({14, 57})
PER_MINUTE, PER_DAY, CONCURRENT = 44, 45, 1070
INTERNAL = 1000
MISSING = frozenset({1002})
INVALID_ADDRESS = 5
"""The address itself is wrong, which says nothing of a record."""
NOT_FOUND = "zoho.not_found"
SCOPE_REFUSED = "zoho.not_authorised"
"""The sign-in is good and this part is not open to it."""
RESET = "X-Rate-Limit-Reset"
"""Seconds until the day's counter begins anew; seen by others, not documented."""
MINUTE_S, BUSY_S, DAY_S = 60, 5, 3600
OK_UNDER = 300
SUCCESS = b'{"code":0,'
"""How every recorded success begins; what begins otherwise is read."""

Again = Callable[[tuple[str, ...]], str]
"""Makes the command with which a person grants scopes."""


def usual_again(missing: tuple[str, ...]) -> str:
    """The command for a connection whose name is not known here."""
    return sign_in_again({}, "", missing)


def judge(answer: requests.Response, again: Again = usual_again) -> KhataError | None:
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
        return _not_authorised(answer, number, again)
    if _is_missing(answer, number):
        return SourceRejected("Zoho Books has no such record (any more).", code=NOT_FOUND, zoho_code=number)
    if number == INTERNAL or answer.status_code >= 500:  # noqa: PLR2004 - of HTTP
        return SourceUnavailable(f"Zoho Books failed inside ({number}). Try again later.", zoho_code=number)
    return SourceRejected(f"Zoho Books refused the request: {message or answer.status_code}.", zoho_code=number)


def _is_missing(answer: requests.Response, number: int) -> bool:
    """Zoho's own word that there is no such record; a 404 of a proxy, or of a wrong address, is not that."""
    return number in MISSING or (answer.status_code == NOT_FOUND_STATUS and number > 0 and number != INVALID_ADDRESS)


def _not_authorised(answer: requests.Response, number: int, again: Again) -> CredentialError:
    what, scope = needed_by(answer.request)
    if not scope:
        return CredentialError(
            "Zoho Books does not allow this: the sign-in has ended, or it lacks the scope or role. Sign in again and "
            f"agree to every permission: {again(())}",
            code=SCOPE_REFUSED,
            zoho_code=number,
        )
    return CredentialError(
        f"Zoho Books does not open {what} to this sign-in: it lacks the scope {scope}, or the role of whoever agreed "
        f"does not see them. Sign in again and agree to every permission: {again((scope,))}",
        code=SCOPE_REFUSED,
        zoho_code=number,
        module=what,
        scope=scope,
    )


def _too_many(answer: requests.Response, number: int) -> RateLimited:
    if number == PER_DAY:
        left = answer.headers.get(RESET, "")
        when = f"in {_span(int(left))}" if left.isdecimal() else "tomorrow; Zoho does not say when its day begins"
        return RateLimited(
            f"Zoho Books' calls of the day are used up (code 45); the sync goes on where it stopped {when}.",
            code="source.quota_used",
            zoho_code=number,
            retry_after_s=int(left) if left.isdecimal() else DAY_S,
        )
    wait = BUSY_S if number == CONCURRENT else MINUTE_S
    why = {CONCURRENT: " at once (code 1070)", PER_MINUTE: " in a minute (code 44)"}.get(number, "")
    return RateLimited(
        f"Zoho Books asks us to slow down: too many calls{why}. Khata waits and goes on; other programs that use the "
        "same organisation count too.",
        code="zoho.too_many",
        zoho_code=number,
        retry_after_s=wait,
    )


def _span(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004 - of an hour


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

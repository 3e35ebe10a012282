"""What QuickBooks says went wrong, in our words.

Business faults come with status 400 and a ``Fault`` in the body, those of the gateway (401, 403) with the same words in
lower case, and a fault can hide in an answer with status 200. Codes are sometimes filled up with zeros. Messages of
QuickBooks may name people; what is passed on is the code and its general sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

import msgspec
import requests

from canonical.errors import (
    ConcurrentUpdate,
    CredentialError,
    KhataError,
    RateLimited,
    SourceRejected,
    SourceUnavailable,
)

NOT_FOUND: Final = "quickbooks.object_not_found"
PERMISSION: Final = "quickbooks.permission"
NOT_IN_PLAN: Final = "quickbooks.not_in_plan"
SCOPE: Final = "com.intuit.quickbooks.accounting"
"""The one scope of everything that is read and written here."""
WAIT_S: Final = 60.0
"""Limits count by the minute, and no header says how long to wait."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        code: QuickBooks', without leading zeros.
        kind: of fault.
        message: its general sentence.
        detail: its words about this request; they may name people, so they are for whoever gave the command alone.
    """

    code: str
    kind: str
    message: str
    detail: str = ""


def judge(answer: requests.Response, connection: str = "") -> KhataError | None:
    """Read an answer: the error it is, or None.

    Args:
        answer: of the API.
        connection: its name, for what a person should do; empty from the shell.
    """
    if answer.status_code < BAD and answer.content.startswith(TOO_LARGE):
        return SourceRejected("The report is too large for QuickBooks to give.", code="quickbooks.report.too_large")
    if answer.status_code < BAD and b"ault" not in answer.content[:SNIFF]:
        return None
    fault = find_fault(answer)
    return error_of(fault, answer.status_code, asked_of(answer.request), connection) if fault else None


BAD: Final = 400
FORBIDDEN: Final = 403
TOO_LARGE: Final = b"Unable to display more data"
"""A text in place of the report, with status 200 (seen by other programs). Asked again it comes again."""
SNIFF: Final = 2000
THROTTLED: Final = 429


def asked_of(request: requests.PreparedRequest | None) -> str:
    """What a call asked for, as QuickBooks calls it: an entity, a report; empty if that cannot be told."""
    address = urlsplit(str(request.url)) if request is not None else None
    if address is None:
        return ""
    named = re.search(r"\bfrom\s+(\w+)", unquote_plus(address.query), re.IGNORECASE)
    if named:
        return named[1]
    found = re.search(r"/company/\w+/(reports/\w+|\w+)", address.path)
    return {"cdc": "what changed", "companyinfo": "CompanyInfo"}.get(found[1], found[1]) if found else ""


def sign_in_again(connection: str) -> str:
    """The command with which a person signs in again."""
    return f"khata connect quickbooks --name {connection or 'NAME'}"


def find_fault(answer: requests.Response) -> Fault | None:
    """The first fault in a body."""
    try:
        body = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        return None
    return fault_in(body)


def fault_in(body: Any) -> Fault | None:
    """The first fault in a decoded body, in either spelling."""
    if not isinstance(body, dict):
        return None
    found = body.get("Fault") or body.get("fault")
    if not isinstance(found, dict):
        return None
    errors = found.get("Error") or found.get("error") or [{}]
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = str(first.get("code") or "").lstrip("0")
    message = str(first.get("Message") or first.get("message") or "")
    detail = str(first.get("Detail") or first.get("detail") or "")
    return Fault(code, str(found.get("type") or ""), message, detail)


def error_of(fault: Fault, status: int, asked: str = "", connection: str = "") -> KhataError:
    """Our error for a fault.

    Args:
        fault: as read.
        status: of HTTP.
        asked: what for; see ``asked_of``.
        connection: see ``judge``.
    """
    made = _MADE.get(fault.code)
    if made is not None:
        kind, code, message = made
        told = message.format(what=asked or "this", again=sign_in_again(connection))
        about = {"module": asked} if asked and code in (PERMISSION, NOT_IN_PLAN) else {}
        return kind(told, code=code, fault=fault.code, **about)
    if fault.code == "3001" or status == THROTTLED:
        return _throttled(fault)
    if fault.kind.upper() in ("SYSTEMFAULT", "SERVICE") or fault.code == "10000":
        return SourceUnavailable(
            "QuickBooks failed by itself; it is asked again.", code="quickbooks.failed", fault=fault.code
        )
    if fault.kind.upper().startswith("AUTHENTICATION"):
        told = _MADE["3200"][2].format(what="", again=sign_in_again(connection))
        return CredentialError(told, code="quickbooks.sign_in", fault=fault.code)
    if status == FORBIDDEN or fault.kind.upper().startswith("AUTHORIZATION"):
        told = _MADE["5020"][2].format(what=asked or "this", again=sign_in_again(connection))
        return SourceRejected(told, code=PERMISSION, fault=fault.code, module=asked)
    return SourceRejected(
        f"QuickBooks refused the request (code {fault.code or 'none'}).", code="quickbooks.refused", fault=fault.code
    )


def _throttled(fault: Fault) -> RateLimited:
    return RateLimited(
        "QuickBooks takes no more requests for this company at present (003001): too many in a minute, or the reads of "
        "the application's month are used up. Khata waits a minute and goes on.",
        code="quickbooks.throttled",
        fault=fault.code,
        retry_after_s=WAIT_S,
    )


_MADE: Final[dict[str, tuple[type[KhataError], str, str]]] = {
    "3200": (
        CredentialError,
        "quickbooks.sign_in",
        "QuickBooks does not take the sign-in, also after it was renewed. Sign in again: {again}",
    ),
    "120": (
        CredentialError,
        "quickbooks.access_lost",
        "Whoever connected has no access to this QuickBooks company any more. Sign in again as one who has: {again}",
    ),
    "3100": (
        CredentialError,
        "quickbooks.realm_refused",
        (
            "The application may not read this QuickBooks company (code 3100). Keys of development work with sandbox "
            "companies only, and those of production with real ones: check the setting 'environment'. Or the sign-in "
            f"is for another company, or lacks the scope {SCOPE}: {{again}}"
        ),
    ),
    "610": (
        SourceRejected,
        NOT_FOUND,
        "QuickBooks does not have the object any more, or it was made inactive.",
    ),
    "5010": (
        ConcurrentUpdate,
        "quickbooks.stale_object",
        "Somebody else changed the object in QuickBooks first: read it again.",
    ),
    "5020": (
        SourceRejected,
        PERMISSION,
        (
            "The sign-in is good, but whoever connected may not do this in QuickBooks: {what}. The scope "
            f"{SCOPE} opens only what the user may see. Sign in again as an administrator of the company: {{again}}"
        ),
    ),
    "5030": (SourceRejected, NOT_IN_PLAN, "The company's QuickBooks plan does not have this: {what} (code 5030)."),
    "6140": (
        SourceRejected,
        "quickbooks.number_taken",
        "Another document in QuickBooks has the number (Duplicate Document Number).",
    ),
    "6210": (
        SourceRejected,
        "quickbooks.period_closed",
        "QuickBooks' books are closed for that date (Account Period Closed).",
    ),
    "6240": (
        SourceRejected,
        "quickbooks.name_taken",
        "Another customer, vendor, employee or list member in QuickBooks has the name (Duplicate Name Exists).",
    ),
    "6540": (
        SourceRejected,
        "quickbooks.deposited",
        "The payment is part of a deposit and cannot be changed (Deposited Transaction cannot be changed).",
    ),
    "6190": (
        SourceRejected,
        "quickbooks.subscription_ended",
        "The QuickBooks subscription of this company has ended; its owner has to renew it.",
    ),
    "4000": (SourceRejected, "quickbooks.query_refused", "QuickBooks could not read a query."),
    "4001": (SourceRejected, "quickbooks.query_refused", "QuickBooks refused a query."),
    "500": (SourceRejected, "quickbooks.unsupported", "QuickBooks does not support this operation."),
}

"""Refusals in the API's envelope: ``{"code": …, "message": …}`` with the HTTP status that goes with it.

What is recorded or documented: 44, 45, 57, 1000, 1002, 1070, 3062. What only clients and their tests tell (5, 37, and
which status 1002 comes with) is marked by ``options`` or the README as unverified.
"""

from __future__ import annotations

from canonical.errors import RuleError
from sandbox.web.message import Response, json_response
from sandbox.zoho.books.errors import BooksRefused

UNAUTHORISED = "You are not authorized to perform this operation"
PER_MINUTE = (
    "For security reasons your account has been blocked as you have exceeded the maximum number of requests per minute "
    "that can originate from one account."
)
PER_DAY = "The API call for this organization has exceeded the maximum call rate limit of {}."
CONCURRENT = "You have reached the maximum number of in process requests allowed. Kindly try again after some time."


class Refused(RuleError):
    """The API refuses; it carries the body."""

    default_code = "sandbox.zoho.api_refused"

    def __init__(self, message: str, *, zoho_code: int, status: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message, zoho_code=zoho_code, status=status)
        self.zoho_code = zoho_code
        self.status = status
        self.headers = headers


def unauthorised(message: str = UNAUTHORISED) -> Refused:
    """Refuse for want of a valid token, or of a scope: the same code and status stand for both."""
    return Refused(message, zoho_code=57, status=401)


def unknown_path() -> Refused:
    """Refuse a path nobody knows (code unverified)."""
    return Refused("Invalid URL Passed", zoho_code=5, status=404)


def unknown_method() -> Refused:
    """Refuse a method the path has not (code unverified)."""
    return Refused("Method not allowed", zoho_code=37, status=405)


def internal_error(status: int = 500) -> Refused:
    """Refuse as broken inside."""
    return Refused("Internal error", zoho_code=1000, status=status)


def over_limit(zoho_code: int, quota: int = 1000, headers: tuple[tuple[str, str], ...] = ()) -> Refused:
    """Refuse for a limit: 44 for the minute, 45 for the day, 1070 for too many at once."""
    messages = {44: PER_MINUTE, 45: PER_DAY.format(quota), 1070: CONCURRENT}
    return Refused(messages[zoho_code], zoho_code=zoho_code, status=429, headers=headers)


def body_of(refusal: Refused | BooksRefused) -> Response:
    """Write a refusal."""
    headers = refusal.headers if isinstance(refusal, Refused) else ()
    body = {"code": refusal.zoho_code, "message": str(refusal.message)}
    return json_response(body, refusal.status, headers, note=f"code {refusal.zoho_code}")

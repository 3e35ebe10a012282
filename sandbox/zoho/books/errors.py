"""What the books refuse, with the code and HTTP status the API answers.

Codes and statuses that no recorded reply shows are marked unverified where they are raised.
"""

from __future__ import annotations

from canonical.errors import RuleError

INVALID_VALUE = 2
NAME_TAKEN = 3062
MISSING = 1002
NOT_ALLOWED = 9
"""Unverified: one of the codes seen for assorted refusals of commands."""


class BooksRefused(RuleError):
    """Zoho Books would refuse this command.

    Attributes:
        zoho_code: ``code`` in the body.
        status: HTTP status.
    """

    default_code = "sandbox.zoho.refused"

    def __init__(self, message: str, *, zoho_code: int = NOT_ALLOWED, status: int = 400) -> None:
        super().__init__(message, zoho_code=zoho_code, status=status)
        self.zoho_code = zoho_code
        self.status = status


class Missing(BooksRefused):
    """There is no such record; deleted ones are gone without a trace."""

    def __init__(self, noun: str) -> None:
        super().__init__(f"{noun} does not exist.", zoho_code=MISSING, status=404)

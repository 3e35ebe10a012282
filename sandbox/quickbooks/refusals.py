"""What QuickBooks says when it refuses: fault codes, their status, and the two spellings of the body.

Codes, types and statuses are documented; messages are the recorded ones where a recording exists, and otherwise only
the documented title of the code with our own words behind it (clients must go by ``code``).
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Self

from sandbox.quickbooks.times import render_answer_time
from sandbox.web import Response, json_response

VALIDATION = "ValidationFault"
REFERENCE_GONE = (
    "Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors "
    "or employees."
)
STALE = (
    "You and another user were working on this at the same time. The other user finished before you did, so your work "
    "was not saved."
)


class Refusal(Exception):
    """A fault: raised anywhere below the API, answered by it.

    Attributes:
        code: as documented, text.
        status: of HTTP.
        kind: the fault's ``type``.
        element: the property it is about.
    """

    def __init__(
        self,
        code: str,
        message: str,
        detail: str = "",
        *,
        status: int = HTTPStatus.BAD_REQUEST,
        kind: str = VALIDATION,
        element: str = "",
    ) -> None:
        super().__init__(f"{code} {message}: {detail}")
        self.code = code
        self.message = message
        self.detail = detail
        self.status = int(status)
        self.kind = kind
        self.element = element

    @classmethod
    def not_found(cls, detail: str = REFERENCE_GONE) -> Self:
        """610: the object, or one it refers to, is deleted or inactive."""
        return cls("610", "Object Not Found", f"Object Not Found : {detail}")

    @classmethod
    def unsupported(cls, what: str) -> Self:
        """500: the operation does not exist for the entity."""
        return cls("500", "Unsupported Operation", f"Operation {what} is not supported.")

    @classmethod
    def unknown_property(cls, name: str) -> Self:
        """2010: the request has a property the entity does not have."""
        return cls("2010", "Request has invalid or unsupported property", f"Property Name:{name}", element=name)

    @classmethod
    def missing(cls, name: str) -> Self:
        """2020: a required property is missing."""
        message = "Required param missing, need to supply the required value for the API"
        return cls("2020", message, f"Required parameter {name} is missing in the request", element=name)

    @classmethod
    def too_long(cls, name: str, limit: int) -> Self:
        """2050: a text is longer than allowed."""
        message = "String length is either shorter or longer than supported by specification"
        return cls("2050", message, f"{name}: at most {limit} characters", element=name)

    @classmethod
    def illegal_number(cls, text: str) -> Self:
        """2080: not a number."""
        return cls("2080", "Invalid Number", f"Invalid Number : {text[:20]}")

    @classmethod
    def invalid_enumeration(cls, name: str, value: object) -> Self:
        """2170: not one of the values of an enumeration."""
        return cls("2170", "Invalid Enumeration", f"Invalid Enumeration : {str(value)[:40]}", element=name)

    @classmethod
    def invalid_reference(cls, what: str, key: str) -> Self:
        """2500: a reference to something that never was."""
        return cls("2500", "Invalid Reference Id", f"Invalid Reference Id : {what} element id {key} not found")

    @classmethod
    def unparsed(cls, detail: str) -> Self:
        """4000: a query that cannot be parsed."""
        return cls("4000", "Error parsing query", f"QueryParserError: {detail}")

    @classmethod
    def invalid_query(cls, detail: str) -> Self:
        """4001: a query that parses and asks for what cannot be."""
        return cls("4001", "Invalid query", f"QueryValidationError: {detail}")

    @classmethod
    def not_permitted(cls, entity: str) -> Self:
        """5020: the user who consented may not see it; the words around the code are ours."""
        detail = f"You don't have permission to access {entity}."
        return cls("5020", "Permission Denied", detail, status=HTTPStatus.FORBIDDEN)

    @classmethod
    def not_in_plan(cls, entity: str) -> Self:
        """5030: the company's plan does not have it; the words around the code are ours."""
        return cls("5030", "Feature Not Supported", f"{entity} is not part of this plan.", status=HTTPStatus.FORBIDDEN)

    @classmethod
    def stale(cls) -> Self:
        """5010: the SyncToken is not the current one."""
        return cls("5010", "Stale Object Error", f"Stale Object Error : {STALE}")

    @classmethod
    def business_rule(cls, detail: str) -> Self:
        """6000: a rule of bookkeeping."""
        message = "A business validation error has occurred while processing your request"
        return cls("6000", message, f"Business Validation Error: {detail}")

    @classmethod
    def wrong_amount(cls) -> Self:
        """6070: a line's amount is not quantity times price."""
        return cls("6070", "Amount calculation incorrect", "Amount is not equal to UnitPrice * Qty.")

    @classmethod
    def duplicate_number(cls, number: str) -> Self:
        """6140: another document has the number."""
        detail = f"Duplicate Document Number Error : This number has already been used. DocNumber={number}"
        return cls("6140", "Duplicate Document Number Error", detail)

    @classmethod
    def subscription_ended(cls) -> Self:
        """6190: the company's subscription is over."""
        return cls("6190", "Invalid Company Status", "Subscription has ended or canceled.")

    @classmethod
    def period_closed(cls) -> Self:
        """6210: the books are closed for that day."""
        return cls("6210", "Account Period Closed", "The account period has closed.")

    @classmethod
    def duplicate_name(cls) -> Self:
        """6240: another name of the same list has it."""
        detail = (
            "The name supplied already exists. : Another customer, vendor or employee is already using this name. "
            "Please use a different name."
        )
        return cls("6240", "Duplicate Name Exists Error", detail)

    @classmethod
    def deposited(cls) -> Self:
        """6540: the payment is in a deposit."""
        return cls("6540", "Deposited Transaction cannot be changed", "Remove it from the deposit first.")

    @classmethod
    def throttled(cls) -> Self:
        """3001: over a limit."""
        message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
        detail = "The request limit was reached.  Try again later"
        return cls("3001", message, detail, status=HTTPStatus.TOO_MANY_REQUESTS, kind="SERVICE")

    @classmethod
    def system_failure(cls, status: int = HTTPStatus.INTERNAL_SERVER_ERROR) -> Self:
        """10000: something broke over there."""
        detail = "An unexpected system error occurred."
        return cls("10000", "An application error has occurred", detail, status=status, kind="SystemFault")

    def error(self) -> dict[str, str]:
        """Return the member of ``Fault.Error``."""
        return {"Message": self.message, "Detail": self.detail, "code": self.code, "element": self.element}

    def fault(self) -> dict[str, Any]:
        """Return the ``Fault``."""
        return {"Error": [self.error()], "type": self.kind}

    def response(self, now: datetime) -> Response:
        """Answer it."""
        body = {"Fault": self.fault(), "time": render_answer_time(now)}
        return json_response(body, self.status, note=f"fault {self.code}")


class GatewayRefusal(Exception):
    """A fault of the gateway before the API: its keys are lower case.

    Attributes:
        code: as documented, without leading zeros.
    """

    def __init__(self, status: int, code: str, word: str, kind: str, detail: str = "") -> None:
        super().__init__(f"{code} {word}")
        self.status = int(status)
        self.code = code
        self.word = word
        self.kind = kind
        self.detail = detail

    @classmethod
    def token_refused(cls, why: str = "Token expired: ...") -> Self:
        """3200: no token, a token that expired, or one that is no token."""
        return cls(HTTPStatus.UNAUTHORIZED, "3200", "AuthenticationFailed", "AUTHENTICATION", why)

    @classmethod
    def access_lost(cls) -> Self:
        """120: the user who consented has no access to the company any more."""
        detail = "AuthorizationFailure: -11014"
        return cls(HTTPStatus.UNAUTHORIZED, "120", "AuthorizationFailed", "AUTHORIZATION", detail)

    @classmethod
    def wrong_realm(cls) -> Self:
        """3100: the token is for another company, or for the other environment."""
        return cls(HTTPStatus.FORBIDDEN, "3100", "ApplicationAuthorizationFailed", "AUTHORIZATION")

    def response(self, now: datetime) -> Response:  # noqa: ARG002 - as its sibling; this body has no time
        """Answer it."""
        message = f"message={self.word}; errorCode={int(self.code):06d}; statusCode={self.status}"
        error = {"message": message, "detail": self.detail, "code": self.code}
        body = {"fault": {"error": [error], "type": self.kind}}
        return json_response(body, self.status, note=f"fault {self.code}")

"""Reads the bodies of write requests: JSON, or a form whose ``JSONString`` holds it.

Members that are not sent are left alone, so that a PUT changes only what it names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.web.message import Request
from sandbox.zoho.app.listing import invalid, parse_day
from sandbox.zoho.books.errors import INVALID_VALUE, BooksRefused

Body = dict[str, Any]


def read_body(request: Request) -> Body:
    """Return the members of a body; an empty body has none.

    Raises:
        BooksRefused: it is no JSON object.
    """
    text = request.form().get("JSONString", "") or request.body.decode("utf-8", "replace")
    if not text.strip():
        return {}
    try:
        read = json.loads(text)
    except ValueError as error:
        raise BooksRefused("JSON is not well formed", zoho_code=INVALID_VALUE) from error
    if not isinstance(read, dict):
        raise BooksRefused("JSON is not well formed", zoho_code=INVALID_VALUE)
    return read


def amount(name: str, value: Any) -> int:
    """Read an amount into hundredths, half up.

    Raises:
        BooksRefused: it is none.
    """
    return _scaled(name, value, 100)


def quantity(name: str, value: Any) -> int:
    """Read a quantity into thousandths."""
    return _scaled(name, value, 1000)


def _scaled(name: str, value: Any, scale: int) -> int:
    try:
        read = Decimal(str(value)) * scale
    except InvalidOperation as error:
        raise invalid(name) from error
    return int(read.quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def rate(name: str, value: Any) -> Decimal:
    """Read an exchange rate.

    Raises:
        BooksRefused: it is no positive number.
    """
    try:
        read = Decimal(str(value))
    except InvalidOperation as error:
        raise invalid(name) from error
    if read <= 0:
        raise invalid(name)
    return read


def day(name: str, value: Any) -> date:
    """Read a day."""
    return parse_day(name, str(value))


def text(name: str, value: Any) -> str:  # noqa: ARG001 - one of the readers
    """Read a text; null is empty."""
    return "" if value is None else str(value)


Read = Callable[[str, Any], Any]
Field = tuple[str, Read]
"""Attribute of the record, and how its member is read."""


def take(body: Body, fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the record's values for the members that were sent."""
    taken = {attribute: read(name, body[name]) for name, (attribute, read) in fields.items() if name in body}
    return {**taken, **_custom(body)}


def _custom(body: Body) -> dict[str, Any]:
    rows = body.get("custom_fields")
    if not isinstance(rows, list):
        return {}
    found = {}
    for row in rows:
        name = row.get("api_name") or f"cf_{str(row.get('label', '')).lower().replace(' ', '_')}"
        found[name] = text(name, row.get("value"))
    return {"custom": found}


def required(body: Body, name: str) -> Any:
    """Return a member that must be there.

    Raises:
        BooksRefused: it is not.
    """
    value = body.get(name)
    if value in {None, ""}:
        raise invalid(name)
    return value


def rows(body: Body, name: str) -> list[Body]:
    """Return a member that is a list of objects, empty if it was not sent.

    Raises:
        BooksRefused: it is something else.
    """
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise invalid(name)
    return value

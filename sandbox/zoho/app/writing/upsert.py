"""Create or update by a unique custom field: the one safe way to repeat a write.

``X-Unique-Identifier-Key`` names the custom field, ``X-Unique-Identifier-Value`` its value; with ``X-Upsert: true`` a
record that is not found is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sandbox.web.message import Request
from sandbox.zoho.app.listing import invalid
from sandbox.zoho.books.errors import Missing
from sandbox.zoho.books.ledger_records import Record

KEY, VALUE, UPSERT = "X-Unique-Identifier-Key", "X-Unique-Identifier-Value", "X-Upsert"

R = TypeVar("R", bound=Record)


def find_unique(request: Request, records: Iterable[R], noun: str) -> R | None:
    """Return the record a request means, None if it is to be made.

    Raises:
        BooksRefused: the headers are missing.
        Missing: there is none, and none is to be made.
    """
    key, value = request.header(KEY), request.header(VALUE)
    if not key or not value:
        raise invalid(KEY)
    found = next((one for one in records if one.custom.get(key) == value), None)
    if found is None and request.header(UPSERT).casefold() != "true":
        raise Missing(noun)
    return found


def unique_value(request: Request) -> dict[str, str]:
    """Return the custom field that a record made by an upsert bears."""
    return {request.header(KEY): request.header(VALUE)}

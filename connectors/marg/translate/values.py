"""Reads values of Marg's rows: exact amounts, days in their several spellings, codes with stray blanks and case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from canonical.errors import KhataError
from canonical.ledger import name_key
from canonical.money import ZERO, AmountError, parse_amount

Json = Mapping[str, Any]
NO_DAY = "1900-01-01"
"""How Marg says that there is no day."""
_DAY_FORMS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y")


class UnreadableValue(KhataError):
    """A value the books stand on is missing or cannot be read; the record is rejected. ``remedy`` is for people."""

    default_code = "marg.record.unreadable"

    def __init__(self, field: str, text: str, reason: str, *, remedy: str = "") -> None:
        super().__init__(f"{field} {reason}")
        self.field, self.text, self.remedy = field, text, remedy


def text_of(row: Json, name: str) -> str:
    """A text, trimmed; empty if absent."""
    value = row.get(name)
    return "" if value is None else str(value).strip()


def key_of(code: str) -> str:
    """A code as masters are found by: Marg pads codes with blanks and writes them in either case."""
    return name_key(code)


def amount_of(row: Json, name: str) -> Decimal:
    """An amount, zero if absent.

    Raises:
        UnreadableValue: it is no number.
    """
    return parse_number(text_of(row, name), name)


def parse_number(text: str, field: str) -> Decimal:
    """A number; zero for nothing.

    Raises:
        UnreadableValue: it is no number.
    """
    if not text:
        return ZERO
    try:
        return parse_amount(text)
    except AmountError as error:
        raise UnreadableValue(field, text, f"cannot be read: {error.message}") from error


def find_day(row: Json, name: str) -> date | None:
    """A day; None if there is none or it cannot be read."""
    text = text_of(row, name)[:10]
    if not text or text == NO_DAY:
        return None
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a business date has no zone
        except ValueError:
            continue
    return None


def day_of(row: Json, name: str) -> date:
    """A day that must be there.

    Raises:
        UnreadableValue: it is not, or is no date.
    """
    found = find_day(row, name)
    if found is None:
        text = text_of(row, name)
        raise UnreadableValue(name, text, "is no date." if text else "is missing.")
    return found


def rows_of(content: Json, name: str) -> list[Json]:
    """A list of rows; empty if absent."""
    value = content.get(name)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def row_of(content: Json, name: str) -> Json:
    """One row; empty if absent."""
    value = content.get(name)
    return value if isinstance(value, Mapping) else {}

"""Values as people and BUSY write them: days, numbers with grouping, numbers typed as text."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

_DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2}|[A-Za-z]{3})[A-Za-z]*[-/. ](\d{4}|\d{2})(?:[ T].*)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?")
_MONTHS = {name: place for place, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_SIDES = {"dr": 1, "cr": -1}
_GROUPED = re.compile(r"[-+]?(\d{1,3}(,\d{2,3})+|\d+)(\.\d*)?|[-+]?\.\d+")
_CENTURY = 2000
NO_DAY = date(1899, 12, 30)
"""What BUSY's databases hold where there is no day."""


def find_day(value: Any) -> date | None:
    """Read a day: ISO, or day before month as in India; None if it is none.

    >>> find_day("7/4/25"), find_day("07-Apr-2025"), find_day("2025-04-07"), find_day("31-02-2025")
    (datetime.date(2025, 4, 7), datetime.date(2025, 4, 7), datetime.date(2025, 4, 7), None)
    """
    if isinstance(value, date):
        return value
    return _parse_day(value.strip()) if isinstance(value, str) else None


@lru_cache(maxsize=1 << 12)
def _parse_day(text: str) -> date | None:
    if found := _ISO.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _DAY.fullmatch(text):
        month = int(found[2]) if found[2].isdecimal() else _MONTHS.get(found[2].casefold(), 0)
        year, day = int(found[3]), int(found[1])
        year += _CENTURY if year < 100 else 0  # noqa: PLR2004 - two digits
    else:
        return None
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return None if made == NO_DAY else made


def find_number(value: Any) -> Decimal | None:
    """Read a number: one, or text with Indian or other grouping, a minus, brackets or Dr/Cr; None if it is none.

    >>> find_number("1,23,456.50 Cr"), find_number("(12.5)"), find_number(0.1), find_number("0012"), find_number("n/a")
    (Decimal('-123456.50'), Decimal('-12.5'), Decimal('0.1'), Decimal('12'), None)
    """
    match value:
        case bool() | None:
            return None
        case Decimal():
            return value if value.is_finite() else None
        case int():
            return Decimal(value)
        case float():
            found = Decimal(repr(value))
            return found if found.is_finite() else None
        case str():
            return _parse_number(value)
        case _:
            return None


def _parse_number(text: str) -> Decimal | None:
    text, sign = text.strip(), 1
    if text[-2:].casefold() in _SIDES:
        sign, text = _SIDES[text[-2:].casefold()], text[:-2].strip()
    if text.startswith("(") and text.endswith(")"):
        sign, text = -sign, text[1:-1].strip()
    text = text.removesuffix("%").removeprefix("₹").removeprefix("Rs.").strip()
    if not _GROUPED.fullmatch(text):
        return _parse_noise(text, sign)
    return Decimal(text.replace(",", "")) * sign


def _parse_noise(text: str, sign: int) -> Decimal | None:
    """Doubles that BUSY writes with an exponent."""
    if "e" not in text.casefold() or "_" in text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found * sign if found.is_finite() else None

"""What people type into cells, as amounts and days: grouped in lakhs, with Dr and Cr, dates day first.

Nothing is guessed that can mean two things: ``03-04-2025`` is 3 April, as dates are written in India, unless the
mapping says that the month comes first.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from canonical.money import AmountError, parse_amount, round_amount

_CURRENCY = re.compile(r"^(?:₹|rs\.?|inr)\s*|\s*/-$", re.IGNORECASE)
_SIDE = re.compile(r"\s*(dr|cr|debit|credit)\.?$", re.IGNORECASE)
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{2,3})*(?:\.\d*)?|-?\d*\.\d+|-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_NOTHING = frozenset({"-", "–", "—", "nil"})
_NUMERIC_DATE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_NAMED_DATE = re.compile(r"(\d{1,2})[-/. ]([A-Za-z]{3,9})\.?[-/., ]+(\d{2,4})")
_SERIAL = re.compile(r"\d{5}(?:\.0+)?")
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_SERIAL_START = date(1899, 12, 30)
"""Day 0 of spreadsheet programs, which take 1900 for a leap year."""
_SERIALS = range(25_569, 73_051)
"""1970 to 2099: other numbers of five digits are numbers."""
_CENTURY, _PIVOT = 100, 70


def find_amount(text: str) -> Decimal | None:
    """Read an amount; None if it is none. ``Cr`` and brackets make it negative, ``Dr`` positive.

    >>> find_amount("₹ 1,23,456.50"), find_amount("(1,200.00)"), find_amount("500 Cr"), find_amount("abc")
    (Decimal('123456.50'), Decimal('-1200.00'), Decimal('-500'), None)
    """
    rest = text.strip()
    if rest.casefold() in _NOTHING:
        return Decimal(0)
    side = _SIDE.search(rest)
    rest = _CURRENCY.sub("", _CURRENCY.sub("", rest[: side.start()] if side else rest)).strip()
    is_bracketed = rest.startswith("(") and rest.endswith(")")
    rest = rest[1:-1].strip() if is_bracketed else rest
    if not _GROUPED.fullmatch(rest):
        return None
    try:
        amount = round_amount(parse_amount(rest.replace(",", "")))
    except AmountError:
        return None
    is_negative = is_bracketed or (side is not None and side.group(1).lower().startswith("cr"))
    return -amount if is_negative else amount


def find_day(text: str, *, is_month_first: bool = False) -> date | None:
    """Read a day as it is typed in India, or a spreadsheet's number of one; None if it is none.

    >>> find_day("3/4/25"), find_day("2025-04-03"), find_day("3-Apr-2025"), find_day("45750")
    (datetime.date(2025, 4, 3), datetime.date(2025, 4, 3), datetime.date(2025, 4, 3), datetime.date(2025, 4, 3))
    """
    rest = text.strip()
    if _SERIAL.fullmatch(rest):
        number = int(rest.partition(".")[0])
        return _SERIAL_START + timedelta(days=number) if number in _SERIALS else None
    if found := _NUMERIC_DATE.fullmatch(rest):
        first, second, third = (int(part) for part in found.groups())
        if len(found.group(1)) == 4:  # noqa: PLR2004 - digits of a year
            return _day(first, second, third)
        day, month = (second, first) if is_month_first else (first, second)
        return _day(_year(third), month, day)
    if found := _NAMED_DATE.fullmatch(rest):
        month = _MONTHS.get(found.group(2)[:3].lower(), 0)
        return _day(_year(int(found.group(3))), month, int(found.group(1)))
    return None


def _year(number: int) -> int:
    if number >= _CENTURY:
        return number
    return number + (2000 if number < _PIVOT else 1900)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

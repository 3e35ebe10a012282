"""HSN and SAC: the codes of goods and services on tax documents. Text, never a number: 0101 is horses, 101 is nothing.

Goods have 2 (chapter), 4 (heading), 6 or 8 digits; services are the codes that begin with 99. Whether a code exists is
the master list's business (22,000 codes that change with every budget); here only the shape is known. Some codes of
the master itself have 5 or 7 digits because a spreadsheet ate the leading zero, so those lengths pass, and
``restore_leading_zero`` mends them against a master.

>>> validate("0101.21.00")
'01012100'
>>> info("998314").is_service
True
>>> restore_leading_zero("101", known={"0101"})
'0101'
>>> digits_min(Decimal(60_000_000), date(2025, 4, 1))
6
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.identifiers.errors import IdentifierError, InvalidComponent, InvalidFormat, InvalidLength
from canonical.identifiers.text import is_ascii_digits, without

LENGTHS = frozenset({2, 4, 5, 6, 7, 8})
SERVICES_CHAPTER = "99"

DIGITS_MIN: tuple[tuple[date, Decimal | None, int], ...] = (
    (date(2017, 7, 1), Decimal(15_000_000), 0),
    (date(2017, 7, 1), Decimal(50_000_000), 2),
    (date(2017, 7, 1), None, 4),
    (date(2021, 4, 1), Decimal(50_000_000), 4),
    (date(2021, 4, 1), None, 6),
)
"""(in force from, turnover of the previous year up to in rupees or no limit, digits).

Notifications 12/2017 and 78/2020 Central Tax. To consumers up to five crore the code is optional altogether.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HsnInfo:
    """What a code says: its chapter, its heading (empty for a bare chapter) and whether it is a service (SAC)."""

    number: str
    chapter: str
    heading: str
    is_service: bool


def compact(number: str) -> str:
    """Return the digits as text without blanks and separators; leading zeroes stay."""
    return without(number, "-./_,")


def validate(number: str) -> str:
    """Return the code as text.

    Raises:
        InvalidFormat: something else than digits.
        InvalidLength: 1, 3 or more than 8 digits.
        InvalidComponent: chapter 00, which does not exist.
    """
    value = compact(number)
    if not is_ascii_digits(value):
        raise InvalidFormat("An HSN or SAC code is digits only.")
    if len(value) not in LENGTHS:
        raise InvalidLength(f"An HSN or SAC code has 2, 4, 6 or 8 digits; this has {len(value)}.")
    if value.startswith("00"):
        raise InvalidComponent("HSN chapters run from 01.")
    return value


def is_valid(number: str) -> bool:
    """Say whether the text has the shape of an HSN or SAC code."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> HsnInfo:
    """Take a code apart.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number)
    return HsnInfo(
        number=value,
        chapter=value[:2],
        heading=value[:4] if len(value) > len(SERVICES_CHAPTER) else "",
        is_service=value.startswith(SERVICES_CHAPTER),
    )


def is_service(number: str) -> bool:
    """Say whether the code is a service's (SAC); False also for what is no code."""
    return is_valid(number) and compact(number).startswith(SERVICES_CHAPTER)


def restore_leading_zero(number: str, known: Container[str]) -> str:
    """Return the code with the zero a spreadsheet ate, only if its length is odd and the longer code is known."""
    value = compact(number)
    padded = f"0{value}"
    return padded if len(value) % 2 and is_ascii_digits(value) and padded in known else value


def digits_min(turnover: Decimal, day: date) -> int:
    """Return how many digits a supplier must give on a tax invoice.

    Args:
        turnover: aggregate turnover of the previous financial year, rupees.
        day: date of the document.

    Returns:
        The number of digits; 0 before GST and where the code is optional.
    """
    in_force = max((row[0] for row in DIGITS_MIN if row[0] <= day), default=None)
    rows = [row for row in DIGITS_MIN if row[0] == in_force]
    return next((digits for _, limit, digits in rows if limit is None or turnover <= limit), 0)

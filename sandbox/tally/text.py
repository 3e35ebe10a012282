"""Values as Tally writes them in files: amounts, quantities, dates, escaped text."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from canonical.dates import CreditPeriod
from sandbox.world.goods import DOZEN_BOX
from sandbox.world.masters import ItemMaster, Terms
from sandbox.world.paise import half_up, render_paise

DAY_ZERO = date(1899, 12, 31)
NOT_APPLICABLE = "&#4; Not Applicable"
APPLICABLE = "&#4; Applicable"
FIELD_SEPARATOR = "\x05"
"""Raw U+0005, illegal in XML, between the parts of compound keys."""

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\r": "&#13;", "\n": "&#10;"}
_TABLE = str.maketrans(_ESCAPES)


@lru_cache(maxsize=8192)
def escape(text: str) -> str:
    """Escape a text for an element or attribute; line breaks become character references."""
    return text.translate(_TABLE)


def amount(paise: int) -> str:
    """Write a debit-positive amount with Tally's sign: debits are negative."""
    return render_paise(-paise)


@lru_cache(maxsize=1024)
def ymd(day: date) -> str:
    """Write a date as YYYYMMDD."""
    return f"{day:%Y%m%d}"


@lru_cache(maxsize=1024)
def day_serial(day: date) -> int:
    """Count days since 1899-12-31, as Tally's keys and JD attributes do."""
    return (day - DAY_ZERO).days


def words_of(terms: Terms) -> str:
    """Write credit terms: ``30 Days``, ``2 Weeks``, ``1 Months`` or ``31-Mar-26``."""
    match terms:
        case CreditPeriod():
            return f"{terms.number} {terms.unit.value.title()}"
        case _:
            return f"{terms.day}-{_MONTHS[terms.month - 1]}-{terms:%y}"


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def quantity(item: ItemMaster, thousandths: int) -> str:
    """Write a quantity: leading blank, unit, a second unit after an equals sign, compound units in their parts."""
    if item.unit is DOZEN_BOX:
        boxes, loose = divmod(thousandths // 1000, DOZEN_BOX.conversion)
        return f" {boxes} Box {loose} Nos"
    text = f" {_number(thousandths, item.unit.decimals)} {item.unit.symbol}"
    if not item.alternate_unit:
        return text
    alternate = half_up(thousandths, item.conversion * 10)
    return f"{text} = {alternate // 100}.{alternate % 100:02d} {item.alternate_unit}"


def _number(thousandths: int, decimals: int) -> str:
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}"[: len(str(whole)) + 1 + decimals] if decimals else str(whole)


def rate(item: ItemMaster, paise: int) -> str:
    """Write a price per unit."""
    unit = "Nos" if item.unit is DOZEN_BOX else item.unit.symbol
    return f"{render_paise(paise)}/{unit}"


@lru_cache(maxsize=256)
def percent(hundredths: int) -> str:
    """Write a percentage with its leading blank: `` 9``, `` 2.50``."""
    whole, rest = divmod(hundredths, 100)
    return f" {whole}.{rest:02d}" if rest else f" {whole}"


def yes(value: object) -> str:
    """Write a logical value."""
    return "Yes" if value else "No"

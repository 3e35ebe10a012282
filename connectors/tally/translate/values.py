"""Tally's value formats: amounts, quantities, rates, dates, credit periods, system values, lists.

Numbers come with leading blanks; empty means "not said", never zero; reserved values carry the marker U+0004 (kept as
U+E004 by the sanitiser), so ``SYS:Not Applicable`` and a godown a user called "Not Applicable" stay apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from canonical.dates import CreditPeriod, CreditUnit
from canonical.errors import RuleError
from canonical.item import Quantity
from canonical.money import AMOUNT_MAX_SQLITE, QUANTUM, Side, round_amount
from canonical.record import JsonValue
from canonical.voucher import ForeignAmount
from connectors.tally.tree import Node, text_of

SYSTEM_MARK = "\ue004"
"""What the sanitiser makes of U+0004, Tally's prefix of reserved values."""
DAY_ZERO = date(1899, 12, 31)
"""Day serials (``JD``) count from here: 45747 is 2025-04-01, checked on captures."""
IST = timezone(timedelta(hours=5, minutes=30), "Asia/Kolkata")
"""Tally writes the PC's local time; India has one zone and no summer time."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CENTURY_PIVOT = 70


class ValueUnreadable(RuleError):
    """A field does not hold what its kind promises."""

    default_code = "tally.value.unreadable"


def get_text(node: Node, tag: str) -> str:
    """Return the trimmed text of a child, without the system mark; a reserved "nothing" is empty."""
    value = node.get(tag)
    if value is None:
        return ""
    text = value.strip() if type(value) is str else text_of(value)
    return _unmark(text) if text and text[0] == SYSTEM_MARK else text


def _unmark(text: str) -> str:
    word = text[1:].strip()
    return "" if word in {"Not Applicable", "Primary", "Unknown", ""} else word


def is_system(value: JsonValue) -> bool:
    """Say whether the value is one of Tally's reserved values."""
    return text_of(value).startswith(SYSTEM_MARK)


def is_yes(node: Node, tag: str) -> bool:
    """Read a logical; TDL exports write 1 for Yes."""
    return get_text(node, tag) in {"Yes", "1", "true"}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in Tally's sign (negative is debit), with the foreign amount it was written with.

    Attributes:
        net: base currency, at most four decimals.
        foreign: if the text was ``$100 @ 83/$ = 8300``.
        rounded: the text had more decimals than we hold.
    """

    net: Decimal
    foreign: ForeignAmount | None = None
    rounded: bool = False

    @property
    def side(self) -> Side:
        """Debit for negative and zero."""
        return Side.CREDIT if self.net > 0 else Side.DEBIT

    @property
    def magnitude(self) -> Decimal:
        """Without the sign."""
        return abs(self.net)


@lru_cache(maxsize=4096)
def parse_amount(text: str) -> Amount | None:
    """Read an amount; None where Tally wrote nothing.

    Raises:
        ValueUnreadable: neither a number nor a foreign-currency expression.
    """
    text = text.strip()
    if not text:
        return None
    try:
        return _amount(Decimal(text), None)
    except InvalidOperation:
        return _foreign(text)


def _amount(net: Decimal, foreign: ForeignAmount | None) -> Amount:
    if not net.is_finite() or abs(net) > AMOUNT_MAX_SQLITE:
        raise ValueUnreadable(f"The amount {net} is outside what can be held.")
    exponent = net.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:  # noqa: PLR2004 - four decimals are held
        rounded = round_amount(net)
        return Amount(rounded, foreign, rounded=rounded != net)
    return Amount(net, foreign)


_NUMBER = re.compile(r"-?\(?-?\)?\s*[^\d.\-]*\s*(-?[\d,]*\.?\d+)")
_SYMBOL = re.compile(r"[^\d\s.,()\-]+")


def _foreign(text: str) -> Amount:
    """``-$20 @ ? 75/$ = -? 1500.00``: base after the last ``=``, rate after ``@``, foreign amount first."""
    head, found, base = text.rpartition("=")
    if not found:
        return _amount(_signed_number(text), None)
    given, _, rate = head.partition("@")
    base_net, foreign_net = _signed_number(base), _signed_number(given)
    if foreign_net < 0 < base_net:
        base_net = -base_net
    symbol = _SYMBOL.search(given)
    currency = symbol.group() if symbol else ""
    return _amount(
        base_net,
        ForeignAmount(
            currency=currency, amount=abs(foreign_net), rate=abs(_signed_number(rate.rpartition("/")[0] or rate))
        ),
    )


def _signed_number(text: str) -> Decimal:
    match = _NUMBER.search(text)
    if not match:
        raise ValueUnreadable(f"{text.strip()[:60]!r} is not an amount.")
    number = Decimal(match.group(1).replace(",", ""))
    return -abs(number) if text[: match.end()].count("-") else number


_QUANTITY = re.compile(r"\s*(\(-\))?\s*(-?[\d,]*\.?\d+)\s*([^=]*)")
_COMPOUND = re.compile(r"(.*?\D)\s+(-?[\d,]*\.?\d+)\s*(.*)")


@lru_cache(maxsize=4096)
def parse_quantity(text: str) -> Quantity | None:
    """Read `` 12 Nos``, ``(-)5 Nos``, ``5 Nos = 60 Kgs``, `` 94 kg 752 gm.`` (the tail is kept as the alternate).

    Raises:
        ValueUnreadable: there is no number.
    """
    if not text.strip():
        return None
    first, _, second = text.partition("=")
    number, unit = _number_and_unit(first)
    if second.strip():
        alternate, alternate_unit = _number_and_unit(second)
        return Quantity(number, unit, alternate, alternate_unit)
    compound = _COMPOUND.fullmatch(unit)
    if compound and not compound.group(1).rstrip()[-1:].isdigit():
        tail = Decimal(compound.group(2).replace(",", ""))
        return Quantity(number, compound.group(1).strip(), tail, compound.group(3).strip())
    return Quantity(number, unit)


def _number_and_unit(text: str) -> tuple[Decimal, str]:
    match = _QUANTITY.fullmatch(text)
    if not match:
        raise ValueUnreadable(f"{text.strip()[:40]!r} is not a quantity; expected a number and a unit.")
    number = Decimal(match.group(2).replace(",", ""))
    return (-number if match.group(1) else number), match.group(3).strip()


@lru_cache(maxsize=4096)
def parse_rate(text: str) -> tuple[Decimal, str] | None:
    """Read ``57.00/Pair`` into (57.00, "Pair"); the unit may hold anything but a slash.

    Raises:
        ValueUnreadable: there is no number.
    """
    if not text.strip():
        return None
    number, found, unit = text.rpartition("/")
    return _signed_number(number if found else text), unit.strip() if found else ""


@lru_cache(maxsize=8192)
def parse_date(text: str) -> date | None:
    """Read ``20250401``, ``1-Apr-25``, ``1-Apr-2025`` or an ISO date; None where empty.

    Raises:
        ValueUnreadable: none of these.
    """
    text = text.strip()
    if not text:
        return None
    try:
        if len(text) == 8 and text.isdecimal():  # noqa: PLR2004 - YYYYMMDD
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        parts = text.split("-")
        if len(parts) == 3 and parts[1][:3].lower() in _MONTHS:  # noqa: PLR2004 - day, month, year
            return date(_year(parts[2]), _MONTHS.index(parts[1][:3].lower()) + 1, int(parts[0]))
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise ValueUnreadable(f"{text[:30]!r} is not a date; Tally writes YYYYMMDD.") from error


def _year(text: str) -> int:
    year = int(text)
    if year >= 100:  # noqa: PLR2004 - written in full
        return year
    return year + (1900 if year >= _CENTURY_PIVOT else 2000)


def parse_serial(text: str) -> date | None:
    """Read a day serial (``JD``); zero and empty mean none."""
    return DAY_ZERO + timedelta(days=int(text)) if text.isdecimal() and int(text) > 0 else None


def parse_moment(text: str) -> datetime | None:
    """Read ``YYYYMMDDHHMMSSmmm`` (local time) as UTC; all zeroes mean never."""
    if len(text) < 14 or not text.isdecimal() or not text.strip("0"):  # noqa: PLR2004 - up to seconds
        return None
    try:
        local = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=IST)
    except ValueError:
        return None
    return (local + timedelta(milliseconds=int(text[14:17] or 0))).astimezone(UTC)


_PERIOD = re.compile(r"\s*(\d{1,5})\s*(day|week|month|year)?s?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """What BILLCREDITPERIOD says: a period, or a date.

    Attributes:
        base: the day the period counts from, if the export says (``JD``).
    """

    period: CreditPeriod | None = None
    due: date | None = None
    base: date | None = None

    def due_date(self, bill_date: date) -> date | None:
        """The day the bill falls due; None if nothing was said."""
        return self.due or (self.period.due_date(self.base or bill_date) if self.period else None)


_NO_TERMS = CreditTerms()


def parse_credit(value: JsonValue) -> CreditTerms:
    """Read ``30 Days``, ``2 Weeks``, ``1 Months``, or a date such as ``31-Mar-24``.

    Raises:
        ValueUnreadable: none of these.
    """
    if value is None:
        return _NO_TERMS
    text = text_of(value)
    attributes = value if isinstance(value, dict) else {}
    if not text:
        text = str(attributes.get("@P") or "").strip()
    return _credit(text, str(attributes.get("@JD") or "")) if text else _NO_TERMS


@lru_cache(maxsize=1024)
def _credit(text: str, serial: str) -> CreditTerms:
    base = parse_serial(serial)
    match = _PERIOD.fullmatch(text)
    if not match:
        return CreditTerms(due=parse_date(text), base=base)
    number, unit = int(match.group(1)), (match.group(2) or "day").lower()
    if unit == "year":
        return CreditTerms(CreditPeriod(number * 12, CreditUnit.MONTHS), base=base)
    return CreditTerms(CreditPeriod(number, CreditUnit(f"{unit}s")), base=base)


def parse_number(text: str) -> Decimal | None:
    """Read a plain number such as `` 18``; None where empty or not a number."""
    text = text.strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def debit_positive(text: str) -> Decimal | None:
    """Read a balance in our sign: Tally writes debit as negative."""
    amount = parse_amount(text)
    return None if amount is None else -amount.net + 0


__all__ = ["QUANTUM", "Amount", "CreditTerms", "ValueUnreadable", "debit_positive", "get_text", "is_system", "is_yes"]

"""Tally's value formats: text on the wire to exact values.

Every amount, quantity, rate, date and credit period of an export passes here. The forms were collected from captures
of TallyPrime 3 to 7 and from the vendor's documentation; ``tests/connectors/tally_translate/test_values.py`` lists
them with literals. Parsers are pure and cached by text, because one voucher repeats the same amount in its posting,
item line, batch and accounting allocation.

Where next: ``lexicon.py`` for enumerated words, ``node.py`` for reading tags out of an element tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from canonical.dates import CreditPeriod, CreditUnit
from canonical.errors import RuleError
from canonical.item import Quantity
from canonical.money import AMOUNT_MAX_SQLITE, QUANTUM, Side
from canonical.voucher import ForeignAmount
from connectors.tally.translate.lexicon import CURRENCY_CODES

CACHE_SIZE = 1 << 14
"""Distinct texts remembered per parser: a few megabytes at most."""
DECIMALS_MAX = 4
SERIAL_ORIGIN = date(1899, 12, 31)
"""Day 0 of Tally's JD day serial (45747 is 1 April 2025)."""
INDIA = timezone(timedelta(hours=5, minutes=30))
"""Tally writes local time of the shop's computer and does not say the zone."""
RUPEE_SIGNS = frozenset({"", "?", "₹", "rs", "rs.", "inr", "re", "re."})
"""Spellings of the base currency. Tally stores a rupee sign typed at installation as ``?``."""
CENTURY_PIVOT = 50
"""Two-digit years up to this one are 20xx when the start of the books is not known."""


class UnreadableValue(RuleError):
    """A text is not a value of the kind its tag promises.

    Args:
        kind: ``amount``, ``date``, ``quantity`` ...
        text: what stands there (shortened in messages).
        field: the tag, filled in by the reader that knows it.
    """

    default_code = "tally.value.unreadable"

    def __init__(self, kind: str, text: str = "", field: str = "") -> None:
        super().__init__(f"{text[:40]!r} is not {_ARTICLES.get(kind, kind)}.", kind=kind, text=text[:40], field=field)
        self.kind = kind
        self.text = text
        self.field = field

    def at(self, field: str) -> UnreadableValue:
        """Return the same finding with the field it was found in."""
        return UnreadableValue(self.kind, self.text, field)


_ARTICLES = {
    "amount": "an amount",
    "date": "a date",
    "quantity": "a quantity",
    "rate": "a rate",
    "number": "a number",
    "period": "a credit period",
}


class Amount(NamedTuple):
    """A parsed amount: side by its sign (negative is debit), magnitude in rupees, and what was lost or extra."""

    side: Side
    magnitude: Decimal
    foreign: ForeignAmount | None = None
    is_rounded: bool = False

    @property
    def net(self) -> Decimal:
        """Debit-positive rupees."""
        return self.magnitude if self.side is Side.DEBIT else -self.magnitude


@lru_cache(maxsize=CACHE_SIZE)
def parse_amount(text: str) -> Amount | None:
    """Read an AMOUNT: negative is debit, positive is credit; empty is None, which is not zero.

    >>> parse_amount("-1234.50")
    Amount(side=<Side.DEBIT: 'D'>, magnitude=Decimal('1234.50'), foreign=None, is_rounded=False)

    Raises:
        UnreadableValue: not an amount, or too large to be stored exactly.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        stripped = text.strip()
        return _written_amount(stripped) if stripped else None
    return _amount(value, text)


def _amount(value: Decimal, text: str, foreign: ForeignAmount | None = None) -> Amount:
    if not value.is_finite() or abs(value) > AMOUNT_MAX_SQLITE:
        raise UnreadableValue("amount", text)
    exponent = value.as_tuple().exponent
    is_rounded = False
    if isinstance(exponent, int) and exponent < -DECIMALS_MAX:
        exact = value
        value = value.quantize(QUANTUM, rounding=ROUND_HALF_EVEN)
        is_rounded = value != exact
    side = Side.CREDIT if value > 0 else Side.DEBIT
    return Amount(side, abs(value), foreign, is_rounded)


_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")


def _written_amount(text: str) -> Amount:
    """Amounts as reports and foreign-currency lines write them: symbols, grouping, Dr and Cr, ``x @ y = z``."""
    left, equals, base_text = text.rpartition("=")
    base, base_symbol = _signed_number(base_text, text)
    if not equals:
        if base_symbol.casefold() not in RUPEE_SIGNS:
            raise UnreadableValue("amount", text)
        return _amount(base, text)
    foreign_text, _, rate_text = left.partition("@")
    foreign, symbol = _signed_number(foreign_text, text)
    rate = _signed_number(rate_text.rpartition("/")[0] or rate_text, text)[0] if rate_text.strip() else None
    # the minus stands before the foreign amount, the base amount or both
    net = -abs(base) if base < 0 or foreign < 0 else base
    return _amount(net, text, ForeignAmount(currency=_currency(symbol), amount=abs(foreign), rate=rate))


def _currency(symbol: str) -> str:
    """ISO code where the symbol tells; ``?`` stays, because any sign the code page lacks becomes one."""
    code = CURRENCY_CODES.get(symbol.casefold(), "INR")
    return symbol if code == "INR" else code


def _signed_number(part: str, whole: str) -> tuple[Decimal, str]:
    """Return the number (negative for debit) and the symbol beside it."""
    match = _NUMBER.search(part)
    if match is None:
        raise UnreadableValue("amount", whole)
    before, after = part[: match.start()], part[match.end() :]
    number = Decimal(match.group().replace(",", ""))
    side_word = after.strip().casefold()
    if side_word in ("dr", "cr"):
        number, after = (-number if side_word == "dr" else number), ""
    if before.count("-") > 1:
        raise UnreadableValue("amount", whole)
    if "-" in before:
        number, before = -number, before.replace("(-)", "").replace("-", "")
    return number, f"{before.strip()}{after.strip()}"


@lru_cache(maxsize=CACHE_SIZE)
def parse_number(text: str) -> Decimal | None:
    """Read a plain number or percentage; empty is None.

    Raises:
        UnreadableValue: not a number.
    """
    stripped = text.strip().removesuffix("%").strip()
    if not stripped:
        return None
    try:
        value = Decimal(stripped.replace("(-)", "-").replace(",", ""))
    except InvalidOperation as error:
        raise UnreadableValue("number", text) from error
    if not value.is_finite():
        raise UnreadableValue("number", text)
    return value


def parse_integer(text: str) -> int | None:
    """Read a whole number such as an ALTERID (Tally pads it with a blank); empty or not a number is None."""
    stripped = text.strip()
    return int(stripped) if stripped.removeprefix("-").isdecimal() else None


@dataclass(frozen=True, slots=True)
class CompoundQuantity:
    """A quantity in two units, or in one whose symbol holds a number: only the unit masters can tell.

    ``30 Box 0 Nos`` is 30 boxes and 0 numbers; ``5 Pkt 100 g`` may be five of a unit called ``Pkt 100 g``.
    """

    major: Decimal
    major_unit: str
    minor: Decimal
    minor_unit: str
    whole_unit: str
    alternate: Quantity | None = None


_QUANTITY = re.compile(r"\s*(\(-\)|-)?\s*(\d[\d,]*(?:\.\d*)?|\.\d+)\s*(.*?)\s*\Z", re.DOTALL)
_TAIL = re.compile(r"(.*?\S)\s+(\d[\d,]*(?:\.\d+)?)\s+(\S.*)\Z", re.DOTALL)


@lru_cache(maxsize=CACHE_SIZE)
def parse_quantity(text: str) -> Quantity | CompoundQuantity | None:
    """Read a quantity with its unit; empty is None.

    >>> parse_quantity(" 5.00 Nos = 60 Kgs")
    Quantity(number=Decimal('5.00'), unit='Nos', alternate_number=Decimal('60'), alternate_unit='Kgs')

    Raises:
        UnreadableValue: no number in front.
    """
    if not text or text.isspace():
        return None
    first, equals, second = text.partition("=")
    number, unit = _quantity_part(first, text)
    alternate = _quantity_part(second, text) if equals else None
    tail = _TAIL.match(unit)
    if tail:
        minor = Decimal(tail.group(2).replace(",", ""))
        other = Quantity(*alternate) if alternate else None
        signed_minor = minor.copy_sign(number)
        return CompoundQuantity(number, tail.group(1), signed_minor, tail.group(3), unit, other)
    return Quantity(number, unit, *(alternate or (None, "")))


def _quantity_part(part: str, whole: str) -> tuple[Decimal, str]:
    match = _QUANTITY.match(part)
    if match is None:
        raise UnreadableValue("quantity", whole)
    sign, digits, unit = match.groups()
    number = Decimal(digits.replace(",", ""))
    return (-number if sign else number), unit


class Rate(NamedTuple):
    """Rupees for one ``unit``; ``number`` is None when only a foreign price is written."""

    number: Decimal | None
    unit: str


@lru_cache(maxsize=CACHE_SIZE)
def parse_rate(text: str) -> Rate | None:
    """Read a price per unit, split at the last slash; empty is None.

    >>> parse_rate("4500.00/l.s")
    Rate(number=Decimal('4500.00'), unit='l.s')

    Raises:
        UnreadableValue: no number before the slash.
    """
    stripped = text.strip()
    if not stripped:
        return None
    base = stripped.rpartition("=")[2]
    price, slash, unit = base.rpartition("/")
    if not slash:
        price, unit = base, ""
    try:
        number, symbol = _signed_number(price, text)
    except UnreadableValue as error:
        raise UnreadableValue("rate", text) from error
    # Tally's minus on a rate only echoes the side of the line
    return Rate(abs(number) if symbol.casefold() in RUPEE_SIGNS else None, unit.strip())


_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_REPORT_DATE = re.compile(r"(\d{1,2})[-/ ]([A-Za-z]{3})[a-z]*[-/ ](\d{4}|\d{2})\Z")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T.*)?\Z")
COMPACT_DATE_LENGTH = 8


@lru_cache(maxsize=CACHE_SIZE)
def parse_date(text: str, books_year: int | None = None) -> date | None:
    """Read a date: ``20250401``, ``1-Apr-25``, ``1-Apr-2025`` or ISO; empty is None.

    Args:
        text: as the tag holds it.
        books_year: first year of the books; a two-digit year is the one within fifty years of it.

    Raises:
        UnreadableValue: not a date.
    """
    try:
        if len(text) == COMPACT_DATE_LENGTH and text.isdecimal():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        return _written_date(text.strip(), books_year)
    except ValueError as error:
        raise UnreadableValue("date", text) from error


def _written_date(text: str, books_year: int | None) -> date | None:
    if not text:
        return None
    if len(text) == COMPACT_DATE_LENGTH and text.isdecimal():
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    written = _REPORT_DATE.match(text)
    if written:
        day, month, year = written.groups()
        number = _MONTHS.get(month.casefold(), 0)
        return date(_full_year(year, books_year), number, int(day))
    iso = _ISO_DATE.match(text)
    if iso is None:
        raise UnreadableValue("date", text)
    return date(*(int(part) for part in iso.groups()))


def _full_year(digits: str, books_year: int | None) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004 - a year of two digits is the short form
        return year
    if books_year is None:
        return 2000 + year if year <= CENTURY_PIVOT else 1900 + year
    # bills are older than the books by some decades at most, and vouchers younger
    earliest = books_year - CENTURY_PIVOT
    return earliest + (year - earliest) % 100


def parse_serial(text: str) -> date | None:
    """Turn a JD day serial into its date; empty or zero is None."""
    number = parse_integer(text)
    return SERIAL_ORIGIN + timedelta(days=number) if number and number > 0 else None


class Credit(NamedTuple):
    """A credit period, or the absolute due date that may stand in its place."""

    period: CreditPeriod | None
    due_date: date | None


_PERIOD = re.compile(r"(\d{1,4})\s*(day|week|month|year)s?\.?\Z", re.IGNORECASE)
_MONTHS_OF_YEAR = 12


@lru_cache(maxsize=CACHE_SIZE)
def parse_credit(text: str, books_year: int | None = None) -> Credit | None:
    """Read a credit period: ``30 Days``, ``2 Weeks``, ``1 Months``, a bare number of days, or a date; empty is None.

    Raises:
        UnreadableValue: none of these.
    """
    stripped = text.strip()
    if not stripped:
        return None
    match = _PERIOD.match(stripped)
    if match:
        number, word = int(match.group(1)), match.group(2).casefold()
        if word == "year":
            return Credit(CreditPeriod(number * _MONTHS_OF_YEAR, CreditUnit.MONTHS), None)
        return Credit(CreditPeriod(number, CreditUnit(f"{word}s")), None)
    if stripped.isdecimal() and len(stripped) < COMPACT_DATE_LENGTH:
        return Credit(CreditPeriod(int(stripped)), None)
    try:
        return Credit(None, parse_date(stripped, books_year))
    except UnreadableValue as error:
        raise UnreadableValue("period", text) from error


YES = frozenset({"Yes", "1", "true", "yes", "True", "YES"})


def is_yes(text: str) -> bool:
    """Read a logical: ``Yes`` (objects), ``1`` (TDL text), ``true`` (JSON) are yes, all else is no."""
    return text in YES


INSTANT_LENGTH = 14


def parse_instant(text: str) -> datetime | None:
    """Read ``YYYYMMDDHHMMSSmmm`` (local time in India) as UTC; empty, all zeros or nonsense is None: never written."""
    digits = text.strip()
    if len(digits) < INSTANT_LENGTH or not digits.isdecimal() or digits.startswith("0000"):
        return None
    try:
        local = datetime(
            int(digits[:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12]),
            int(digits[12:14]),
            int(digits[14:17] or 0) * 1000,
            tzinfo=INDIA,
        )
    except ValueError:
        return None
    return local.astimezone(UTC)

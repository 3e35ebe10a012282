"""What an expression's values are, and Tally's idea of empty, equal, order, number and text.

Texts, numbers, dates and logicals are Python's; amounts, quantities and rates keep the books' types, because how they
print depends on it; a list is the objects of a sub-collection; None is a value that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Protocol

from sandbox.tally.books.values import Amount, Day, Empty, Logical, Number, Quantity, Rate, Scalar, Text


class Methods(Protocol):
    """An object with methods and lists: of the books, or a row that a collection computed."""

    @property
    def tag(self) -> str:
        """Its tag."""
        ...

    def method(self, name: str) -> Scalar | None:
        """A method by name, None if it has none."""
        ...

    def children(self, name: str) -> Sequence[Methods]:
        """The objects of one of its lists."""
        ...


Value = str | Decimal | bool | date | Amount | Quantity | Rate | Sequence[Methods] | None

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LAST_TWO_DIGIT_YEAR = 2099
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_ZERO = Decimal(0)


def plain(scalar: Scalar | None) -> Value:
    """A method's value as expressions see it."""
    match scalar:
        case None | Empty():
            return None
        case Text() | Number() | Day() | Logical():
            return scalar.value
        case _:
            return scalar


def scalar_of(value: Value) -> Scalar:  # noqa: PLR0911 - one line per kind of value
    """A computed value as a gateway answer types it."""
    match value:
        case None:
            return Empty(Text.type_name)
        case bool():
            return Logical(value)
        case Decimal():
            return Number(value)
        case date():
            return Day(value)
        case Amount() | Quantity() | Rate():
            return value
        case str():
            return Text(value)
        case _:
            return Text("")


def is_empty(value: Value) -> bool:
    """Whether ``$$IsEmpty`` holds: nothing, no text, no object; zero is a value."""
    return value is None or (isinstance(value, str | Sequence) and len(value) == 0)


def truth(value: Value) -> bool:
    """Whether a condition holds."""
    match value:
        case bool():
            return value
        case None:
            return False
        case Decimal():
            return value != 0
        case str():
            return value.strip().casefold() in {"yes", "true", "1", "on"}
        case Amount() | Quantity() | Rate():
            return value.value != 0
        case _:
            return True


def number(value: Value) -> Decimal:
    """A value as a number: the first number in a text, 0 without one."""
    match value:
        case bool():
            return Decimal(int(value))
        case Decimal():
            return value
        case Amount() | Quantity() | Rate():
            return value.value
        case str():
            return number_in(value)
        case _:
            return _ZERO


def number_in(text: str) -> Decimal:
    """The first number of a text such as ``30 Days`` or ``(-)12 Nos``; 0 without one."""
    match = _NUMBER.search(text.replace("(-)", "-"))
    if match is None:
        return _ZERO
    try:
        return Decimal(match[0].replace(",", ""))
    except InvalidOperation:
        return _ZERO


def text(value: Value) -> str:  # noqa: PLR0911 - one line per kind of value
    """A value as Tally prints it into a text: negative numbers as ``(-)5``, dates as ``1-Apr-25``."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "Yes" if value else "No"
        case Decimal():
            return number_text(value)
        case date():
            return day_text(value)
        case Amount():
            return group_digits(abs(value.value))
        case Quantity():
            return value.wire
        case Rate():
            return value.wire
        case _:
            return ""


def number_text(value: Decimal) -> str:
    """A number without grouping; Tally's minus sign in a text is ``(-)``."""
    digits = f"{abs(value):f}"
    return f"(-){digits}" if value < 0 else digits


def day_text(day: date) -> str:
    """``1-Apr-25``; years that two digits cannot tell are written out."""
    year = f"{day.year % 100:02d}" if day.year <= _LAST_TWO_DIGIT_YEAR else f"{day.year}"
    return f"{day.day}-{MONTHS[day.month - 1]}-{year}"


def group_digits(value: Decimal) -> str:
    """Indian grouping: ``1,46,32,571.18``."""
    whole, _, fraction = f"{value:.2f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return f"{','.join([*reversed(pairs), tail])}.{fraction}"


def parse_day(written: str) -> date | None:
    """A date in a formula or variable: ``20250401``, ``1-Apr-2025``, ``1-4-2025``; None for anything else.

    ISO dates are read as Tally reads them: wrongly. The parts are taken as day, month, year, and make no date.
    """
    compact = written.strip().strip('"')
    if len(compact) == 8 and compact.isdigit():  # noqa: PLR2004 - YYYYMMDD
        return _day(int(compact[:4]), int(compact[4:6]), int(compact[6:]))
    parts = [part for part in re.split(r"[-/. ]", compact) if part]
    if len(parts) != 3 or not parts[0].isdigit() or not parts[2].isdigit():  # noqa: PLR2004 - day, month, year
        return None
    month = _month(parts[1])
    year = int(parts[2])
    return _day(year + 2000 if year < 100 else year, month, int(parts[0])) if month else None  # noqa: PLR2004


def _month(word: str) -> int:
    if word.isdigit():
        return int(word)
    prefix = word[:3].title()
    return MONTHS.index(prefix) + 1 if prefix in MONTHS else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def same(left: Value, right: Value) -> bool:
    """Whether ``=`` holds; texts are compared without case."""
    order = compare(left, right)
    return order == 0


def compare(left: Value, right: Value) -> int | None:
    """Order of two values: -1, 0, 1, or None where they cannot be ordered."""
    if type(left) is Decimal and type(right) is Decimal:
        return _order(left, right)
    if left is None or right is None:
        return 0 if is_empty(left) and is_empty(right) else None
    if isinstance(left, date) or isinstance(right, date):
        return _compare_days(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return _order(left.strip().casefold(), right.strip().casefold())
    if isinstance(left, bool) or isinstance(right, bool):
        return _order(Decimal(truth(left)), Decimal(truth(right)))
    return _order(number(left), number(right))


def _compare_days(left: Value, right: Value) -> int | None:
    one, other = as_day(left), as_day(right)
    return None if one is None or other is None else _order(one, other)


def as_day(value: Value) -> date | None:
    """A value as a date."""
    match value:
        case date():
            return value
        case str():
            return parse_day(value)
        case _:
            return None


def _order(left: Decimal | str | date, right: Decimal | str | date) -> int:
    if left == right:
        return 0
    return -1 if left < right else 1  # type: ignore[operator]  # callers give two of one kind


def arithmetic(operator: str, left: Value, right: Value) -> Value:
    """``+ - * /``; amounts stay amounts, a date plus a number is a date, texts are joined by ``+``.

    What Tally makes of a division by zero is not known; here it has no value.
    """
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, date):
        return _move_day(operator, left, right)
    result = _calculate(operator, number(left), number(right))
    if result is not None and isinstance(left, Amount) and operator in {"+", "-"}:
        return Amount(result)
    return result


def _calculate(operator: str, left: Decimal, right: Decimal) -> Decimal | None:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right if right else None


def _move_day(operator: str, left: date, right: Value) -> Value:
    if isinstance(right, date):
        return Decimal((left - right).days)
    days = int(number(right))
    return date.fromordinal(left.toordinal() + (days if operator == "+" else -days))


def negative(value: Value) -> Value:
    """The sign turned."""
    match value:
        case Amount():
            return Amount(-value.value)
        case _:
            return -number(value)

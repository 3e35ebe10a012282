"""Formulae for filters and computed columns, built from parts so that no text can ever become code.

A ``Formula`` is only made by the functions below. Names of masters go in through ``text``, which doubles quotes as
Tally's strings want it; dates through ``day``, as literals, because a filter on the period variables was inert on
licensed installations while ``$$Date:"1-Sep-2026"`` worked on all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from canonical.dates import Period
from canonical.errors import InvariantError
from connectors.tally.export.sanitiser import restore
from connectors.tally.gateway.allowed import FormulaFunction, ObjectType, SystemFormula, SystemVariable

_METHOD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[(?:First|Last|[0-9]{1,4})\])?(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_FETCH = re.compile(r"\*|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?:\.\*)?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,59}")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class Comparison(StrEnum):
    """Operators between two formulae."""

    EQUAL = "="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression of Tally's language, not yet escaped for XML."""

    code: str

    def __str__(self) -> str:
        return self.code


def method(name: str) -> Formula:
    """A field of the object at hand: ``method("AlterID")`` is ``$AlterID``."""
    return Formula(f"${_checked(_METHOD, name, 'a method')}")


def outer(name: str) -> Formula:
    """A field of the object around the one at hand: ``..Name``."""
    return Formula(f"..{_checked(_METHOD, name, 'a method')}")


def lookup(name: str, kind: ObjectType, of: Formula) -> Formula:
    """A field of another object found by its name: ``$Guid:Ledger:$LedgerName``."""
    return Formula(f"${_checked(_METHOD, name, 'a method')}:{kind.value}:{of}")


def text(value: str) -> Formula:
    """A text literal; quotes inside are doubled, line ends become blanks.

    >>> text('Asha "Silk" House').code
    '"Asha ""Silk"" House"'
    """
    return Formula('"{}"'.format(" ".join(restore(value).splitlines()).replace('"', '""')))


def number(value: int | Decimal) -> Formula:
    """A number literal."""
    return Formula(format(value, "f") if isinstance(value, Decimal) else str(int(value)))


def logical(value: bool) -> Formula:
    """``Yes`` or ``No``."""
    return Formula("Yes" if value else "No")


def day(value: date) -> Formula:
    """A date literal.

    >>> day(date(2026, 9, 1)).code
    '$$Date:"1-Sep-2026"'
    """
    return call(FormulaFunction.DATE, text(render_day(value)))


def variable(which: SystemVariable) -> Formula:
    """A variable of the request."""
    return Formula(which.value)


def system(which: SystemFormula) -> Formula:
    """A formula of Tally itself."""
    return Formula(which.value)


def call(function: FormulaFunction, *arguments: Formula) -> Formula:
    """A function applied to formulae: ``$$IsEqual:$Name:##SVCurrentCompany``."""
    return Formula(":".join([function.value, *(argument.code for argument in arguments)]))


def compare(left: Formula, operator: Comparison, right: Formula) -> Formula:
    """A condition."""
    return Formula(f"{left} {operator.value} {right}")


def both(*conditions: Formula) -> Formula:
    """All conditions together."""
    return Formula(
        " AND ".join(f"({condition})" if len(conditions) > 1 else condition.code for condition in conditions)
    )


def either(*conditions: Formula) -> Formula:
    """At least one condition."""
    return Formula(" OR ".join(f"({condition})" if len(conditions) > 1 else condition.code for condition in conditions))


def negation(condition: Formula) -> Formula:
    """The opposite."""
    return Formula(f"NOT ({condition})")


def in_period(period: Period, field: str = "Date") -> Formula:
    """The filter that every voucher request carries: literal first and last day."""
    return both(
        compare(method(field), Comparison.GREATER_OR_EQUAL, day(period.start)),
        compare(method(field), Comparison.LESS_OR_EQUAL, day(period.end)),
    )


def altered_after(counter: int, up_to: int | None = None) -> Formula:
    """Objects whose change counter is above ``counter``, and at most ``up_to`` if given (half-open slices tile)."""
    above = compare(method("AlterID"), Comparison.GREATER, number(counter))
    if up_to is None:
        return above
    return both(above, compare(method("AlterID"), Comparison.LESS_OR_EQUAL, number(up_to)))


def render_day(value: date) -> str:
    """``1-Sep-2026``: English month names whatever the computer's language."""
    return f"{value.day}-{_MONTHS[value.month - 1]}-{value.year:04d}"


def checked_fetch(name: str) -> str:
    """A name for FETCH: dotted, ``X.*`` or ``*``."""
    return _checked(_FETCH, name, "a field to fetch")


def checked_name(name: str) -> str:
    """A name for what a request defines itself (collection, column, formula)."""
    return _checked(_NAME, name, "a name")


def _checked(pattern: re.Pattern[str], name: str, what: str) -> str:
    if pattern.fullmatch(name):
        return name
    raise InvariantError(f"{name[:60]!r} cannot be {what} in a request to Tally.", code="tally.gateway.request")

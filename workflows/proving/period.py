"""Balances the way the source states them for a period, from openings and postings.

Tally opens income and expense ledgers at zero with every financial year and carries what they came to into
``Profit & Loss A/c``; every other ledger goes on. Two ledgers cannot be rolled forward from postings beyond the first
year: those of stock, whose value Tally derives from its own costing, and with them ``Profit & Loss A/c``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.dates import Period
from canonical.money import ZERO
from storage.reports.movements import LedgerMovement
from workflows.proving.chart import PROFIT_AND_LOSS, Chart

STOCK_UNKNOWN = "the value of stock on a day after the books began is known to the source only"
_NOTHING = LedgerMovement()


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One ledger over a period, rupees: opening and closing debit-positive, debit and credit positive."""

    opening: Decimal = ZERO
    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        """Opening and movement."""
        return self.opening + self.debit - self.credit

    def __add__(self, other: Balance) -> Balance:
        """Both together."""
        return Balance(
            opening=self.opening + other.opening, debit=self.debit + other.debit, credit=self.credit + other.credit
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodBooks:
    """A company's books over a period.

    Attributes:
        balances: by ledger key; a ledger that is not here is empty.
        is_first_year: the period lies in the financial year the books begin in.
        opens_with_year: its first day is that of the financial year, or of the books.
    """

    chart: Chart
    period: Period
    balances: Mapping[str, Balance]
    is_first_year: bool = True
    opens_with_year: bool = True

    @property
    def has_stock(self) -> bool:
        """Some stock ledger is not empty, so the source's valuation enters its figures."""
        return any(self.balance(key) != Balance() for key in self.chart.stock)

    def balance(self, key: str) -> Balance:
        """One ledger's."""
        return self.balances.get(key, Balance())

    def total(self, keys: Iterable[str]) -> Balance:
        """Several ledgers' together."""
        return sum((self.balances[key] for key in keys if key in self.balances), Balance())

    def income(self, keys: Iterable[str]) -> Decimal:
        """What income and expense ledgers come to in the period, debit-positive."""
        moved = self.total(keys)
        return moved.closing if self.opens_with_year else moved.debit - moved.credit

    def unknowable(self, keys: frozenset[str]) -> str:
        """Why the balance of these ledgers together cannot be known from postings; empty if it can."""
        if (self.is_first_year and self.opens_with_year) or not self.has_stock:
            return ""
        return STOCK_UNKNOWN if keys & (self.chart.stock | {PROFIT_AND_LOSS}) else ""


def period_books(
    chart: Chart, movements: Mapping[str, LedgerMovement], period: Period, books_from: date, year_from: date
) -> PeriodBooks:
    """State the balances of a period.

    Args:
        chart: masters with their openings at the start of the books.
        movements: before the year, in it, and in the period.
        period: what ``movements`` were asked for.
        books_from: first day of the books.
        year_from: first day of the financial year the period begins in.
    """
    is_first_year = year_from <= books_from
    revenue = chart.revenue
    carried = ZERO if is_first_year else sum((_carried(key, chart, movements) for key in revenue), ZERO)
    found: dict[str, Balance] = {}
    for key in chart.ledgers.keys() | movements.keys():
        moved = movements.get(key, _NOTHING)
        opening = moved.in_year + (carried if key == PROFIT_AND_LOSS else ZERO)
        if is_first_year or key not in revenue:
            opening += _opening(key, chart) + moved.before_year
        balance = Balance(opening=opening, debit=moved.debit, credit=moved.credit)
        if balance != Balance():
            found[key] = balance
    return PeriodBooks(
        chart=chart,
        period=period,
        balances=found,
        is_first_year=is_first_year,
        opens_with_year=period.start <= max(year_from, books_from),
    )


def _opening(key: str, chart: Chart) -> Decimal:
    ledger = chart.ledgers.get(key)
    return (ledger.opening if ledger else None) or ZERO


def _carried(key: str, chart: Chart, movements: Mapping[str, LedgerMovement]) -> Decimal:
    """What an income or expense ledger came to in earlier years."""
    return _opening(key, chart) + movements.get(key, _NOTHING).before_year

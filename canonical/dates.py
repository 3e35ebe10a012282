"""Business dates: periods, the Indian financial year, credit periods. No clock, no time zone: dates are dates.

Timestamps elsewhere are UTC with zone; a business date is what is printed on the document in India.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from canonical.errors import RuleError

FY_FIRST_MONTH = 4
"""April: the Indian financial year runs from 1 April to 31 March."""


class PeriodError(RuleError):
    """A period ends before it starts."""

    default_code = "canonical.period.invalid"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` to ``end``, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise PeriodError(f"The period {self.start} to {self.end} ends before it starts.")

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    @property
    def days(self) -> int:
        """Number of days, both ends counted."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True, order=True)
class FinancialYear:
    """An Indian financial year, named by the calendar year it starts in.

    >>> FinancialYear.of(date(2026, 3, 31)).label
    '2025-26'
    """

    start_year: int

    @classmethod
    def of(cls, day: date) -> FinancialYear:
        """Return the financial year that holds the day."""
        return cls(day.year if day.month >= FY_FIRST_MONTH else day.year - 1)

    @property
    def period(self) -> Period:
        """1 April to 31 March."""
        return Period(date(self.start_year, 4, 1), date(self.start_year + 1, 3, 31))

    @property
    def label(self) -> str:
        """As written on documents, for example ``2025-26``."""
        return f"{self.start_year}-{(self.start_year + 1) % 100:02d}"


def year_start(day: date, year_from: date | None = None) -> date:
    """Return the first day of the financial year that holds a day.

    Args:
        day: any day.
        year_from: first day of some year of the company, if it does not begin on 1 April (29 February counts as 28th).

    >>> year_start(date(2026, 3, 31)), year_start(date(2026, 3, 31), date(2024, 1, 1))
    (datetime.date(2025, 4, 1), datetime.date(2026, 1, 1))
    """
    month, first = (year_from.month, year_from.day) if year_from else (FY_FIRST_MONTH, 1)
    first = min(first, 28) if month == 2 else first  # noqa: PLR2004 - February
    this_year = date(day.year, month, first)
    return this_year if this_year <= day else date(day.year - 1, month, first)


class CreditUnit(StrEnum):
    """Unit of a credit period."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class CreditPeriod:
    """How long a bill may stay unpaid: ``30 days``, ``2 weeks``, ``1 months``."""

    number: int
    unit: CreditUnit = CreditUnit.DAYS

    def due_date(self, bill_date: date) -> date:
        """Return the day the bill falls due; beyond the calendar (a typing error of the source), its last day.

        >>> CreditPeriod(1, CreditUnit.MONTHS).due_date(date(2026, 1, 31))
        datetime.date(2026, 2, 28)
        """
        try:
            match self.unit:
                case CreditUnit.DAYS:
                    return bill_date + timedelta(days=self.number)
                case CreditUnit.WEEKS:
                    return bill_date + timedelta(weeks=self.number)
                case CreditUnit.MONTHS:
                    return add_months(bill_date, self.number)
        except (OverflowError, ValueError):
            return date.max if self.number > 0 else date.min


def add_months(day: date, months: int) -> date:
    """Move by calendar months; a day that does not exist becomes the month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

"""Which days a voucher request is served: the most contradictory corner of the real gateway, one rule per finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from canonical.dates import FinancialYear, Period
from sandbox.tally.gateway.faults import Faults, PeriodRule
from sandbox.tally.gateway.tdl.values import parse_day

if TYPE_CHECKING:
    from sandbox.tally.books import LiveCompany

EDUCATIONAL_DAYS = (1, 2, 31)
_LAST_OF_LONG_MONTH = 31


@dataclass(slots=True)
class Screen:
    """What is open on Tally's screen: a period for every company, the whole book until somebody changes it."""

    periods: dict[str, Period] = field(default_factory=dict)

    def period_of(self, company: LiveCompany) -> Period:
        """The period open for a company."""
        return self.periods.get(company.guid) or company.whole_period


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPeriod:
    """What a request is served.

    Attributes:
        balances: From when and as of when masters state their balances.
        vouchers: Which vouchers a collection goes through before its own filters.
        start, end: What ``##SVFromDate`` and ``##SVToDate`` say; None for a bound that was rejected.
    """

    balances: Period
    vouchers: Period
    start: date | None
    end: date | None


def serve_period(company: LiveCompany, screen: Period, variables: Mapping[str, str], faults: Faults) -> ServedPeriod:
    """Work out the period of a request.

    Args:
        company: Whose books.
        screen: The period open on the screen.
        variables: Static variables by lower-case name.
        faults: The rule in force.
    """
    start = _asked(variables, "svfromdate")
    end = _asked(variables, "svtodate")
    asked = _ordered(start or screen.start, end or screen.end)
    rule = PeriodRule.EDUCATIONAL if faults.educational else faults.period
    return ServedPeriod(
        balances=asked,
        vouchers=_vouchers(rule, company, screen, asked, start=start, end=end),
        start=None if rule is PeriodRule.EDUCATIONAL and _rejected(start) else asked.start,
        end=None if rule is PeriodRule.EDUCATIONAL and _rejected(end) else asked.end,
    )


def _asked(variables: Mapping[str, str], name: str) -> date | None:
    written = variables.get(name, "")
    return parse_day(written) if written else None


def _ordered(start: date, end: date) -> Period:
    return Period(start, end) if start <= end else Period(start, start)


def _rejected(day: date | None) -> bool:
    return day is not None and day.day not in EDUCATIONAL_DAYS


def _vouchers(  # noqa: PLR0911 - one line per rule
    rule: PeriodRule, company: LiveCompany, screen: Period, asked: Period, *, start: date | None, end: date | None
) -> Period:
    match rule:
        case PeriodRule.HONOURED:
            return asked
        case PeriodRule.IGNORED:
            return screen
        case PeriodRule.WIDENED:
            return company.whole_period
        case PeriodRule.COLLAPSED:
            return _last_month(screen)
        case PeriodRule.CURRENT_YEAR:
            return current_year(company)
        case PeriodRule.YEAR_START:
            return _ordered(FinancialYear.of(asked.start).period.start, asked.end)
        case PeriodRule.EDUCATIONAL:
            return _educational(company, screen, asked, start=start, end=end)


def _educational(
    company: LiveCompany, screen: Period, asked: Period, *, start: date | None, end: date | None
) -> Period:
    if _rejected(end):
        return company.whole_period
    return _last_month(screen) if _rejected(start) else asked


def _last_month(period: Period) -> Period:
    return Period(max(period.start, period.end.replace(day=1)), period.end)


def current_year(company: LiveCompany) -> Period:
    """The financial year of the last voucher."""
    return FinancialYear.of(company.last_voucher_day or company.books_from).period


def statement_end(company: LiveCompany, asked: date, faults: Faults) -> date:
    """The day a statement is really made up to."""
    if faults.statement_end_only_31st and asked.day != _LAST_OF_LONG_MONTH:
        return max(asked, FinancialYear.of(asked).period.end, company.whole_period.end)
    return asked

"""What a report is asked for: period, report date, basis, columns.

Without dates the period is this calendar year to date (as in the documented samples). Only the accrual basis is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.quickbooks.company import Company
from sandbox.quickbooks.refusals import Refusal

DECEMBER = 12


class ReportTooWide(Exception):
    """The report has more cells than the server shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """The parameters of one report.

    Attributes:
        day: the report date of ageing and balances.
        columns: keys asked for, in order; empty for the usual ones.
        by_month: one column per month instead of one for all.
        cells_max: size above which the answer is refused; 0 none.
    """

    company: Company
    name: str
    start: date
    end: date
    day: date
    macro: str = ""
    columns: tuple[str, ...] = ()
    by_month: bool = False
    aging_days: int = 30
    aging_periods: int = 4
    customer: str = ""
    vendor: str = ""
    account: str = ""
    cells_max: int = 0

    def check_size(self, cells: int) -> None:
        """Refuse what is too wide.

        Raises:
            ReportTooWide: it is.
        """
        if self.cells_max and cells > self.cells_max:
            raise ReportTooWide


def read_request(company: Company, name: str, query: Mapping[str, str], cells_max: int) -> ReportRequest:
    """Read the parameters.

    Raises:
        Refusal: a date is none, or a basis is asked for that is not here.
    """
    today = company.today
    if query.get("accounting_method", "Accrual").lower() != "accrual":
        raise Refusal.unsupported("accounting_method Cash")
    start, end = _period(today, company.facts.fiscal_month, query)
    report_date = _day(query["report_date"]) if query.get("report_date") else None
    return ReportRequest(
        company=company,
        name=name,
        start=start,
        end=end,
        day=report_date or (end if query.get("end_date") else today),
        macro=query.get("date_macro", "" if query.get("end_date") else "this calendar year-to-date"),
        columns=tuple(key for key in query.get("columns", "").split(",") if key),
        by_month=query.get("summarize_column_by", "Total") == "Month",
        aging_days=int(query.get("aging_period", "30")),
        aging_periods=int(query.get("num_periods", "4")),
        customer=query.get("customer", ""),
        vendor=query.get("vendor", ""),
        account=query.get("account", ""),
        cells_max=cells_max,
    )


def fiscal_year_start(day: date, month: int) -> date:
    """Return the first day of the fiscal year a day is in.

    >>> fiscal_year_start(date(2026, 3, 31), 4), fiscal_year_start(date(2026, 4, 1), 4)
    (datetime.date(2025, 4, 1), datetime.date(2026, 4, 1))
    """
    return date(day.year if day.month >= month else day.year - 1, month, 1)


def months_of(start: date, end: date) -> list[tuple[date, date]]:
    """Cut a period into calendar months."""
    months = []
    while start <= end:
        following = date(start.year + start.month // DECEMBER, start.month % DECEMBER + 1, 1)
        months.append((start, min(end, following - timedelta(days=1))))
        start = following
    return months


def _period(today: date, fiscal_month: int, query: Mapping[str, str]) -> tuple[date, date]:
    macro = query.get("date_macro", "").casefold()
    if macro == "all":
        return date(1900, 1, 1), today
    if macro == "today":
        return today, today
    if macro == "this fiscal year-to-date":
        return fiscal_year_start(today, fiscal_month), today
    end = _day(query["end_date"]) if query.get("end_date") else today
    start = _day(query["start_date"]) if query.get("start_date") else date(end.year, 1, 1)
    return start, end


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal.invalid_query(f"Invalid date {text}") from error

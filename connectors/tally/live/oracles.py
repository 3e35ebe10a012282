"""Tally's own reports as records: what the books are proved against.

All are asked for the same period, from the first day of the books to the end of the financial year of the last
voucher: some installations honour a statement's end only when it is a 31st.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from canonical.dates import FinancialYear, Period
from canonical.errors import SourceError
from canonical.record import JsonValue
from connectors.tally.gateway.allowed import ReportId, Variable
from connectors.tally.gateway.companies import LoadedCompany
from connectors.tally.live.book import Book

_EXPLODED = {Variable.EXPLODE: "Yes"}
REPORTS: Mapping[ReportId, Mapping[Variable, str]] = {
    ReportId.TRIAL_BALANCE: {**_EXPLODED, Variable.IS_LEDGER_WISE: "Yes"},
    ReportId.PROFIT_AND_LOSS: {},
    ReportId.BALANCE_SHEET: {},
    ReportId.BILLS_RECEIVABLE: {},
    ReportId.BILLS_PAYABLE: {},
    ReportId.STATISTICS: {},
}
"""Which, and with which switches."""
_HARMLESS = frozenset({"tally.gateway.report_unknown", "tally.gateway.refused"})
"""A release without a report has less to be proved against; it is no failure."""


@dataclass(frozen=True, slots=True)
class OracleReport:
    """One report as it was answered.

    Attributes:
        which: its name in Tally.
        period: asked for.
        rows: (tag, tree or text) in document order.
    """

    which: ReportId
    period: Period
    rows: tuple[tuple[str, JsonValue], ...]

    def to_object(self, company: LoadedCompany, *, is_settled: bool) -> dict[str, JsonValue]:
        """Write it as the ``object`` of a record.

        Args:
            company: with the counters the books had.
            is_settled: the counters did not move from the first voucher read to the last report.
        """
        return {
            "rows": [[tag, tree] for tag, tree in self.rows],
            "report": self.which.value,
            "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(),
            "alter_master_id": company.alter_master_id,
            "alter_voucher_id": company.alter_voucher_id,
            "is_settled": is_settled,
        }


def oracle_period(company: LoadedCompany) -> Period:
    """Return the period the books are proved over."""
    days = [day for day in (company.last_voucher_date, company.ending_at, company.books_from) if day is not None]
    last = max(days, default=date(2000, 3, 31))
    first = company.books_from or company.starting_from or FinancialYear.of(last).period.start
    return Period(min(first, last), FinancialYear.of(last).period.end)


def read_reports(book: Book) -> Iterator[OracleReport]:
    """Ask for every report this Tally has."""
    period = oracle_period(book.company)
    for which, variables in REPORTS.items():
        try:
            rows = book.report_rows(which, period, variables)
        except SourceError as error:
            if error.code not in _HARMLESS:
                raise
            continue
        yield OracleReport(which, period, tuple(rows))

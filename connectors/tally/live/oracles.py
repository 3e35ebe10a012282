"""Tally's own reports as records: what the books are proved against.

All are asked for the same period, from the first day of the books to the end of the financial year of the last
voucher: some installations honour a statement's end only when it is a 31st. After few changes the trial balance alone
is asked for. Two of them are not reports of Tally's but
counts it makes for us: vouchers by type, and the company's own counters of masters.
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
from connectors.tally.reports.record import ReportRecord
from connectors.tally.reports.rows import Row
from connectors.tally.reports.titles import COMPANY_COUNTERS, VOUCHER_CENSUS

_EXPLODED = {Variable.EXPLODE: "Yes"}
REPORTS: Mapping[ReportId, Mapping[Variable, str]] = {
    ReportId.TRIAL_BALANCE: {**_EXPLODED, Variable.IS_LEDGER_WISE: "Yes"},
    ReportId.PROFIT_AND_LOSS: {},
    ReportId.BALANCE_SHEET: {},
    ReportId.STOCK_SUMMARY: {},
    ReportId.BILLS_RECEIVABLE: {},
    ReportId.BILLS_PAYABLE: {},
    ReportId.STATISTICS: {},
}
"""Which, and with which switches."""
LIGHT = {ReportId.TRIAL_BALANCE: REPORTS[ReportId.TRIAL_BALANCE]}
_HARMLESS = frozenset({"tally.gateway.report_unknown", "tally.gateway.refused"})
"""A release without a report has less to be proved against; it is no failure."""
CANNOT_SUMMARISE = "this Tally does not summarise vouchers, so nothing counts them by type"


@dataclass(frozen=True, slots=True)
class OracleReport:
    """One report as it was answered, or refused.

    Attributes:
        title: its name in Tally, or ours for what Tally only counts.
        period: asked for.
        rows: (tag, tree or text) in document order.
        refused: why there is no answer; the proof says it.
    """

    title: str
    period: Period
    rows: tuple[Row, ...] = ()
    refused: str = ""

    def to_object(self, company: LoadedCompany, *, is_settled: bool) -> dict[str, JsonValue]:
        """Write it as the ``object`` of a record.

        Args:
            company: with the counters the books had.
            is_settled: the counters did not move from the first voucher read to the last report.
        """
        record = ReportRecord(
            rows=self.rows,
            report=self.title,
            day_from=self.period.start,
            as_of=self.period.end,
            refused=self.refused,
            moved=not is_settled,
        )
        counters: dict[str, JsonValue] = {
            "alter_master_id": company.alter_master_id,
            "alter_voucher_id": company.alter_voucher_id,
        }
        return {**record.to_object(), **counters}


def oracle_period(company: LoadedCompany) -> Period:
    """Return the period the books are proved over."""
    days = [day for day in (company.last_voucher_date, company.ending_at, company.books_from) if day is not None]
    last = max(days, default=date(2000, 3, 31))
    first = company.books_from or company.starting_from or FinancialYear.of(last).period.start
    return Period(min(first, last), FinancialYear.of(last).period.end)


def read_reports(book: Book, *, is_light: bool = False) -> Iterator[OracleReport]:
    """Ask for every report, and for what Tally counts; what it refuses is told as well.

    Args:
        book: the company.
        is_light: ask for the trial balance alone, which holds every balance: listing bills takes Tally long.
    """
    period = oracle_period(book.company)
    for which, variables in (LIGHT if is_light else REPORTS).items():
        try:
            rows = book.report_rows(which, period, variables)
        except SourceError as error:
            if error.code not in _HARMLESS:
                raise
            yield OracleReport(which.value, period, refused=error.message)
        else:
            yield OracleReport(which.value, period, tuple(rows))
    if not is_light:
        yield _census(book)
    yield OracleReport(COMPANY_COUNTERS, period, (("COMPANY", book.company_object()),))


def _census(book: Book) -> OracleReport:
    """All vouchers, post-dated ones too, whatever the period of the statements."""
    period = book.whole_period()
    counted = book.count_types(period)
    if counted is None:
        return OracleReport(VOUCHER_CENSUS, period, refused=CANNOT_SUMMARISE)
    return OracleReport(VOUCHER_CENSUS, period, tuple(("OBJECT", node) for node in counted))

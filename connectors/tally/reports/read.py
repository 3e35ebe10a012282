"""A report's rows into a ``SourceReport``: what kind it is, what it says, for which day, and whether it can serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from canonical.errors import SourceMalformed
from canonical.proof import ReportKind, ReportLine, SourceReport
from connectors.tally.reports import bills
from connectors.tally.reports.balances import is_trial_balance, read_trial_balance
from connectors.tally.reports.counts import COMPANY_COUNTERS, read_census, read_company_counters, read_statistics
from connectors.tally.reports.odbc import ROW_TAG, read_odbc_ledgers
from connectors.tally.reports.record import ReportRecord
from connectors.tally.reports.rows import Row, Sheet
from connectors.tally.reports.statements import BALANCE_SHEET, PROFIT_AND_LOSS, read_statement
from connectors.tally.reports.stock import BLOCK as STOCK_BLOCK
from connectors.tally.reports.stock import read_stock
from connectors.tally.reports.titles import KIND_BY_TITLE

_KIND_BY_TAG = {
    bills.HEAD: ReportKind.BILLS_RECEIVABLE,
    "BSAMT": ReportKind.BALANCE_SHEET,
    "PLAMT": ReportKind.PROFIT_AND_LOSS,
    STOCK_BLOCK: ReportKind.STOCK_SUMMARY,
}
_READERS: Mapping[ReportKind, Callable[[Sheet], tuple[tuple[ReportLine, ...], tuple[str, ...]]]] = {
    ReportKind.BALANCE_SHEET: lambda sheet: read_statement(sheet, BALANCE_SHEET),
    ReportKind.PROFIT_AND_LOSS: lambda sheet: read_statement(sheet, PROFIT_AND_LOSS),
    ReportKind.STOCK_SUMMARY: read_stock,
    ReportKind.TRIAL_BALANCE: read_trial_balance,
}
NOTHING_COMPARES = "nothing in the books is kept in a form that it could be compared with"


def parse_report(rows: Iterable[Row], label: str, books_year: int | None = None) -> SourceReport:
    """Read the rows of a report file; see ``read_report``."""
    return read_report(ReportRecord(rows=list(rows)), label, books_year)


def read_report(record: ReportRecord, label: str, books_year: int | None = None) -> SourceReport:
    """Turn a record of the stream ``reports`` into an oracle. What is wrong with it becomes its note, not an error.

    Args:
        record: rows in document order, and what was asked for.
        label: name of the file, if it came from one.
        books_year: first year of the books, if known.
    """
    sheet = Sheet(record.rows, record.report or label, books_year)
    asked = KIND_BY_TITLE.get(record.report, ReportKind.OTHER)
    blank = SourceReport(kind=asked, lines=(), as_of=record.as_of, day_from=record.day_from)
    if record.refused:
        found = replace(blank, note=record.refused, is_refused=True)
    else:
        try:
            found = _read(sheet, blank)
        except SourceMalformed as error:
            kind = asked if asked is not ReportKind.OTHER else _kind(sheet)
            found = replace(blank, kind=kind, note=error.message, is_refused=True)
    if record.moved:
        found = replace(found, note="the books changed while it was read", is_refused=True)
    return replace(found, oracle=_oracle(record, label, found))


def _read(sheet: Sheet, blank: SourceReport) -> SourceReport:
    if not sheet.rows:
        return replace(blank, note="it is empty")
    if ROW_TAG in sheet.tags:
        lines = read_odbc_ledgers(sheet)
        return replace(blank, kind=ReportKind.TRIAL_BALANCE, lines=lines, is_partial=True)
    kind = _kind(sheet)
    if kind.is_bills:
        return _bills(sheet, blank)
    if kind in _READERS:
        return _listed(blank, kind, *_READERS[kind](sheet))
    return _counts(sheet, blank)


def _kind(sheet: Sheet) -> ReportKind:
    """What the tags say it is; either kind of bills is bills receivable here."""
    tags = sheet.tags
    if "DSPACCINFO" in tags and not tags & _KIND_BY_TAG.keys():
        return ReportKind.TRIAL_BALANCE if is_trial_balance(sheet) else ReportKind.OTHER
    return next((kind for tag, kind in _KIND_BY_TAG.items() if tag in tags), ReportKind.OTHER)


def _counts(sheet: Sheet, blank: SourceReport) -> SourceReport:
    if "STATVALUE" in sheet.tags:
        return _listed(blank, ReportKind.VOUCHER_COUNTS, read_statistics(sheet))
    census = read_census(sheet)
    if census:
        return replace(_listed(blank, ReportKind.VOUCHER_COUNTS, census), counts_all=True)
    counters = read_company_counters(sheet)
    if counters:
        return _listed(blank, ReportKind.MASTER_COUNTS, counters)
    if blank.kind is ReportKind.MASTER_COUNTS:
        return replace(blank, note=f"the company does not say {', '.join(COMPANY_COUNTERS)}", is_refused=True)
    return replace(blank, kind=ReportKind.OTHER, note=NOTHING_COMPARES)


def _listed(
    blank: SourceReport, kind: ReportKind, lines: tuple[ReportLine, ...], headings: tuple[str, ...] = ()
) -> SourceReport:
    return replace(blank, kind=kind, lines=lines, headings=headings)


def _bills(sheet: Sheet, blank: SourceReport) -> SourceReport:
    """The day the report betrays is believed before the day that was asked for: some books ignore the question."""
    lines = bills.read_bills(sheet)
    kind = blank.kind if blank.kind.is_bills else bills.kind_of(lines)
    betrayed = bills.betrayed_day(sheet)
    note = _other_day(blank.as_of, betrayed) if betrayed else ""
    return replace(blank, kind=kind, lines=lines, as_of=betrayed or blank.as_of, note=note)


def _other_day(asked: date | None, betrayed: date) -> str:
    if asked is None or asked == betrayed:
        return ""
    return f"asked for {asked}, it stands for {betrayed}; compared on that day"


def _oracle(record: ReportRecord, label: str, found: SourceReport) -> str:
    if not record.report:
        return f"file:{label} ({found.kind.words})"
    days = [day.isoformat() for day in (record.day_from, record.as_of) if day]
    return f"tally:{', '.join((record.report, ' to '.join(days))) if days else record.report}"

"""A small chart of accounts for tests of single comparisons; every value invented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from canonical.dates import Period, year_start
from canonical.ledger import AccountGroup, Ledger, ReservedGroup, name_key
from canonical.proof import ReportKind, ReportLine, SourceReport
from canonical.record import SourceRef
from storage.reports.movements import LedgerMovement
from workflows.proving.chart import Chart, build_chart
from workflows.proving.period import PeriodBooks, period_books

Event = tuple[str, date, int]
"""Ledger, day, debit-positive rupees."""
GROUPS = {
    "Current Assets": ("", ReservedGroup.CURRENT_ASSETS),
    "Sundry Debtors": ("Current Assets", ReservedGroup.SUNDRY_DEBTORS),
    "South": ("Sundry Debtors", None),
    "Stock-in-Hand": ("Current Assets", ReservedGroup.STOCK_IN_HAND),
    "Capital Account": ("", ReservedGroup.CAPITAL),
    "Sales Accounts": ("", ReservedGroup.SALES),
    "Indirect Expenses": ("", ReservedGroup.INDIRECT_EXPENSES),
}
LEDGERS = {
    "Cash": "Current Assets",
    "Meena": "South",
    "Goods": "Stock-in-Hand",
    "Capital": "Capital Account",
    "Sales": "Sales Accounts",
    "Rent": "Indirect Expenses",
    "Profit & Loss A/c": "",
}
REVENUE = frozenset({"sales", "rent"})
BOOKS_FROM = date(2023, 4, 1)


def source(stream: str, key: str) -> SourceRef:
    return SourceRef("tally", "co-1", stream, key)


def chart_of(openings: Mapping[str, int] | None = None) -> Chart:
    """The chart above with these openings."""
    given = openings or {}
    groups = [
        AccountGroup(source=source("groups", name), key=name_key(name), name=name, parent_key=name_key(up), reserved=of)
        for name, (up, of) in GROUPS.items()
    ]
    ledgers = [
        Ledger(
            source=source("ledgers", name),
            key=name_key(name),
            name=name,
            group_key=name_key(group),
            opening=Decimal(given.get(name, 0)),
        )
        for name, group in LEDGERS.items()
    ]
    return build_chart(groups, ledgers)


def books_of(events: Iterable[Event], period: Period, openings: Mapping[str, int] | None = None) -> PeriodBooks:
    """Balances over a period, from events summed the way the store sums postings."""
    year = year_start(period.start)
    sums: dict[str, list[int]] = {}
    for ledger, day, net in events:
        row = sums.setdefault(name_key(ledger), [0, 0, 0, 0])
        if day > period.end:
            continue
        if day < year:
            row[0] += net
        elif day < period.start:
            row[1] += net
        elif net > 0:
            row[2] += net
        else:
            row[3] -= net
    moved = {
        key: LedgerMovement(
            before_year=Decimal(a), in_year=Decimal(b), debit=Decimal(c), credit=Decimal(d)
        )
        for key, (a, b, c, d) in sums.items()
    }  # fmt: skip
    return period_books(chart_of(openings), moved, period, BOOKS_FROM, year)


def trial_balance_of(rows: Mapping[str, int], period: Period) -> SourceReport:
    """A trial balance that says its period, closing balances only."""
    lines = tuple(ReportLine(name=name, net=Decimal(net)) for name, net in rows.items())
    kind = ReportKind.TRIAL_BALANCE
    return SourceReport(kind=kind, lines=lines, as_of=period.end, day_from=period.start, oracle="tally:Trial Balance")

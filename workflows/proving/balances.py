"""Trial balance and closing balances of ledger masters against our balances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from canonical.ledger import Ledger, name_key
from canonical.money import ZERO
from canonical.proof import ControlKind, ControlTotal, ReportLine, SourceReport
from workflows.proving.chart import PROFIT_AND_LOSS
from workflows.proving.period import PeriodBooks

STOCK_DECLARED = "the source values stock, and profit with it, by its own costing; taken as it declares it"
OPENING_DIFFERENCE = name_key("Difference in Opening Balances")


def trial_balance(report: SourceReport, books: PeriodBooks) -> Iterator[ControlTotal]:
    """Compare every row, then look for ledgers of ours that the report leaves out, then the sum.

    A partial report is compared row by row only.

    Opening, debit and credit are compared where the report has these columns and says its period. Debits and credits
    of groups are not: how Tally adds them up is not documented.
    """
    rows = [line for line in report.lines if not is_opening_difference(line.name)]
    for line in rows:
        yield from _row(line, report, books)
    for line in report.lines:
        if is_opening_difference(line.name):
            yield declared_difference(line, report, books)
    if report.is_partial:
        return
    listed = {key for line in rows if (key := books.chart.find(line.name)) is not None}
    yield from _left_out(report, books, listed)
    yield from _sum(rows, report, books, listed)


def _row(line: ReportLine, report: SourceReport, books: PeriodBooks) -> Iterator[ControlTotal]:
    key = books.chart.find(line.name)
    ledgers = books.chart.ledgers_of(key) if key is not None else frozenset()
    ours = books.total(ledgers)
    unknowable = books.unknowable(ledgers)
    columns: list[tuple[ControlKind, Decimal, Decimal | None]] = [(ControlKind.CLOSING, ours.closing, line.net)]
    if report.day_from is not None:
        columns.append((ControlKind.OPENING, ours.opening, line.opening))
        if key in books.chart.ledgers or key is None:
            columns += [(ControlKind.DEBIT, ours.debit, line.debit), (ControlKind.CREDIT, ours.credit, line.credit)]
    for kind, figure, theirs in columns:
        if theirs is None:
            continue
        depends = unknowable and kind in (ControlKind.CLOSING, ControlKind.OPENING)
        yield ControlTotal(
            kind=kind,
            name=f"{_WORDS[kind]}: {line.name}",
            ours=theirs if depends else figure,
            theirs=None if depends else theirs,
            oracle=report.oracle,
            as_of=report.as_of,
            reason=unknowable if depends else _unknown_name(key),
        )


_WORDS = {
    ControlKind.CLOSING: "closing balance",
    ControlKind.OPENING: "opening balance",
    ControlKind.DEBIT: "debits",
    ControlKind.CREDIT: "credits",
}


def _unknown_name(key: str | None) -> str:
    return "" if key is not None else "no ledger or group of this name is in the books"


def _left_out(report: SourceReport, books: PeriodBooks, listed: set[str]) -> Iterator[ControlTotal]:
    """A ledger that is not empty must be in the report, or a group above it must."""
    named = listed | {key for name in report.headings if (key := books.chart.find(name)) is not None}
    for key, balance in books.balances.items():
        is_covered = key in named or named.intersection(books.chart.above.get(key, ()))
        if balance.closing and not is_covered and not books.unknowable(frozenset({key})):
            yield ControlTotal(
                kind=ControlKind.CLOSING,
                name=f"closing balance: {books.chart.name(key)}",
                ours=balance.closing,
                theirs=ZERO,
                oracle=report.oracle,
                as_of=report.as_of,
                reason="the report leaves it out",
            )


def _sum(
    rows: Sequence[ReportLine], report: SourceReport, books: PeriodBooks, listed: set[str]
) -> Iterator[ControlTotal]:
    """All ledgers together; a row below another row of the report is in that row already."""
    everything = frozenset(books.balances)
    if not rows or books.unknowable(everything):
        return
    on_top = [
        line.net
        for line in rows
        if not listed.intersection(books.chart.above.get(books.chart.find(line.name) or "", ()))
    ]
    yield ControlTotal(
        kind=ControlKind.CLOSING,
        name="closing balance: all ledgers",
        ours=books.total(everything).closing,
        theirs=sum(on_top, ZERO),
        oracle=report.oracle,
        as_of=report.as_of,
    )


def is_opening_difference(name: str) -> bool:
    """Whether a row is the one with which Tally balances openings that do not."""
    return name_key(name) == OPENING_DIFFERENCE


def declared_difference(line: ReportLine, report: SourceReport, books: PeriodBooks) -> ControlTotal:
    """What the source says its openings fail to balance by, against what ours do; it stands on the other side."""
    return ControlTotal(
        kind=ControlKind.OPENING,
        name=f"{report.kind.words}: {line.name}",
        ours=-books.chart.openings,
        theirs=line.net,
        oracle=report.oracle,
        as_of=report.as_of,
    )


def opening_difference(openings: Decimal, oracle: str) -> ControlTotal:
    """Opening balances of all ledgers must sum to zero; Tally shows what they fail by and goes on."""
    return ControlTotal(
        kind=ControlKind.OPENING_DIFFERENCE,
        name="opening balances of all ledgers",
        ours=openings,
        theirs=ZERO,
        oracle="double entry",
        reason=f"complete according to {oracle}"
        if not openings
        else "an owner may accept it: khata proof --accept RUPEES --because WHY",
    )


def master_closings(ledgers: Sequence[Ledger], readings: Sequence[PeriodBooks], as_of: date) -> list[ControlTotal]:
    """Compare ledgers whose master carries a closing balance.

    Args:
        ledgers: the masters.
        readings: what the closing balances may mean: for the financial year, or since the books began (both have been
            seen). The reading with the fewest differences is taken for all of them.
        as_of: the day they stand for.
    """
    compared = [
        [_master_closing(ledger, books, as_of) for ledger in ledgers if ledger.closing is not None]
        for books in readings
    ]
    return min(compared, key=lambda totals: sum(bool(total.difference) for total in totals))


def _master_closing(ledger: Ledger, books: PeriodBooks, as_of: date) -> ControlTotal:
    theirs = ledger.closing or ZERO
    ours = books.balance(ledger.key).closing
    is_derived = ledger.key == PROFIT_AND_LOSS or books.chart.is_stock(ledger.key)
    depends = is_derived and ours != theirs
    return ControlTotal(
        kind=ControlKind.STOCK if depends else ControlKind.CLOSING,
        name=f"closing balance: {ledger.name}",
        ours=theirs if depends else ours,
        theirs=None if depends else theirs,
        oracle=f"closing balance of the ledger master, {as_of}",
        as_of=as_of,
        reason=STOCK_DECLARED if depends else "",
    )

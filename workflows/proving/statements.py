"""Profit and loss account and balance sheet against our balances and the stock the source declares.

Net profit = -(sum of income and expense, debit-positive) + closing stock - opening stock. The balance sheet carries it
in ``Profit & Loss A/c`` and stock at its closing value, where the trial balance has it at its opening value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.proof import ControlKind, ControlTotal, ReportLine, SourceReport
from workflows.proving.balances import STOCK_DECLARED, declared_difference, is_opening_difference
from workflows.proving.chart import PROFIT_AND_LOSS
from workflows.proving.period import PeriodBooks
from workflows.proving.stock import CLOSING_ROW, OPENING_ROW, StockValue, row_word

NO_STOCK_VALUE = "it contains stock, which only the source can value, and no report declares its value"
NOT_OURS = "neither a group nor a ledger of the books; the source computes it"
LEFT_OUT = "the report leaves it out"
STOCK_SHARES = "it contains a part of the stock, and the source declares only the whole"
NET_ROWS = frozenset({"nett profit", "nett loss", "net profit", "net loss"})
CARRIED_ROWS = frozenset({"gross profit c/o", "gross profit b/f", "gross loss c/o", "gross loss b/f", "total"})
"""Rows that repeat what other rows hold."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Our figure for a row: debit-positive rupees, or None and why there is none."""

    value: Decimal | None
    reason: str = ""


def profit_and_loss(report: SourceReport, books: PeriodBooks, stock: StockValue) -> list[ControlTotal]:
    """Compare every row, what the account leaves out, and what it comes to.

    Books that begin within a year may open income and expense ledgers with a balance. Whether the account shows it is
    not documented, so both readings are tried and the one with fewer differences is taken.
    """
    readings = (books, replace(books, opens_with_year=False)) if _opens_income(books) else (books,)
    compared = [list(_account(report, reading, stock)) for reading in readings]
    return min(compared, key=lambda totals: sum(bool(total.difference) for total in totals))


def _opens_income(books: PeriodBooks) -> bool:
    return any(books.balance(key).opening for key in books.chart.revenue)


def _account(report: SourceReport, books: PeriodBooks, stock: StockValue) -> Iterator[ControlTotal]:
    figures = [_income_figure(line.name, books, stock) for line in report.lines]
    for number, line in enumerate(report.lines):
        figure = figures[number]
        if figure.value is None and not line.is_part:
            figure = _heading(number, report, figures) or figure
        yield _row(line, figure, report, ControlKind.PROFIT_AND_LOSS)
    yield from _left_out(report, books, ControlKind.PROFIT_AND_LOSS, books.chart.is_revenue)
    yield _net_profit(report, books, stock)


def balance_sheet(report: SourceReport, books: PeriodBooks, stock: StockValue) -> Iterator[ControlTotal]:
    """Compare every row, and what the sheet leaves out."""
    for line in report.lines:
        if is_opening_difference(line.name):
            yield declared_difference(line, report, books)
        else:
            yield _row(line, _sheet_figure(line.name, books, stock), report, ControlKind.BALANCE_SHEET)
    yield from _left_out(report, books, ControlKind.BALANCE_SHEET, lambda key: not books.chart.is_revenue(key))
    printed = {row_word(name) for name in (*(line.name for line in report.lines), *report.headings)}
    carried = _profit_carried(books, stock)
    if PROFIT_AND_LOSS not in printed and carried.value:
        line = ReportLine(name=books.chart.name(PROFIT_AND_LOSS), net=ZERO)
        yield _row(line, Figure(carried.value, LEFT_OUT), report, ControlKind.BALANCE_SHEET)


def net_profit(books: PeriodBooks, stock: StockValue) -> Decimal | None:
    """Profit of the period, positive; None while the change of stock is not known."""
    if stock.change is None:
        return None
    return stock.change - books.income(books.chart.revenue)


def _income_figure(name: str, books: PeriodBooks, stock: StockValue) -> Figure:
    word = row_word(name)
    if word == OPENING_ROW:
        return Figure(stock.opening, "" if stock.opening is not None else NO_STOCK_VALUE)
    if word == CLOSING_ROW:
        return Figure(None, STOCK_DECLARED)
    key = books.chart.find(name) or books.chart.find(word)
    if key is None:
        return Figure(None, NOT_OURS)
    return Figure(books.income(books.chart.ledgers_of(key)))


def _heading(number: int, report: SourceReport, figures: list[Figure]) -> Figure | None:
    """A total row that names no group (``Cost of Sales :``) is what its parts come to, if we know all of them."""
    parts: list[Decimal] = []
    for line, figure in list(zip(report.lines, figures, strict=True))[number + 1 :]:
        if not line.is_part:
            break
        if row_word(line.name) == CLOSING_ROW:
            parts.append(-abs(line.net))
        elif figure.value is None:
            return None
        else:
            parts.append(figure.value)
    return Figure(sum(parts, ZERO)) if parts else None


def _net_profit(report: SourceReport, books: PeriodBooks, stock: StockValue) -> ControlTotal:
    """Rows that are no parts come to the profit, unless the account names it itself."""
    named = [line.net for line in report.lines if row_word(line.name) in NET_ROWS]
    rows = [line.net for line in report.lines if not line.is_part and row_word(line.name) not in CARRIED_ROWS]
    theirs = abs(named[0]) if named else -sum(rows, ZERO)
    ours = net_profit(books, stock)
    if named and ours is not None and ours < 0:
        theirs = -theirs
    return ControlTotal(
        kind=ControlKind.NET_PROFIT,
        name="net profit of the period",
        ours=theirs if ours is None else ours,
        theirs=None if ours is None else theirs,
        oracle=report.oracle,
        as_of=report.as_of,
        reason=NO_STOCK_VALUE if ours is None else "",
    )


def _sheet_figure(name: str, books: PeriodBooks, stock: StockValue) -> Figure:
    word = row_word(name)
    if word == PROFIT_AND_LOSS:
        return _profit_carried(books, stock)
    if word == name_key("Current Period"):
        profit = net_profit(books, stock) if books.opens_with_year else None
        return Figure(None if profit is None else -profit, NO_STOCK_VALUE if profit is None else "")
    if word == CLOSING_ROW:
        return Figure(None, STOCK_DECLARED)
    key = books.chart.find(name)
    if key is None:
        return Figure(None, NOT_OURS)
    return _with_stock(books.chart.ledgers_of(key), books, stock)


def _with_stock(ledgers: frozenset[str], books: PeriodBooks, stock: StockValue) -> Figure:
    """Balances, with stock at the value the source declares."""
    held = ledgers & books.chart.stock
    rest = books.total(ledgers - held).closing
    if not held or (not books.has_stock and stock.closing in (None, ZERO)):
        return Figure(rest)
    if held != books.chart.stock:
        return Figure(None, STOCK_SHARES)
    if stock.closing is None:
        return Figure(None, NO_STOCK_VALUE)
    return Figure(rest + stock.closing)


def _profit_carried(books: PeriodBooks, stock: StockValue) -> Figure:
    """Balance of the profit and loss account with all profit in it, whichever period the sheet was asked for.

    Profit since the books began is what income and expense came to and what stock gained; earlier years' income and
    expense stand in the ledger's own balance already.
    """
    at_start = sum((books.chart.ledgers[key].opening or ZERO for key in books.chart.stock), ZERO)
    gained = ZERO if not books.has_stock and stock.closing is None else None
    if stock.closing is not None:
        gained = stock.closing - at_start
    if gained is None:
        return Figure(None, NO_STOCK_VALUE)
    return Figure(books.total({PROFIT_AND_LOSS, *books.chart.revenue}).closing - gained)


def _row(line: ReportLine, figure: Figure, report: SourceReport, kind: ControlKind) -> ControlTotal:
    ours = figure.value
    return ControlTotal(
        kind=kind,
        name=f"{report.kind.words}: {line.name}",
        ours=line.net if ours is None else ours,
        theirs=None if ours is None else line.net,
        oracle=report.oracle,
        as_of=report.as_of,
        reason=figure.reason,
    )


def _left_out(
    report: SourceReport, books: PeriodBooks, kind: ControlKind, belongs: Callable[[str], bool]
) -> Iterator[ControlTotal]:
    """A top group with a balance must be a row, or something below it must; Tally omits the empty ones."""
    words = [name for line in report.lines for name in (line.name, row_word(line.name))]
    named = {key for name in (*words, *report.headings) if (key := books.chart.find(name)) is not None}
    covered = {ledger for key in named for ledger in books.chart.ledgers_of(key)}
    for root in books.chart.roots:
        ledgers = books.chart.ledgers_of(root) - covered - books.chart.stock
        is_income = kind is ControlKind.PROFIT_AND_LOSS
        ours = books.income(ledgers) if is_income else books.total(ledgers).closing
        if belongs(root) and ours:
            yield ControlTotal(
                kind=kind,
                name=f"{report.kind.words}: {books.chart.name(root)}",
                ours=ours,
                theirs=ZERO,
                oracle=report.oracle,
                as_of=report.as_of,
                reason=LEFT_OUT,
            )

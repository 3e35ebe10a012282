"""The value of stock, as the source declares it: no proof can compute it, so it is taken, said, and proved around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.item import Item, StockGroup
from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.proof import ControlKind, ControlTotal, ReportKind, ReportLine, SourceReport
from workflows.proving.balances import STOCK_DECLARED
from workflows.proving.period import PeriodBooks

CLOSING_ROW, OPENING_ROW = name_key("Closing Stock"), name_key("Opening Stock")


@dataclass(frozen=True, slots=True, kw_only=True)
class StockValue:
    """Stock at both ends of a period, debit-positive rupees; None where nobody says.

    Attributes:
        said_by: who declares ``closing``; empty if the books keep no stock at all.
    """

    opening: Decimal | None = None
    closing: Decimal | None = None
    said_by: str = ""

    @property
    def change(self) -> Decimal | None:
        """Closing less opening."""
        return None if self.opening is None or self.closing is None else self.closing - self.opening


NO_STOCK = StockValue(opening=ZERO, closing=ZERO)


def row_word(name: str) -> str:
    """A statement's row without the ``Add:`` and ``Less:`` that vertical forms put before it, folded."""
    word = name_key(name).rstrip(": ")
    for prefix in ("add:", "less:"):
        word = word.removeprefix(prefix).strip()
    return word


def stock_of(reports: Iterable[SourceReport], books: PeriodBooks, items: Iterable[Item | StockGroup]) -> StockValue:
    """Find what the source declares: its profit and loss account first, then balance sheet, masters, stock summary."""
    listed = [report for report in reports if report.as_of in (None, books.period.end)]
    statements = [_row(report, CLOSING_ROW) for report in listed if report.kind is ReportKind.PROFIT_AND_LOSS]
    statements += [_balance_sheet(report, books) for report in listed if report.kind is ReportKind.BALANCE_SHEET]
    known = list(items)
    summaries = [_summary(report, known) for report in listed if report.kind is ReportKind.STOCK_SUMMARY]
    candidates = [found for found in (*statements, _masters(books), *summaries) if found is not None]
    opening = _opening(listed, books)
    if candidates:
        value, said_by = candidates[0]
        return StockValue(opening=opening, closing=value, said_by=said_by)
    return NO_STOCK if not books.has_stock and not known else StockValue(opening=opening)


def declared(stock: StockValue, as_of: date | None) -> Iterator[ControlTotal]:
    """Say what was taken from the source."""
    if stock.closing is not None and stock.said_by:
        yield ControlTotal(
            kind=ControlKind.STOCK,
            name="closing stock",
            ours=stock.closing,
            oracle=stock.said_by,
            as_of=as_of,
            reason=STOCK_DECLARED,
        )


Said = tuple[Decimal, str]


def _row(report: SourceReport, word: str) -> Said | None:
    """A stock row of a profit and loss account; its sign depends on the form, stock itself is an asset."""
    found = next((line for line in report.lines if row_word(line.name) == word), None)
    return None if found is None else (abs(found.net), report.oracle)


def _balance_sheet(report: SourceReport, books: PeriodBooks) -> Said | None:
    stock = books.chart.stock
    for line in report.lines:
        key = books.chart.find(line.name)
        if row_word(line.name) == CLOSING_ROW:
            return line.net, report.oracle
        if key is not None and stock and books.chart.ledgers_of(key) == stock:
            return line.net, report.oracle
    return None


def _masters(books: PeriodBooks) -> Said | None:
    """Closing balances of the stock ledgers' masters.

    Those that come to opening and postings say nothing: so a trial balance carries stock, which has its value at the
    beginning there (a running Tally's list of ledgers carries the value at the end).
    """
    ledgers = [books.chart.ledgers[key] for key in books.chart.stock]
    said = [ledger.closing for ledger in ledgers if ledger.closing is not None]
    value = sum(said, ZERO)
    if not said or len(said) != len(ledgers) or value == books.total(books.chart.stock).closing:
        return None
    return value, "closing balances of the stock ledgers' masters"


def _summary(report: SourceReport, items: Iterable[Item | StockGroup]) -> Said | None:
    """Total of a stock summary; a row below another is in it already. Other names (godowns) are not ours to add."""
    parents = {name_key(item.name): _parent(item) for item in items}
    rows = {name_key(line.name): line for line in report.lines}
    if not rows or not rows.keys() <= parents.keys():
        return None
    return sum((line.net for line in _on_top(rows, parents)), ZERO), report.oracle


def _on_top(rows: dict[str, ReportLine], parents: dict[str, str]) -> Iterator[ReportLine]:
    for key, line in rows.items():
        above, seen = parents.get(key, ""), {key}
        while above and above not in seen and above not in rows:
            seen.add(above)
            above = parents.get(above, "")
        if above not in rows or above in seen:
            yield line


def _parent(item: Item | StockGroup) -> str:
    return item.group_key if isinstance(item, Item) else item.parent_key


def _opening(reports: Iterable[SourceReport], books: PeriodBooks) -> Decimal | None:
    """When the books begin, what the stock ledgers open with; later what the source says."""
    if (books.is_first_year and books.opens_with_year) or not books.has_stock:
        return books.total(books.chart.stock).opening
    said = [_row(report, OPENING_ROW) for report in reports if report.kind is ReportKind.PROFIT_AND_LOSS]
    return next((found[0] for found in said if found is not None), None)

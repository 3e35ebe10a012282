"""Figures behind statements and computed methods: closing balances of ledgers and groups, profit, closing stock.

The trial balance carries stock at its opening value; ledgers and balance sheet carry what it is worth at the end if
accounts are integrated with inventory. The Profit & Loss account shows the profit of the period on top of what earlier
years left. Neither can be rolled forward from postings. Paise, debit positive.
"""

from __future__ import annotations

from datetime import date, timedelta

from canonical.dates import Period
from sandbox.tally.books.balances import PROFIT_AND_LOSS, LedgerSum, is_nominal, is_stock
from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.masters import reserved_name
from sandbox.tally.books.records import Master


def ledgers_under(company: Ledgerbook, group: Master) -> list[Master]:
    """Return the ledgers of a group and of the groups below it."""
    masters = company.masters
    groups = {row.master_id for row in masters.of_kind("GROUP") if group in masters.lineage(row)}
    parents = ((row, masters.parent_of(row)) for row in masters.of_kind("LEDGER"))
    return [row for row, parent in parents if parent is not None and parent.master_id in groups]


def opening_in(company: Ledgerbook, period: Period, ledger_id: int) -> int:
    """Return a ledger's balance at the beginning of a period."""
    return company.sums(period).of(ledger_id).opening


def stock_value(company: Ledgerbook, day: date) -> int:
    """Return what the stock is worth at the end of a day."""
    return sum(item.value for item in company.stock(day).values())


def closing_of(company: Ledgerbook, period: Period, ledger: Master) -> int:
    """Return a ledger's closing balance as the ledger itself and the balance sheet state it."""
    row = company.sums(period).of(ledger.master_id)
    if reserved_name(ledger) == PROFIT_AND_LOSS:
        return row.closing + result_of(company, period)
    if company.facts.is_integrated and is_stock(company.masters, ledger):
        return _stock_share(company, period, ledger)
    return row.closing


def _stock_share(company: Ledgerbook, period: Period, ledger: Master) -> int:
    """The first ledger of stock in hand carries the whole stock, others nothing."""
    stock_ledgers = [row for row in company.masters.of_kind("LEDGER") if is_stock(company.masters, row)]
    first = min(stock_ledgers, key=lambda row: row.master_id)
    return stock_value(company, period.end) if first.master_id == ledger.master_id else 0


def book_stock(company: Ledgerbook, period: Period) -> int:
    """Return what the ledgers of stock in hand say by themselves: openings, and postings if somebody made any."""
    ledgers = [row for row in company.masters.of_kind("LEDGER") if is_stock(company.masters, row)]
    return sum(company.sums(period).of(row.master_id).closing for row in ledgers)


def opening_stock(company: Ledgerbook, period: Period) -> int:
    """Return the stock a period begins with: its worth the day before; on the first day what the books open with."""
    before = Period(company.books_from, max(company.books_from, period.start - timedelta(days=1)))
    if period.start > company.books_from:
        return closing_stock(company, before)
    ledgers = [row for row in company.masters.of_kind("LEDGER") if is_stock(company.masters, row)]
    return sum(company.sums(period).of(row.master_id).opening for row in ledgers)


def closing_stock(company: Ledgerbook, period: Period) -> int:
    """Return the stock the statements show: what the items are worth, if there is a ledger to carry it."""
    has_ledger = any(is_stock(company.masters, row) for row in company.masters.of_kind("LEDGER"))
    if company.facts.is_integrated and has_ledger:
        return stock_value(company, period.end)
    return book_stock(company, period)


def result_of(company: Ledgerbook, period: Period) -> int:
    """Return the result of the period as a balance: a profit is a credit, so negative."""
    sums = company.sums(period)
    nominal = [row for row in company.masters.of_kind("LEDGER") if is_nominal(company.masters, row)]
    booked = sum(sums.of(row.master_id).closing for row in nominal)
    return booked - (closing_stock(company, period) - book_stock(company, period))


def group_turnover(company: Ledgerbook, period: Period, group: Master) -> LedgerSum:
    """Return the sums of a group as the trial balance states them (stock at its opening value)."""
    total = LedgerSum()
    for ledger in ledgers_under(company, group):
        row = company.sums(period).of(ledger.master_id)
        total.opening += row.opening
        total.debit += row.debit
        total.credit += row.credit
    return total


def group_result(company: Ledgerbook, period: Period, group: Master) -> int:
    """Return what a group of income or expense adds to the period's result.

    Openings of such ledgers (books that begin within a year) belong to the period the books begin in.
    """
    total = group_turnover(company, period, group)
    return total.closing if period.start <= company.books_from else total.debit - total.credit


def group_closing(company: Ledgerbook, period: Period, group: Master) -> int:
    """Return a group's closing balance as the balance sheet states it."""
    return sum(closing_of(company, period, ledger) for ledger in ledgers_under(company, group))

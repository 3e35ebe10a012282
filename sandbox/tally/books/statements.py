"""Figures behind statements and computed methods: closing balances of ledgers and groups, profit, closing stock.

The trial balance carries stock at its opening value; ledgers and balance sheet carry what it is worth at the end if
accounts are integrated with inventory. The Profit & Loss account shows the profit of the period on top of what earlier
years left. Neither can be rolled forward from postings. Paise, debit positive.
"""

from __future__ import annotations

from datetime import date

from canonical.dates import Period
from sandbox.tally.books.balances import PROFIT_AND_LOSS, LedgerSum, is_nominal, is_stock
from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.masters import reserved_name
from sandbox.tally.books.records import Master


def ledgers_under(company: Ledgerbook, group: Master) -> list[Master]:
    """Return the ledgers of a group and of the groups below it."""
    return [
        row
        for row in company.masters.of_kind("LEDGER")
        if any(above.master_id == group.master_id for above in company.masters.lineage(row))
    ]


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


def stock_change(company: Ledgerbook, period: Period) -> int:
    """Return by how much stock in hand is worth more at the period's end than the ledgers opened with."""
    stock_ledgers = [row for row in company.masters.of_kind("LEDGER") if is_stock(company.masters, row)]
    if not stock_ledgers or not company.facts.is_integrated:
        return 0
    return stock_value(company, period.end) - sum(opening_in(company, period, row.master_id) for row in stock_ledgers)


def result_of(company: Ledgerbook, period: Period) -> int:
    """Return the result of the period as a balance: a profit is a credit, so negative."""
    sums = company.sums(period)
    nominal = [row for row in company.masters.of_kind("LEDGER") if is_nominal(company.masters, row)]
    return sum(sums.of(row.master_id).closing for row in nominal) - stock_change(company, period)


def group_turnover(company: Ledgerbook, period: Period, group: Master) -> LedgerSum:
    """Return the sums of a group as the trial balance states them (stock at its opening value)."""
    total = LedgerSum()
    for ledger in ledgers_under(company, group):
        row = company.sums(period).of(ledger.master_id)
        total.opening += row.opening
        total.debit += row.debit
        total.credit += row.credit
    return total


def group_closing(company: Ledgerbook, period: Period, group: Master) -> int:
    """Return a group's closing balance as the balance sheet states it."""
    return sum(closing_of(company, period, ledger) for ledger in ledgers_under(company, group))

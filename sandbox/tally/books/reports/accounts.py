"""Trial balance, balance sheet, profit and loss, cash flow.

Names of rows and tags are those of live captures. Which of a group's children an exploded statement shows is one level,
as measured; the words of the profit and loss account's inner rows are those that clients of live companies read.
Group rows of the trial balance fill both columns where ledgers lie on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from canonical.dates import Period, add_months
from sandbox.tally.books.balances import PROFIT_AND_LOSS, is_nominal
from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.masters import reserved_name
from sandbox.tally.books.records import Master
from sandbox.tally.books.reports.blocks import Block, name_block, tally_amount
from sandbox.tally.books.reports.request import ReportRequest
from sandbox.tally.books.statements import (
    closing_of,
    closing_stock,
    group_closing,
    group_result,
    ledgers_under,
    opening_in,
    opening_stock,
)

DIFFERENCE = "Difference in Opening Balances"
_LIABILITY_ROOTS = (
    *("Capital Account", "Loans (Liability)", "Current Liabilities", "Branch / Divisions", "Suspense A/c"),
)
_CASH_GROUPS = frozenset({"Cash-in-Hand", "Bank Accounts", "Bank OD A/c"})


def trial_balance(request: ReportRequest) -> Iterator[Block]:
    """Write the trial balance: primary groups, or with ``ISLEDGERWISE`` every ledger with a balance or movement."""
    company, period = request.company, request.period
    if request.is_on("ISLEDGERWISE"):
        for ledger in company.masters.of_kind("LEDGER"):
            row = company.sums(period).of(ledger.master_id)
            if row.opening or row.debit or row.credit:
                yield from _balance_row(ledger.name, [row.closing])
        yield from _opening_difference(company, period)
        return
    for group in request.groups():
        yield from _group_rows(company, period, group, explodes=request.is_on("EXPLODEFLAG"))
    if not request.static("GROUPNAME"):
        for ledger in company.masters.of_kind("LEDGER"):
            if company.masters.parent_of(ledger) is None:
                yield from _balance_row(ledger.name, [company.sums(period).of(ledger.master_id).closing])
        yield from _opening_difference(company, period)


def _group_rows(company: Ledgerbook, period: Period, group: Master, *, explodes: bool) -> Iterator[Block]:
    yield from _balance_row(group.name, _closings(company, period, group))
    if not explodes:
        return
    for child in children_of(company, group):
        if child.kind == "GROUP":
            yield from _balance_row(child.name, _closings(company, period, child))
        else:
            yield from _balance_row(child.name, [company.sums(period).of(child.master_id).closing])


def children_of(company: Ledgerbook, group: Master) -> list[Master]:
    """Return the groups and ledgers directly under a group, groups first."""
    rows = [*company.masters.of_kind("GROUP"), *company.masters.of_kind("LEDGER")]
    parents = ((row, company.masters.parent_of(row)) for row in rows)
    return [row for row, parent in parents if parent is not None and parent.master_id == group.master_id]


def _closings(company: Ledgerbook, period: Period, group: Master) -> list[int]:
    return [company.sums(period).of(ledger.master_id).closing for ledger in ledgers_under(company, group)]


def _balance_row(name: str, closings: list[int]) -> Iterator[Block]:
    debit = sum(paise for paise in closings if paise > 0)
    credit = sum(paise for paise in closings if paise < 0)
    yield name_block(name)
    yield (
        "DSPACCINFO",
        [
            ("DSPCLDRAMT", [("DSPCLDRAMTA", tally_amount(debit) if debit else "")]),
            ("DSPCLCRAMT", [("DSPCLCRAMTA", tally_amount(credit) if credit else "")]),
        ],
    )


def opening_difference(company: Ledgerbook, period: Period) -> int:
    """Return what the openings of all ledgers fail to cancel out."""
    return -sum(opening_in(company, period, row.master_id) for row in company.masters.of_kind("LEDGER"))


def _opening_difference(company: Ledgerbook, period: Period) -> Iterator[Block]:
    gap = opening_difference(company, period)
    if gap:
        yield from _balance_row(DIFFERENCE, [gap])


def balance_sheet(request: ReportRequest) -> Iterator[Block]:
    """Write the balance sheet: liabilities, profit, assets, and the difference of the openings (empty if none)."""
    company, period = request.company, request.period
    roots = [row for row in request.groups() if not is_nominal(company.masters, row)]
    liabilities = [row for row in roots if reserved_name(row) in _LIABILITY_ROOTS]
    for group in liabilities:
        yield from _sheet_rows(request, group)
    profit = _profit_ledger(company)
    if profit is not None:
        yield from _sheet_row(profit.name, main=closing_of(company, period, profit))
    for group in roots:
        if group not in liabilities:
            yield from _sheet_rows(request, group)
    yield from _sheet_row(DIFFERENCE, main=opening_difference(company, period))


def _profit_ledger(company: Ledgerbook) -> Master | None:
    ledgers = company.masters.of_kind("LEDGER")
    return next((row for row in ledgers if reserved_name(row) == PROFIT_AND_LOSS), None)


def _sheet_rows(request: ReportRequest, group: Master) -> Iterator[Block]:
    company, period = request.company, request.period
    yield from _sheet_row(group.name, main=group_closing(company, period, group))
    if not request.is_on("EXPLODEFLAG"):
        return
    for child in children_of(company, group):
        is_group = child.kind == "GROUP"
        paise = group_closing(company, period, child) if is_group else closing_of(company, period, child)
        yield from _sheet_row(child.name, sub=paise)


def _sheet_row(name: str, *, main: int = 0, sub: int = 0) -> Iterator[Block]:
    yield ("BSNAME", [name_block(name)])
    yield (
        "BSAMT",
        [("BSSUBAMT", tally_amount(sub) if sub else ""), ("BSMAINAMT", tally_amount(main) if main else "")],
    )


def profit_and_loss(request: ReportRequest) -> Iterator[Block]:
    """Write the profit and loss account of the period alone: sales, what they cost, other income and expense.

    Cost of sales is opening stock, purchases and direct expenses less closing stock; the closing stock's own row keeps
    a debit's sign although it is taken off.
    """
    company, period = request.company, request.period
    named = {reserved_name(row): row for row in request.groups() if is_nominal(company.masters, row)}
    totals = {name: group_result(company, period, row) for name, row in named.items()}
    opening, closing = opening_stock(company, period), closing_stock(company, period)
    purchases, direct = totals.get("Purchase Accounts", 0), totals.get("Direct Expenses", 0)
    yield from _result_row(_name_of(named, "Sales Accounts"), main=totals.get("Sales Accounts", 0))
    yield from _result_row(_name_of(named, "Direct Incomes"), main=totals.get("Direct Incomes", 0))
    yield from _result_row("Cost of Sales :", main=opening + purchases - closing + direct)
    yield from _result_row("Opening Stock", sub=opening)
    yield from _result_row("Add: Purchase Accounts", sub=purchases)
    yield from _result_row("Less: Closing Stock", sub=closing)
    yield from _result_row(_name_of(named, "Direct Expenses"), sub=direct)
    for reserved in ("Indirect Incomes", "Indirect Expenses"):
        yield from _result_row(_name_of(named, reserved), main=totals.get(reserved, 0))
    for row in named.values():
        if not reserved_name(row):
            yield from _result_row(row.name, main=group_result(company, period, row))


def _name_of(named: dict[str, Master], reserved: str) -> str:
    return named[reserved].name if reserved in named else reserved


def _result_row(name: str, *, main: int = 0, sub: int = 0) -> Iterator[Block]:
    yield name_block(name)
    yield (
        "PLAMT",
        [("PLSUBAMT", tally_amount(sub) if sub else ""), ("BSMAINAMT", tally_amount(main) if main else "")],
    )


def cash_flow(request: ReportRequest) -> Iterator[Block]:
    """Write cash flow by month: what came in to cash and banks (negative, a debit), what went out, the net.

    Vouchers that only move money between cash and banks flow nowhere.
    """
    company = request.company
    cash = {
        row.master_id
        for row in company.masters.of_kind("LEDGER")
        if any(reserved_name(above) in _CASH_GROUPS for above in company.masters.lineage(row))
    }
    month = request.period.start
    while month <= request.period.end:
        following = add_months(month.replace(day=1), 1)
        yield ("DSPPERIOD", f"{month:%B}")
        yield _flow(company, cash, month, min(following, date.max), request.period.end)
        month = following


def _flow(company: Ledgerbook, cash: set[int], start: date, following: date, end: date) -> Block:
    came_in = went_out = 0
    for voucher in company.iter_counting(end):
        if start <= voucher.day < following:
            postings = voucher.postings
            net = sum(postings[at + 1] for at in range(0, len(postings), 2) if postings[at] in cash)
            came_in += max(net, 0)
            went_out += min(net, 0)
    return (
        "DSPACCINFO",
        [
            ("DSPDRAMT", [("DSPDRAMTA", tally_amount(came_in))]),
            ("DSPCRAMT", [("DSPCRAMTA", tally_amount(went_out))]),
            ("DSPCLAMT", [("DSPCLAMTA", tally_amount(came_in + went_out))]),
        ],
    )

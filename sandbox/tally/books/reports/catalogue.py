"""Which report is written by what, and which names the sandbox refuses as Tally refuses a name it does not know.

Left out because nobody has published what a real answer looks like: Statistics, Ratio Analysis, Negative Ledgers,
Negative Stock, Cost Category Summary, Outstanding Receivables; and Funds Flow, whose rows are known while what its
amounts count is not. Refused by Tally itself: Outstandings, Profit & Loss, Budgets, Edit Log, List of Companies, List
of Groups and others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from canonical.dates import Period
from canonical.voucher_type import VoucherKind
from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.errors import ReportUnknown
from sandbox.tally.books.references import fold
from sandbox.tally.books.reports import accounts, bills, registers, stock
from sandbox.tally.books.reports.blocks import Block, envelope
from sandbox.tally.books.reports.request import ReportRequest

Rows = Callable[[ReportRequest], Iterator[Block]]
Objects = Callable[[ReportRequest], Iterator[str]]

_ROWS: dict[str, Rows] = {
    "Trial Balance": accounts.trial_balance,
    "Group Summary": accounts.trial_balance,
    "Balance Sheet": accounts.balance_sheet,
    "Profit and Loss": accounts.profit_and_loss,
    "Profit and Loss A/c": accounts.profit_and_loss,
    "Cash Flow": accounts.cash_flow,
    "Stock Summary": stock.stock_summary,
    "Godown Summary": stock.godown_summary,
    "Bills Receivable": bills.bills_receivable,
    "Bills Payable": bills.bills_payable,
    "Ledger Vouchers": registers.ledger_vouchers,
    "LedgerVouchers": registers.ledger_vouchers,
}
_OBJECTS: dict[str, Objects] = {
    "Day Book": registers.day_book,
    "DayBook": registers.day_book,
    "List of Accounts": registers.list_of_accounts,
    "Voucher Register": registers.register_of(frozenset()),
    "Sales Register": registers.register_of(frozenset({VoucherKind.SALES})),
    "Purchase Register": registers.register_of(frozenset({VoucherKind.PURCHASE})),
    "Journal Register": registers.register_of(frozenset({VoucherKind.JOURNAL})),
}
REPORTS = (*_ROWS, *_OBJECTS)
"""Names that are answered."""

_BY_NAME: dict[str, Rows] = {fold(name): write for name, write in _ROWS.items()}
_OBJECTS_BY_NAME: dict[str, Objects] = {fold(name): write for name, write in _OBJECTS.items()}


def run_report(company: Ledgerbook, name: str, period: Period, statics: Mapping[str, str]) -> Iterator[str]:
    """Answer a named report, in pieces (a day book of a year is long).

    Args:
        company: whose.
        name: as sent in ID.
        period: ``SVFROMDATE`` to ``SVTODATE``.
        statics: static variables; names in any case.

    Raises:
        ReportUnknown: at once, before the first piece.
    """
    request = ReportRequest(company, period, {key.upper(): value for key, value in statics.items()})
    rows = _BY_NAME.get(fold(name))
    if rows is not None:
        return iter((envelope(rows(request)),))
    objects = _OBJECTS_BY_NAME.get(fold(name))
    if objects is None:
        raise ReportUnknown(name)
    return objects(request)

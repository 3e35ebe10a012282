"""Rows of a ledger or day book to vouchers, and the running balance as a check of each row."""

from __future__ import annotations

from decimal import Decimal

from canonical.issue import IssueLevel
from canonical.ledger import Ledger, ReservedGroup
from canonical.money import ZERO, Side
from canonical.voucher import Posting, Voucher
from canonical.voucher_type import VoucherKind
from connectors.spreadsheet.headers import words_of
from connectors.spreadsheet.translate.chart import Chart
from connectors.spreadsheet.translate.rows import MappedRow, Rows
from connectors.spreadsheet.values import find_amount

_KINDS = {
    "sales": VoucherKind.SALES,
    "purchase": VoucherKind.PURCHASE,
    "receipt": VoucherKind.RECEIPT,
    "payment": VoucherKind.PAYMENT,
    "contra": VoucherKind.CONTRA,
    "journal": VoucherKind.JOURNAL,
    "credit note": VoucherKind.CREDIT_NOTE,
    "debit note": VoucherKind.DEBIT_NOTE,
}
_UNKNOWN_ACCOUNT = "Suspense (spreadsheet)"


def opening_of(rows: Rows) -> Decimal:
    """Debit-positive opening balance that the row says.

    Raises:
        BadCell: it cannot be read.
    """
    row = rows.rows[0]
    return _net(row) or row.amount("running_balance") or ZERO


def read_entry(rows: Rows, chart: Chart) -> Voucher:
    """Build the voucher: of an account's statement its other side is the account named in the row.

    Raises:
        BadCell: a cell is missing or unreadable, or the rows of an entry do not balance.
    """
    first = rows.rows[0]
    day = first.needed_day("entry_date")
    postings = _statement(rows, chart) if rows.mapping.account else _day_book(rows, chart)
    said = first.text("voucher_type")
    return Voucher(
        source=rows.source,
        kind=_KINDS.get(words_of(said), VoucherKind.JOURNAL),
        type_name=said or "Journal",
        day=day,
        number=first.text("voucher_number"),
        narration=first.text("narration"),
        postings=postings,
    )


def check_balance(rows: Rows) -> None:
    """Note a row whose running balance does not follow from the row before."""
    row = rows.rows[0]
    before, now = find_amount(row.before) if row.before else None, row.amount("running_balance")
    if before is None or now is None:
        return
    if abs(abs(now - before) - abs(_net(row))) and abs(abs(now + before) - abs(_net(row))):
        reason = f"The balance before was {before:.2f}; with this row's debit and credit it would not be this."
        remedy = "Look for a row that is missing, or an amount that was changed, between this row and the one above."
        cell = row.bad("running_balance", "spreadsheet.balance.breaks", reason, remedy)
        rows.note(cell, IssueLevel.WARNING)


def _statement(rows: Rows, chart: Chart) -> tuple[Posting, ...]:
    row = rows.rows[0]
    net = _net(row)
    if not net:
        raise row.bad("debit", "spreadsheet.field.missing", "The row has no amount.", "Fill it in and import it again.")
    own = chart.account(rows.mapping.account, ReservedGroup.SUSPENSE)
    other = chart.account(row.text("account_name") or _UNKNOWN_ACCOUNT, ReservedGroup.SUSPENSE)
    return _posting(own, net), _posting(other, -net)


def _day_book(rows: Rows, chart: Chart) -> tuple[Posting, ...]:
    postings = []
    for row in rows.rows:
        net = _net(row)
        if net:
            account = chart.account(row.needed_text("account_name"), ReservedGroup.SUSPENSE)
            postings.append(_posting(account, net))
    difference = sum((one.net for one in postings), ZERO)
    if difference or not postings:
        raise rows.rows[0].bad(
            "debit" if rows.mapping.header_of("debit") else "credit",
            "spreadsheet.entry.unbalanced",
            f"The rows of this entry differ by {difference:.2f}.",
            "If the sheet is one account's statement, say whose: @account=NAME. Else map the voucher number, so that "
            "rows of one entry are read together.",
        )
    return tuple(postings)


def _net(row: MappedRow) -> Decimal:
    """Debit less credit. A column of its own says the side: signs and Cr beside the amounts say nothing more."""
    debit, credit = (row.amount(name) or ZERO for name in ("debit", "credit"))
    return abs(debit) - abs(credit)


def _posting(ledger: Ledger, net: Decimal) -> Posting:
    side = Side.DEBIT if net >= 0 else Side.CREDIT
    return Posting(ledger_key=ledger.key, ledger_name=ledger.name, side=side, amount=abs(net))

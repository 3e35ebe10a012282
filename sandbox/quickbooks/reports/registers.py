"""GeneralLedger, JournalReport and TransactionList: documents and their postings, row by row.

Amounts of the general ledger are in the natural direction of the account: an asset grows with debits, income with
credits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.quickbooks.amounts import cents_of
from sandbox.quickbooks.reports.figures import balances, in_chart_order, iter_entries
from sandbox.quickbooks.reports.names import type_name
from sandbox.quickbooks.reports.request import ReportRequest
from sandbox.quickbooks.reports.shape import cell, column, data, money, report, section
from sandbox.quickbooks.shelf import Document, Posting, Record
from sandbox.quickbooks.times import render_time

_LEDGER = ("tx_date", "txn_type", "doc_num", "name", "memo", "split_acc", "subt_nat_amount", "rbal_nat_amount")
_JOURNAL = ("tx_date", "txn_type", "doc_num", "name", "memo", "account_name", "debt_amt", "credit_amt")
_LIST = ("tx_date", "txn_type", "doc_num", "is_no_post", "name", "memo", "account_name", "other_account")
_AMOUNT = "subt_nat_home_amount"
_TITLES = {
    "tx_date": ("Date", "Date"),
    "txn_type": ("String", "Transaction Type"),
    "doc_num": ("String", "Num"),
    "is_no_post": ("Boolean", "Posting"),
    "is_adj": ("Boolean", "Adj"),
    "create_date": ("Date", "Create Date"),
    "last_mod_date": ("Date", "Last Modified"),
    "name": ("String", "Name"),
    "cust_name": ("String", "Customer"),
    "vend_name": ("String", "Vendor"),
    "memo": ("String", "Memo/Description"),
    "account_name": ("String", "Account"),
    "split_acc": ("String", "Split"),
    "other_account": ("String", "Split"),
    "debt_amt": ("Money", "Debit"),
    "credit_amt": ("Money", "Credit"),
    "subt_nat_amount": ("Money", "Amount"),
    "subt_nat_home_amount": ("Money", "Amount"),
    "rbal_nat_amount": ("Money", "Balance"),
}
_SPLIT = "-Split-"


@dataclass(slots=True, kw_only=True)
class _Row:
    """A posting, or a whole document, as a row."""

    request: ReportRequest
    record: Record
    account: str = ""
    cents: int = 0
    amount: int = 0
    running: int = 0

    def cell(self, key: str) -> Document:
        """Return the cell of a column; unknown columns are empty."""
        make = _CELLS.get(key)
        return make(self) if make is not None else cell("")

    @property
    def party(self) -> Document:
        """The customer or vendor."""
        document = self.record.document
        reference = document.get("CustomerRef") or document.get("VendorRef") or document.get("EntityRef") or {}
        return cell(str(reference.get("name", "")), str(reference.get("value", "")))

    @property
    def split(self) -> Document:
        """The other account, if there is only one."""
        others = {posting.account for posting in self.record.postings} - {self.account}
        return _account_cell(self.request, others.pop()) if len(others) == 1 else cell(_SPLIT)


def _account_cell(request: ReportRequest, key: str) -> Document:
    return cell(request.company.get("Account", key).document["FullyQualifiedName"], key) if key else cell("")


_CELLS: dict[str, Callable[[_Row], Document]] = {
    "tx_date": lambda row: cell(row.record.document["TxnDate"]),
    "txn_type": lambda row: cell(type_name(row.record), row.record.key),
    "doc_num": lambda row: cell(str(row.record.document.get("DocNumber", ""))),
    "is_no_post": lambda row: cell("Yes" if row.record.entity.keeps_accounts else "No"),
    "is_adj": lambda row: cell("Yes" if row.record.document.get("Adjustment") else "No"),
    "create_date": lambda row: cell(render_time(row.record.created)),
    "last_mod_date": lambda row: cell(render_time(row.record.updated)),
    "name": lambda row: row.party,
    "cust_name": lambda row: row.party if "CustomerRef" in row.record.document else cell(""),
    "vend_name": lambda row: row.party if "VendorRef" in row.record.document else cell(""),
    "memo": lambda row: cell(str(row.record.document.get("PrivateNote", ""))),
    "account_name": lambda row: _account_cell(row.request, row.account),
    "split_acc": lambda row: row.split,
    "other_account": lambda row: row.split,
    "debt_amt": lambda row: money(max(row.cents, 0)),
    "credit_amt": lambda row: money(max(-row.cents, 0)),
    "subt_nat_amount": lambda row: money(row.amount),
    "subt_nat_home_amount": lambda row: money(row.amount),
    "rbal_nat_amount": lambda row: money(row.running),
}


def general_ledger(request: ReportRequest) -> Document:
    """Every account with its postings of the period, opening and running balance."""
    company = request.company
    keys = request.columns or _LEDGER
    before = balances(company, None, _day_before(request))
    by_account: dict[str, list[tuple[Record, Posting]]] = defaultdict(list)
    for record, posting in iter_entries(company, request.start, request.end):
        by_account[posting.account].append((record, posting))
    wanted = set(request.account.split(",")) - {""}
    accounts = set(by_account) | {key for key, cents in before.items() if cents}
    rows = [
        _ledger_section(request, account, keys, before.get(account.key, 0), by_account[account.key])
        for account in in_chart_order(company, sorted(accounts))
        if not wanted or account.key in wanted
    ]
    return report(request, _columns(keys), rows)


def _ledger_section(
    request: ReportRequest, account: Record, keys: tuple[str, ...], opening: int, entries: list[tuple[Record, Posting]]
) -> Document:
    sign = 1 if account.document["Classification"] in {"Asset", "Expense"} else -1
    running = sign * opening
    rows = []
    if opening:
        cells = [cell("Beginning Balance"), *([cell("")] * (len(keys) - 1))]
        if "rbal_nat_amount" in keys:
            cells[keys.index("rbal_nat_amount")] = money(running)
        rows.append(data(cells))
    whole = 0
    for record, posting in entries:
        amount = sign * posting.cents
        running += amount
        whole += amount
        row = _Row(
            request=request, record=record, account=account.key, cents=posting.cents, amount=amount, running=running
        )
        rows.append(data([row.cell(key) for key in keys]))
    name = account.document["FullyQualifiedName"]
    summary = [cell(f"Total for {name}"), *(money(whole) if key == "subt_nat_amount" else cell("") for key in keys[1:])]
    return section([cell(name, account.key), *([cell("")] * (len(keys) - 1))], rows, summary)


def journal_report(request: ReportRequest) -> Document:
    """Every posting of the period, debit and credit."""
    keys = request.columns or _JOURNAL
    rows = [
        data([_Row(request=request, record=record, account=one.account, cents=one.cents).cell(key) for key in keys])
        for record, one in iter_entries(request.company, request.start, request.end)
    ]
    return report(request, _columns(keys), rows)


def transaction_list(request: ReportRequest) -> Document:
    """Every document of the period, those that do not post included."""
    keys = request.columns or (*_LIST, _AMOUNT)
    rows = []
    for shelf in request.company.shelves.values():
        for record in shelf:
            if record.day is None or not request.start <= record.day <= request.end:
                continue
            account = record.postings[0].account if record.postings else ""
            amount = cents_of(record.document.get("TotalAmt") or record.document.get("Amount"))
            row = _Row(request=request, record=record, account=account, amount=amount)
            rows.append((record.day, record.number, data([row.cell(key) for key in keys])))
    rows.sort(key=lambda one: one[:2])
    return report(request, _columns(keys), [row for _, _, row in rows])


def _columns(keys: tuple[str, ...]) -> list[Document]:
    return [column(*_TITLES.get(key, ("String", key)), key) for key in keys]


def _day_before(request: ReportRequest) -> date:
    return request.start - timedelta(days=1)

"""Figures the reports share: account balances over a period, what is open as of a day, in cents, debit positive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sandbox.quickbooks.amounts import cents_of
from sandbox.quickbooks.company import BALANCE_SHEET, SETTLED, Company
from sandbox.quickbooks.exchange import home_cents
from sandbox.quickbooks.masters import CLASSES
from sandbox.quickbooks.reports.request import fiscal_year_start
from sandbox.quickbooks.shelf import Posting, Record

RETAINED = "Retained Earnings"
KINDS = tuple(CLASSES)
_SIDES = {
    "Customer": ("Invoice", "CreditMemo", "Payment"),
    "Vendor": ("Bill", "VendorCredit", "BillPayment"),
}


def iter_entries(company: Company, start: date | None, end: date) -> Iterator[tuple[Record, Posting]]:
    """Yield every posting of the period, by day and then by id."""
    records = [
        record
        for shelf in company.shelves.values()
        if shelf.entity.keeps_accounts
        for record in shelf
        if record.day is not None and record.day <= end and (start is None or record.day >= start)
    ]
    records.sort(key=lambda record: (record.day or end, record.number))
    for record in records:
        for posting in record.postings:
            yield record, posting


def balances(company: Company, start: date | None, end: date) -> dict[str, int]:
    """Add up the accounts over a period; None begins with the books."""
    sums: dict[str, int] = defaultdict(int)
    for _, posting in iter_entries(company, start, end):
        sums[posting.account] += posting.cents
    return sums


def closing_balances(company: Company, end: date) -> dict[str, int]:
    """Return the balances of a trial balance: income and expense of the fiscal year, profit before it in equity.

    That the year begins anew whatever the period asked for is our reading of how the product closes its books.
    """
    begins = fiscal_year_start(end, company.facts.fiscal_month)
    closing = balances(company, None, end)
    current = balances(company, begins, end)
    retained = company.account(RETAINED)
    for key in list(closing):
        if not is_balance_sheet(company, key):
            closing[retained] = closing.get(retained, 0) + closing[key] - current.get(key, 0)
            closing[key] = current.get(key, 0)
    return {key: cents for key, cents in closing.items() if cents}


def is_balance_sheet(company: Company, key: str) -> bool:
    """Whether an account is an asset, a liability or equity."""
    return company.get("Account", key).document["Classification"] in BALANCE_SHEET


def in_chart_order(company: Company, keys: Iterator[str] | list[str]) -> list[Record]:
    """Return accounts in the order of the chart: by type, then by full name."""
    records = [company.get("Account", key) for key in keys]
    return sorted(
        records,
        key=lambda one: (KINDS.index(one.document["AccountType"]), one.document["FullyQualifiedName"].casefold()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What is open of one document, positive where it is owed to or by the party as usual."""

    record: Record
    party: str
    cents: int
    due: date


def open_items(company: Company, entity: str, day: date) -> list[OpenItem]:
    """Return what customers owe (or vendors are owed) as of a day; credits and unapplied money are negative."""
    left: dict[tuple[str, str], int] = {}
    owed, credit, payer = _SIDES[entity]
    for kind in (owed, credit, payer):
        for record in company.records(kind):
            if record.day is not None and record.day <= day:
                left[kind, record.key] = cents_of(record.document["TotalAmt"])
    for record in company.records(payer):
        if (payer, record.key) in left:
            _take_off(left, payer, record)
    items = [_item(company, kind, key, cents, owed) for (kind, key), cents in left.items() if cents]
    return items + _journal_items(company, entity, day)


def _take_off(left: dict[tuple[str, str], int], payer: str, record: Record) -> None:
    for one in record.applications:
        if one.entity not in SETTLED:
            continue
        if (one.entity, one.key) in left:
            left[one.entity, one.key] -= one.cents
        left[payer, record.key] -= one.cents if one.entity in {"Invoice", "Bill"} else -one.cents


def _item(company: Company, kind: str, key: str, cents: int, owed: str) -> OpenItem:
    record = company.get(kind, key)
    document = record.document
    written = document.get("DueDate") if kind == owed and not company.facts.ages_by_txn_date else None
    return OpenItem(
        record=record,
        party=document[record.entity.party]["value"],
        cents=home_cents(company, document, cents if kind == owed else -cents),
        due=date.fromisoformat(written or document["TxnDate"]),
    )


def _journal_items(company: Company, entity: str, day: date) -> list[OpenItem]:
    sign = 1 if entity == "Customer" else -1
    return [
        OpenItem(record=record, party=posting.party[1], cents=sign * posting.cents, due=record.day)
        for kind in ("JournalEntry", "Deposit")
        for record in company.records(kind)
        if record.day is not None and record.day <= day
        for posting in record.postings
        if posting.party is not None and posting.party[0] == entity
    ]

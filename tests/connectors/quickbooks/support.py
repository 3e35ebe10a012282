"""A small invented company of QuickBooks, and what translating its documents comes to."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from canonical.bill import BillRefKind
from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue
from canonical.ledger import AccountGroup, Ledger
from canonical.money import ZERO
from canonical.record import RawRecord, SourceRef
from canonical.voucher import Voucher
from connectors.quickbooks.entities import BY_STREAM, CONNECTOR
from connectors.quickbooks.translate.translator import QuickBooksTranslator
from tests.support.samples import sample

REALM = "9130350000000001"
NOW = datetime(2026, 5, 5, 10, tzinfo=UTC)
Row = dict[str, Any]
RECEIVABLE, PAYABLE, BANK, UNDEPOSITED, SALES, DISCOUNTS = "84", "33", "35", "4", "1", "86"
SUPPLIES, STOCK, CARD, TAX, EXCHANGE, EQUITY = "20", "81", "41", "90", "95", "34"


def account(identity: str, name: str, kind: str, subtype: str = "", **more: Any) -> Row:
    return {
        "Id": identity,
        "Name": name.rpartition(":")[2],
        "FullyQualifiedName": name,
        "Active": True,
        "AccountType": kind,
        "AccountSubType": subtype,
        **more,
    }


ACCOUNTS = (
    account(RECEIVABLE, "Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    account(PAYABLE, "Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    account(BANK, "Checking", "Bank", "Checking"),
    account(UNDEPOSITED, "Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    account(SALES, "Sales", "Income", "SalesOfProductIncome"),
    account(DISCOUNTS, "Discounts given", "Income", "DiscountsRefundsGiven"),
    account(SUPPLIES, "Supplies", "Expense", "SuppliesMaterials"),
    account(STOCK, "Inventory Asset", "Other Current Asset", "Inventory"),
    account(CARD, "Company Card", "Credit Card", "CreditCard"),
    account(TAX, "GST Department Payable", "Other Current Liability", "GlobalTaxPayable"),
    account(EXCHANGE, "Exchange Gain or Loss", "Other Expense", "ExchangeGainOrLoss"),
    account(EQUITY, "Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
)
GSTIN = "29AABCA1234E1Z7"
LISTS: tuple[tuple[str, Row], ...] = (
    ("preferences", {"Id": "1", "CurrencyPrefs": {"HomeCurrency": {"value": "INR"}}}),
    ("tax_agencies", {"Id": "7", "DisplayName": "GST Department"}),
    ("tax_rates", {"Id": "11", "Name": "CGST 9%", "RateValue": 9, "AgencyRef": {"value": "7"}}),
    ("tax_rates", {"Id": "12", "Name": "SGST 9%", "RateValue": 9, "AgencyRef": {"value": "7"}}),
    ("companies", {"Id": "1", "CompanyName": "Kaveri Exports", "FiscalYearStartMonth": "April", "Country": "IN"}),
    *(("ledgers", row) for row in ACCOUNTS),
    ("customers", {"Id": "1", "DisplayName": "Asha Stores", "GSTIN": GSTIN, "BusinessNumber": "AABCA1234E"}),
    ("customers", {"Id": "2", "DisplayName": "Blue Harbor LLC", "CurrencyRef": {"value": "USD"}}),
    ("vendors", {"Id": "1", "DisplayName": "Lakshmi Packing"}),
    ("items", {"Id": "5", "Name": "Tea chest", "Type": "Inventory", "IncomeAccountRef": {"value": SALES},
               "ExpenseAccountRef": {"value": "80"}, "AssetAccountRef": {"value": STOCK}}),
    ("items", {"Id": "6", "Name": "Blending", "Type": "Service", "IncomeAccountRef": {"value": SALES},
               "ExpenseAccountRef": {"value": SUPPLIES}}),
)  # fmt: skip


@dataclass
class Books:
    """Everything that was translated, and what it comes to."""

    translator: QuickBooksTranslator = field(default_factory=lambda: QuickBooksTranslator(nobody()))
    records: list[CanonicalRecord] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def read(self, stream: str, row: Row, rates: dict[str, str] | None = None) -> tuple[CanonicalRecord, ...]:
        done = self.translator.translate(raw(stream, row, rates))
        self.records += done.records
        self.issues += done.issues
        return done.records

    def document(self, stream: str, row: Row, rates: dict[str, str] | None = None) -> Voucher:
        found = [one for one in self.read(stream, row, rates) if isinstance(one, Voucher)]
        assert len(found) == 1, self.issues
        return found[0]

    def balances(self) -> dict[str, Decimal]:
        """Debit-positive balance by ledger key."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.records:
            if isinstance(one, Voucher) and one.counts_in_books:
                for posting in one.postings:
                    found[posting.ledger_key] += posting.net
        return {key: net for key, net in found.items() if net}

    def pending(self) -> dict[str, Decimal]:
        """What is open under each bill reference, debit-positive."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.records:
            if isinstance(one, Voucher):
                for posting in one.postings:
                    for bill in posting.bills:
                        assert bill.kind is not BillRefKind.ON_ACCOUNT
                        found[bill.ref] += bill.net
        return {ref: net for ref, net in found.items() if net}

    def under(self, account_id: str) -> Decimal:
        """Balance of a control account: that of the ledgers below its group."""
        group = f"account/{account_id}"
        below = {one.key for one in self.records if isinstance(one, Ledger) and one.group_key == group}
        return sum((net for key, net in self.balances().items() if key in below), ZERO)

    @property
    def groups(self) -> dict[str, AccountGroup]:
        return {one.key: one for one in self.records if isinstance(one, AccountGroup)}


def nobody(currency: str = "INR") -> Company:
    return Company(source=SourceRef(CONNECTOR, REALM, "companies", REALM), name="", base_currency=currency)


def raw(stream: str, row: Row, rates: dict[str, str] | None = None) -> RawRecord:
    payload = msgspec.json.encode({"name": "", "object": row, **({"rates": rates} if rates else {})})
    key = REALM if stream == "companies" else str(row["Id"])
    source = SourceRef(CONNECTOR, REALM, stream, key)
    return RawRecord(source, payload, hashlib.sha256(payload).digest(), NOW, f"QuickBooks, {stream} {key}")


def books(lists: Iterable[tuple[str, Row]] = LISTS) -> Books:
    """The company with its lists read."""
    made = Books()
    for stream, row in lists:
        made.read(stream, row)
    assert not [issue for issue in made.issues if issue.level != "info"], made.issues
    return made


def sold(amount: Any, item: str = "6", **detail: Any) -> Row:
    """A line of a sale."""
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item}, **detail},
    }


def spent(amount: Any, account_id: str = SUPPLIES) -> Row:
    """A line of a purchase, by account."""
    detail = {"AccountRef": {"value": account_id}}
    return {"Amount": amount, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}


def discount(amount: Any, **detail: Any) -> Row:
    return {"Amount": amount, "DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}


def taxed(*lines: tuple[str, Any]) -> Row:
    """Tax of a document by rate."""
    rows = [
        {"Amount": amount, "DetailType": "TaxLineDetail", "TaxLineDetail": {"TaxRateRef": {"value": rate}}}
        for rate, amount in lines
    ]
    return {"TxnTaxDetail": {"TotalTax": str(sum(Decimal(str(amount)) for _, amount in lines)), "TaxLine": rows}}


def settling(kind: str, identity: str, amount: Any) -> Row:
    """A line of a payment."""
    return {"Amount": amount, "LinkedTxn": [{"TxnId": identity, "TxnType": kind}]}


def document(identity: str, **members: Any) -> Row:
    return {"Id": identity, "SyncToken": "0", "TxnDate": "2026-04-20", **members}


def sale(identity: str, total: Any, *lines: Row, customer: str = "1", **members: Any) -> Row:
    return document(
        identity,
        CustomerRef={"value": customer},
        TotalAmt=total,
        Line=list(lines),
        DocNumber=f"KE-{identity}",
        **members,
    )


def bought(identity: str, total: Any, *lines: Row, **members: Any) -> Row:
    return document(identity, VendorRef={"value": "1"}, TotalAmt=total, Line=list(lines), **members)


def recorded(file: str, entity: str) -> list[Row]:
    """Rows of a recorded query of the vendor's sandbox company; skips where the recordings are not at hand."""
    path = sample(f"quickbooks/live-sandbox-us-2026-05/{file}.json")
    calls = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return [row for call in calls for row in call["response"].get("QueryResponse", {}).get(entity, [])]


RECORDED = {
    "ledgers": "accounts",
    "customers": "customers",
    "vendors": "vendors",
    "items": "items",
    "invoices": "invoices",
    "credit_memos": "credit-memos",
    "payments": "list-payments",
    "bills": "bills",
    "bill_payments": "bill-payments",
    "purchases": "purchases",
    "deposits": "deposits",
    "journal_entries": "journal-entries",
    "estimates": "estimates",
    "purchase_orders": "list-purchase-orders",
}
"""Recorded files by stream."""


def recorded_rows(stream: str) -> list[Row]:
    return recorded(RECORDED[stream], BY_STREAM[stream].name)


def recorded_books() -> Books:
    """The recorded company, translated."""
    made = Books(QuickBooksTranslator(nobody("USD")))
    for stream in made.translator.stream_order:
        if stream in RECORDED:
            for row in recorded_rows(stream):
                made.read(stream, row)
    return made

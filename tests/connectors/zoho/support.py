"""Raw records of an invented organisation, and what the translator makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.identifiers.gstin import with_check_digit
from canonical.issue import Issue
from canonical.record import RawRecord, SourceRef
from canonical.voucher import Posting, Voucher
from connectors.zoho.translate.translator import ZohoTranslator

ORGANISATION = "60001234567"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
Node = dict[str, Any]


def raw(stream: str, key: str, node: Node, rates: dict[str, str] | None = None) -> RawRecord:
    payload = json.dumps({"object": node, **({"rates": rates} if rates else {})}).encode()
    return RawRecord(SourceRef("zoho", ORGANISATION, stream, key), payload, b"", NOW, "test")


def account(key: str, name: str, account_type: str) -> RawRecord:
    return raw("chartofaccounts", key, {"account_id": key, "account_name": name, "account_type": account_type})


CHART = (
    account("1", "Accounts Receivable", "accounts_receivable"),
    account("2", "Accounts Payable", "accounts_payable"),
    account("3", "Bank of Test", "bank"),
    account("4", "Sales", "income"),
    account("5", "Cost of Goods Sold", "cost_of_goods_sold"),
    account("6", "Output CGST", "output_tax"),
    account("7", "Output SGST", "output_tax"),
    account("8", "Output IGST", "output_tax"),
    account("9", "Input IGST", "input_tax"),
    account("10", "Discount", "income"),
    account("11", "Other Charges", "income"),
    account("12", "Unearned Revenue", "other_current_liability"),
    account("13", "TDS Receivable", "other_current_asset"),
    account("14", "TDS Payable", "other_current_liability"),
    account("15", "Exchange Gain or Loss", "other_expense"),
    account("16", "Bad Debt", "expense"),
    account("17", "Shipping Charge", "income"),
    account("18", "Bank Fees and Charges", "expense"),
)
ORGANISATIONS = (
    raw(
        "companies",
        ORGANISATION,
        {
            "organization_id": ORGANISATION,
            "name": "Asha Traders",
            "currency_code": "INR",
            "fiscal_year_start_month": "4",
        },
    ),
)
CONTACTS = (
    raw(
        "contacts",
        "c1",
        {
            "contact_id": "c1",
            "contact_name": "Bharat Stores",
            "contact_type": "customer",
            "payment_terms": 30,
            "gst_no": with_check_digit("29ZZZCB1234K1Z"),
            "gst_treatment": "business_gst",
            "place_of_contact": "KA",
            "opening_balance_amount": 500,
        },
    ),
    raw("contacts", "v1", {"contact_id": "v1", "contact_name": "Chandra Mills", "contact_type": "vendor"}),
)


class Books:
    """A translator, and everything it made."""

    def __init__(self, *records: RawRecord) -> None:
        company = Company(source=SourceRef("zoho", ORGANISATION, "companies", ORGANISATION), name="?")
        self.translator = ZohoTranslator(company)
        self.records: list[CanonicalRecord] = []
        self.issues: list[Issue] = []
        self.read(records or (*ORGANISATIONS, *CHART, *CONTACTS))

    def read(self, records: Iterable[RawRecord]) -> list[CanonicalRecord]:
        made: list[CanonicalRecord] = []
        for record in records:
            done = self.translator.translate(record)
            made.extend(done.records)
            self.issues.extend(done.issues)
        self.records.extend(made)
        return made

    def voucher(self, stream: str, node: Node, key: str = "1", rates: dict[str, str] | None = None) -> Voucher:
        (found,) = [one for one in self.read([raw(stream, key, node, rates)]) if isinstance(one, Voucher)]
        return found


def nets(voucher: Voucher) -> dict[str, Decimal]:
    """Debit-positive sums by ledger name."""
    found: dict[str, Decimal] = {}
    for posting in voucher.postings:
        found[posting.ledger_name] = found.get(posting.ledger_name, Decimal(0)) + posting.net
    return found


def party(voucher: Voucher) -> list[Posting]:
    return [posting for posting in voucher.postings if posting.is_party]


def bills(voucher: Voucher) -> list[tuple[str, str, Decimal]]:
    """Kind, reference and debit-positive amount of every allocation."""
    return [(bill.kind.value, bill.ref, bill.net) for posting in voucher.postings for bill in posting.bills]

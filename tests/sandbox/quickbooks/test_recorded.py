"""The rules of posting against a real company: recorded documents must come to the recorded balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from sandbox.quickbooks import postings
from sandbox.quickbooks.catalogue import ENTITIES
from sandbox.quickbooks.company import Company, CompanyFacts
from sandbox.quickbooks.edition import UNITED_STATES
from sandbox.quickbooks.shelf import Document, Record
from tests.support.samples import sample_json

RECORDED = {
    "Account": "accounts",
    "Customer": "customers",
    "Vendor": "vendors",
    "Item": "items",
    "Invoice": "invoices",
    "Payment": "list-payments",
    "CreditMemo": "credit-memos",
    "Bill": "bills",
    "BillPayment": "bill-payments",
    "Purchase": "purchases",
    "JournalEntry": "journal-entries",
    "Deposit": "deposits",
}
TAX = "tax"
"""Rates and agencies were not recorded, so all tax is posted here."""


def _rows(entity: str, name: str) -> Iterator[Document]:
    for call in sample_json(f"quickbooks/live-sandbox-us-2026-05/{name}.json"):
        yield from call["response"]["QueryResponse"].get(entity, [])


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.setattr(postings, "payable_account", lambda company, key: TAX)
    now = datetime(2026, 5, 5, tzinfo=UTC)
    facts = CompanyFacts(realm_id="1", name="Recorded", edition=UNITED_STATES, began=date(2026, 1, 1))
    company = Company(facts, lambda: now)
    for entity, name in RECORDED.items():
        for row in _rows(entity, name):
            record = Record(entity=ENTITIES[entity], key=row["Id"], document=row, created=now, updated=now)
            company.shelf(entity).records[record.key] = record
            if entity == "Account":
                company.shelf(entity).names[row["FullyQualifiedName"].casefold()] = record.key
    return company


def _posted(company: Company) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for entity in RECORDED:
        for record in company.records(entity):
            for posting in postings.post(company, entity, record.document):
                sums[posting.account] += posting.cents
    return sums


def test_recorded_documents_come_to_the_recorded_balances(company: Company) -> None:
    posted = _posted(company)
    # Invoice 42 was recorded with a total of 81 and no line but its subtotal of 75: that income is on no account.
    subtotal = company.get("Invoice", "42").document["Line"][0]
    assert (subtotal["DetailType"], subtotal["Amount"]) == ("SubTotalLineDetail", 75)
    assert sum(posted.values()) == 7_500
    shown = {
        record.document["Name"]: (posted[record.key], round(record.document["CurrentBalance"] * 100))
        for record in company.records("Account")
    }
    assert shown["Accounts Receivable (A/R)"] == (468_152, 468_152)
    for name in ("Mastercard", "Savings", "Loan Payable", "Notes Payable", "Original Cost"):
        assert shown[name][0] == shown[name][1] != 0


def test_recorded_customers_owe_what_their_documents_say(company: Company) -> None:
    owed: dict[str, int] = defaultdict(int)
    for entity in ("Invoice", "Payment", "CreditMemo", "JournalEntry", "Deposit"):
        for record in company.records(entity):
            for posting in postings.post(company, entity, record.document):
                if posting.party is not None and posting.party[0] == "Customer":
                    owed[posting.party[1]] += posting.cents
    shown = {record.key: round(record.document["Balance"] * 100) for record in company.records("Customer")}
    assert {key: cents for key, cents in owed.items() if cents} == {key: cents for key, cents in shown.items() if cents}


def test_payables_differ_by_the_bills_that_were_entered_after_they_were_recorded(company: Company) -> None:
    payable = company.account("Accounts Payable (A/P)")
    shown = round(company.get("Account", payable).document["CurrentBalance"] * 100)
    newer = company.get("Vendor", "56")
    assert not [one for one in company.records("Bill") if one.document["VendorRef"]["value"] == newer.key]
    assert _posted(company)[payable] - shown == round(newer.document["Balance"] * 100) == 60_000

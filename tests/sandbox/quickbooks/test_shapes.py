"""Objects against the official schema, and made from recorded requests against the recorded answers."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from sandbox.quickbooks.building import build_books
from sandbox.quickbooks.catalogue import ENTITIES
from sandbox.quickbooks.live import LiveCompany
from sandbox.quickbooks.references import TARGETS
from sandbox.quickbooks.settings import setting_documents
from tests.sandbox.quickbooks.schema import load_schema
from tests.support.samples import sample_json

BEYOND_SCHEMA = {"CompanyInfo.SupportedLanguages"}
NOT_WRITTEN = {
    "Customer": {"V4IDPseudonym", "DefaultTaxCodeRef"},
    "Vendor": {"V4IDPseudonym"},
    "Invoice": {"FreeFormAddress", "ShipFromAddr"},
    "CreditMemo": {"FreeFormAddress", "ShipFromAddr"},
    "Estimate": {"FreeFormAddress", "ShipFromAddr"},
}
"""Members of recorded answers that carry nothing a client uses, and the fake leaves out."""
FALLBACK = {"Account": "Office Expenses"}


@pytest.mark.parametrize("index", [0, 1])
def test_every_object_fits_the_official_schema(index: int) -> None:
    schema = load_schema()
    live = build_books(companies=2, documents=250).companies[index]
    for _ in range(80):
        live.business.step()
    problems = set()
    for name, shelf in live.company.shelves.items():
        for record in shelf:
            problems |= {_general(one) for one in schema.problems(name, record.document)}
    for name, document in setting_documents(live.company).items():
        problems |= set(schema.problems(name, document))
    assert not problems, sorted(problems)


def _general(problem: str) -> str:
    return problem if len(problem) < 200 else problem[:200]


def test_the_schema_check_itself_notices() -> None:
    schema = load_schema()
    wrong = {"Id": 5, "Balance": "100", "Colour": "red", "PrintStatus": "Maybe", "TxnDate": "05/04/2026"}
    assert len(list(schema.problems("Invoice", wrong))) == 5


def test_every_entity_is_one_of_the_schema() -> None:
    schema = load_schema()
    for entity in ENTITIES.values():
        elements, _ = schema.members(entity.name)
        unknown = entity.writable - set(elements)
        assert not unknown - KNOWN_ODD.get(entity.name, set()), (entity.name, unknown)


KNOWN_ODD: dict[str, set[str]] = {
    name: {
        *("RecurDataRef", "ClassRef", "GlobalTaxCalculation", "TransactionLocationType", "CustomerMemo"),
        *("PrimaryAddr", "OtherContactInfo", "POStatus", "InvoiceRef", "TxnSource", "Notes", "OpenBalanceDate"),
        *("PrimaryTaxIdentifier", "SecondaryTaxIdentifier", "VendorAddr", "ProcessBillPayment", "PrintStatus"),
    }
    for name in ENTITIES
}
"""Members that documentation or recordings have and the schema puts elsewhere."""


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("create-account", "Account"),
        ("create-bill", "Bill"),
        ("create-credit-memo", "CreditMemo"),
        ("create-customer", "Customer"),
        ("create-deposit", "Deposit"),
        ("create-estimate", "Estimate"),
        ("create-invoice", "Invoice"),
        ("create-item", "Item"),
        ("create-journal-entry", "JournalEntry"),
        ("create-payment", "Payment"),
        ("create-purchase-order", "PurchaseOrder"),
        ("create-vendor", "Vendor"),
    ],
)
def test_a_recorded_request_is_answered_with_the_recorded_members(name: str, entity: str) -> None:
    live = build_books(companies=2, documents=0).companies[1]
    call = sample_json(f"quickbooks/live-sandbox-us-2026-05/{name}.json")[-1]
    given = _at_home(live, deepcopy(call["request"]["data"]))
    recorded = call["response"][entity]
    made = live.write.create(entity, given).document
    missing = set(recorded) - set(made) - NOT_WRITTEN.get(entity, set())
    assert not missing
    for key in ("TotalAmt", "Balance", "UnappliedAmt", "RemainingCredit", "TxnDate", "PostingType", "SyncToken"):
        if key in recorded and (key != "TxnDate" or key in given):
            assert made[key] == recorded[key], key
    if "Line" in recorded:
        assert [line.get("DetailType") for line in made["Line"]] == [one.get("DetailType") for one in recorded["Line"]]
        assert [line["Amount"] for line in made["Line"]] == [line["Amount"] for line in recorded["Line"]]


def _at_home(live: LiveCompany, value: Any, key: str = "") -> Any:
    """Point the references of a recorded request at objects of these books."""
    if isinstance(value, dict):
        if key in TARGETS and "value" in value:
            target = TARGETS[key]
            name = FALLBACK.get(target)
            chosen = live.company.account(name) if name and key != "DepositToAccountRef" else None
            if key == "APAccountRef":
                chosen = live.company.account("Accounts Payable (A/P)")
            return {"value": chosen or "1"}
        return {inner: _at_home(live, part, inner) for inner, part in value.items()}
    return [_at_home(live, part) for part in value] if isinstance(value, list) else value

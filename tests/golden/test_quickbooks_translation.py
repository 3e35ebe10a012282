"""Translations of an invented QuickBooks company, whole: every record and issue, as documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from canonical.codec import from_json, to_document
from tests.connectors.quickbooks.support import (
    BANK,
    LISTS,
    RECEIVABLE,
    SUPPLIES,
    Books,
    Row,
    bought,
    discount,
    document,
    sale,
    settling,
    sold,
    spent,
    taxed,
)
from tests.connectors.quickbooks.test_money import journal_line, paid, received
from tests.golden.conftest import CheckGolden

FOLDER = Path(__file__).parent / "quickbooks"
DOLLARS = {"CurrencyRef": {"value": "USD"}, "ExchangeRate": "83.25"}
CASES: dict[str, list[tuple[str, Row]]] = {
    "masters": [],
    "trade": [
        ("invoices", sale("130", 1180, sold(1000, "5", Qty=4, UnitPrice=250), **taxed(("11", 90), ("12", 90)),
                          DueDate="2026-05-20", TransactionLocationType="29")),
        ("invoices", sale("131", 90, sold(100), discount(10))),
        ("invoices", sale("132", 0, PrivateNote="Voided")),
        ("credit_memos", sale("133", 50, sold(50))),
        ("sales_receipts", sale("134", 20, sold(20), PaymentRefNum="77")),
        ("bills", bought("140", 118, spent(100), **taxed(("11", 9), ("12", 9)), DueDate="2026-06-01")),
        ("estimates", sale("150", 10, sold(10))),
    ],
    "money": [
        ("invoices", sale("130", 100, sold(100))),
        ("invoices", sale("131", 100, sold(100), customer="2", **DOLLARS)),
        ("payments", received("160", 150, settling("Invoice", "130", 100), UnappliedAmt=50, PaymentRefNum="UTR9")),
        ("payments", received("161", 100, settling("Invoice", "131", 100), customer="2",
                              **{**DOLLARS, "ExchangeRate": "84"}, DepositToAccountRef={"value": BANK})),
        ("deposits", document("162", DepositToAccountRef={"value": BANK}, TotalAmt=150,
                              Line=[settling("Payment", "160", 150)])),
        ("bill_payments", paid("163", 40, settling("Bill", "140", 40))),
        ("journal_entries", document("164", Line=[journal_line("Debit", RECEIVABLE, 70, customer="1"),
                                                  journal_line("Credit", SUPPLIES, 70)])),
    ],
    "what_is_wrong": [
        ("invoices", sale("170", 75, {"Amount": 75, "DetailType": "SubTotalLineDetail"})),
        ("invoices", sale("171", 10, sold(10)) | {"TxnDate": "soon"}),
        ("payments", received("172", 100, settling("Invoice", "1", 60), UnappliedAmt=10)),
        ("purchases", document("173", TotalAmt=5, Line=[spent(5, "999")], AccountRef={"value": BANK})),
        ("journal_entries", document("174", Line=[journal_line("Debit", BANK, 70)])),
    ],
}  # fmt: skip


def run(case: str) -> Books:
    """The lists are read for every case, and written down for one."""
    made = Books()
    for stream, row in LISTS:
        made.read(stream, row)
    if case != "masters":
        made.records.clear()
        made.issues.clear()
    for stream, row in CASES[case]:
        made.read(stream, row, {"Invoice id 131": "83.25"} if row["Id"] == "161" else None)
    return made


def render(made: Books) -> str:
    documents = [
        {"type": type(item).__name__, "schema": 1, **to_document(item)} for item in (*made.records, *made.issues)
    ]
    return json.dumps(documents, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_translation_is_as_written_down(case: str, check_golden: CheckGolden) -> None:
    check_golden(FOLDER / f"{case}.json", render(run(case)))


@pytest.mark.parametrize("case", CASES)
def test_what_is_written_down_reads_back(case: str) -> None:
    made = run(case)
    documents = json.loads((FOLDER / f"{case}.json").read_text(encoding="utf-8"))
    assert [from_json(json.dumps(one)) for one in documents] == [*made.records, *made.issues]


def test_every_golden_file_has_its_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(CASES)

"""Reading QuickBooks' reports as oracles; the shapes are those of the vendor's documentation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from canonical.errors import SourceMalformed
from canonical.proof import ReportKind, SourceReport
from tests.connectors.quickbooks.support import Books, books, raw
from tests.support.samples import sample_json


def report(made: Books, **kept: Any) -> SourceReport:
    found = made.translator.report(raw("reports", {"Id": "x", **kept}))
    assert found is not None
    return found


def column(key: str) -> dict[str, Any]:
    return {"ColTitle": key, "ColType": "String", "MetaData": [{"Name": "ColKey", "Value": key}]}


def aged(name: str, party: str, *rows: list[dict[str, str]]) -> dict[str, Any]:
    keys = ("tx_date", "txn_type", "doc_num", party, "due_date", "subt_open_bal")
    section = {
        "Header": {"ColData": [{"value": "Current"}]},
        "Rows": {"Row": [{"ColData": row, "type": "Data"} for row in rows]},
        "Summary": {"ColData": [{"value": "Total for Current"}, {"value": "999"}]},
        "type": "Section",
    }
    header = {"ReportName": name, "EndPeriod": "2026-05-05"}
    return {"Header": header, "Columns": {"Column": [column(key) for key in keys]}, "Rows": {"Row": [section]}}


def row(kind: str, identity: str, party: str, amount: str, due: str = "2026-05-20") -> list[dict[str, str]]:
    return [
        {"value": "2026-04-20"},
        {"value": kind, "id": identity},
        {"value": "7"},
        {"value": "as printed", "id": party},
        {"value": due},
        {"value": amount},
    ]


AGED = [
    aged(
        "AgedReceivableDetail", "cust_name", row("Invoice", "130", "1", "1650.50"), row("Payment", "2", "1", "-40.00")
    ),
    aged("AgedPayableDetail", "vend_name", row("Bill", "126", "1", "298.00"), row("Vendor Credit", "5", "1", "-90.00")),
]


def test_open_bills_go_to_the_side_their_sign_is_on() -> None:
    made = books()
    receivable = report(made, kind="bills_receivable", answers=AGED, asked={"report_date": "2026-05-05"})
    assert (receivable.kind, receivable.as_of) == (ReportKind.BILLS_RECEIVABLE, date(2026, 5, 5))
    assert [(line.name, line.ref, line.net) for line in receivable.lines] == [
        ("Asha Stores", "Invoice id 130", Decimal("1650.50")),
        ("Lakshmi Packing", "VendorCredit id 5", Decimal("90.00")),
    ]
    assert receivable.lines[0].due_date == date(2026, 5, 20)
    payable = report(made, kind="bills_payable", answers=AGED, asked={})
    assert [(line.ref, line.net) for line in payable.lines] == [
        ("Payment id 2", Decimal("-40.00")),
        ("Bill id 126", Decimal("-298.00")),
    ]


def test_the_documented_trial_balance_is_read() -> None:
    sample = sample_json("quickbooks/docs-api-reference/trialbalance.json")[0]["json"]
    found = report(books(), kind="trial_balance", answers=[sample], asked={})
    assert (found.day_from, found.as_of) == (date(2016, 3, 1), date(2016, 3, 14))
    assert [(line.name, line.net) for line in found.lines] == [
        ("Checking", Decimal("4151.74")),
        ("Meals and Entertainment", Decimal("-46.00")),
        ("QuickBooks Payments Fees", Decimal("0.44")),
    ]


def test_numbers_of_records_name_the_streams_they_are_of() -> None:
    asked = {"as_of": "2026-05-05", "Invoice": 37, "Purchase": 35, "BillPayment": 2, "Other": 9}
    found = report(books(), kind="counts", answers=[], asked=asked)
    assert {(line.name, line.ref): line.net for line in found.lines} == {
        ("invoices", "invoices"): 37,
        ("purchases", "purchases"): 35,
        ("bill payments", "bill_payments"): 2,
    }
    assert (found.kind, found.as_of) == (ReportKind.VOUCHER_COUNTS, date(2026, 5, 5))


@pytest.mark.parametrize(
    "kept",
    [
        {"kind": "trial_balance", "answers": []},
        {"kind": "trial_balance", "answers": [{"Rows": {"Row": [{"ColData": [{"value": "Bank"}]}]}}]},
        {
            "kind": "trial_balance",
            "answers": [{"Rows": {"Row": [{"ColData": [{"value": "B"}, {"value": "x"}, {"value": ""}]}]}}],
        },
        {"kind": "bills_receivable", "answers": [{"Rows": {"Row": [{"ColData": [{"value": "B"}]}]}}]},
    ],
)
def test_another_form_is_refused(kept: dict[str, Any]) -> None:
    with pytest.raises(SourceMalformed):
        report(books(), **kept)


def test_what_is_no_oracle_is_none() -> None:
    assert books().translator.report(raw("reports", {"Id": "x", "kind": "other"})) is None

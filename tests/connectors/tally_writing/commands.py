"""Commands as a person would write them, for the sandbox's first company."""

from __future__ import annotations

import copy
from typing import Any

CUSTOMER = "Kaveri Stores & Co"
Document = dict[str, Any]

LEDGER: Document = {
    "key": "customer-1",
    "operation": "create_ledger",
    "ledger": {
        "name": CUSTOMER,
        "group_name": "Sundry Debtors",
        "is_bill_wise": True,
        "credit_period": {"number": 30, "unit": "days"},
        "credit_limit": "500000",
    },
    "party": {
        "name": CUSTOMER,
        "pan": "AABCK1234L",
        "registrations": [{"gstin": "29AABCK1234L1Z8", "category": "Regular"}],
        "addresses": [
            {"lines": ["12 Market Road", "Mysuru"], "state": "Karnataka", "pincode": "570001", "country": "India"}
        ],
    },
}


def posting(ledger: str, side: str, amount: str, *bills: Document, **more: Any) -> Document:
    return {"ledger_name": ledger, "side": side, "amount": amount, **({"bills": list(bills)} if bills else {}), **more}


def bill(kind: str, ref: str, side: str, amount: str, **more: Any) -> Document:
    return {"kind": kind, "side": side, "amount": amount, **({"ref": ref} if ref else {}), **more}


def voucher(key: str, kind: str, *postings: Document, **more: Any) -> Document:
    header = {"kind": kind, "type_name": kind.title(), "day": "2026-03-15", "narration": f"made by {key}", **more}
    return {"key": key, "operation": f"create_{kind}", "voucher": {**header, "postings": list(postings)}}


SALE = voucher(
    "sale-1",
    "sales",
    posting(CUSTOMER, "D", "1180", bill("new_ref", "KS/1", "D", "1180", credit_period={"number": 30, "unit": "days"})),
    posting("Sales - Local", "C", "1000"),
    posting("Output CGST", "C", "90"),
    posting("Output SGST", "C", "90"),
    party_name=CUSTOMER,
    reference='PO "7" & more',
)
RECEIPT = voucher(
    "receipt-1",
    "receipt",
    posting(
        "Deccan Union Bank - CA 4471",
        "D",
        "1500",
        banks=[{"side": "D", "amount": "1500", "transaction_type": "Cheque", "instrument_number": "000123"}],
    ),
    posting(CUSTOMER, "C", "1500", bill("against_ref", "KS/1", "C", "1180"), bill("on_account", "", "C", "320")),
    party_name=CUSTOMER,
)
PAYMENT = voucher("payment-1", "payment", posting("Electricity", "D", "4210.55"), posting("Cash", "C", "4210.55"))
JOURNAL = voucher(
    "journal-1", "journal", posting("Bad Debts Written Off", "D", "250"), posting("Godown Rent", "C", "250")
)

GOODS = voucher(
    "goods-1",
    "sales",
    posting(CUSTOMER, "D", "1180", bill("new_ref", "KS/2", "D", "1180")),
    posting("Sales - Local", "C", "1000", from_item=0),
    posting("Output CGST", "C", "90"),
    posting("Output SGST", "C", "90"),
    party_name=CUSTOMER,
    items=[
        {
            "item_key": "copper wire classic s-1",
            "item_name": "Copper Wire Classic S-1",
            "side": "C",
            "amount": "1000",
            "rate": "100",
            "rate_unit": "Nos",
            "actual": {"number": "10", "unit": "Nos"},
            "billed": {"number": "10", "unit": "Nos"},
            "batches": [
                {"godown_key": "Main Location", "quantity": {"number": "10", "unit": "Nos"}, "amount": "-1000"}
            ],
        }
    ],
)
COSTED = voucher(
    "costed-1",
    "payment",
    posting(
        "Electricity",
        "D",
        "60",
        costs=[{"centre_key": "head office", "category_key": "primary cost category", "side": "D", "amount": "60"}],
    ),
    posting("Cash", "C", "60"),
)


def exchanged(document: Document) -> Document:
    """The same voucher with debit and credit the wrong way round."""
    turned = copy.deepcopy(document)
    for row in turned["voucher"]["postings"]:
        for item in (row, *row.get("bills", ()), *row.get("banks", ())):
            item["side"] = "C" if item["side"] == "D" else "D"
    return turned

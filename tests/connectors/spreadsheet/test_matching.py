"""Which column means which field: measured on real header lists, and told by values where headers do not."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.spreadsheet.headers import words_of
from connectors.spreadsheet.matching import Column, guess_document, propose
from connectors.spreadsheet.patterns import is_running_balance
from tests.support.samples import sample_json

DOCUMENT = {"party": "party", "invoice_line": "register"}
SEEN = ("tally", "zoho", "quickbooks", "busy.invoice_line")
"""Lists that the words of ``fields.toml`` were tuned on; the others were not looked at again after a first reading."""
GST_RETURN: dict[str, str] = {
    "GSTIN/UIN of Recipient": "party_gstin",
    "Receiver Name": "party_name",
    "Invoice Number": "invoice_number",
    "Invoice date": "invoice_date",
    "Invoice Value": "total_amount",
    "Place Of Supply": "place_of_supply",
    "Reverse Charge": "",
    "Applicable % of Tax Rate": "",
    "Invoice Type": "",
    "E-Commerce GSTIN": "",
    "Rate": "tax_rate",
    "Taxable Value": "taxable_amount",
    "Cess Amount": "cess_amount",
}
"""Columns of the b2b sheet of the GST portal's GSTR-1 workbook: no word of ``fields.toml`` was chosen for them."""


def score(document: str, meant: dict[str, str | None]) -> tuple[int, int, int, int, int]:
    """Columns right, columns, fields right, fields proposed, fields there are."""
    proposals = propose(document, [Column(header=header) for header in meant])
    right = sum((one.field or None) == (meant[one.header] or None) for one in proposals)
    hits = sum(bool(one.field) and one.field == meant[one.header] for one in proposals)
    return right, len(meant), hits, sum(bool(one.field) for one in proposals), sum(map(bool, meant.values()))


def figures(lists: list[tuple[str, dict[str, str | None]]]) -> tuple[float, float, float]:
    """Accuracy by column, precision and recall of fields over several lists."""
    sums = [sum(column) for column in zip(*(score(document, meant) for document, meant in lists), strict=True)]
    return sums[0] / sums[1], sums[2] / sums[3], sums[2] / sums[4]


def lists(*, seen: bool) -> list[tuple[str, dict[str, str | None]]]:
    maps: dict[str, Any] = sample_json("er/acct_fields.json")["maps"]
    named = {name: meant for name, meant in maps.items() if name.partition(".")[2] in DOCUMENT}
    return [(DOCUMENT[name.partition(".")[2]], meant) for name, meant in named.items() if name.startswith(SEEN) is seen]


@pytest.mark.parametrize(("seen", "least"), [(True, 0.95), (False, 0.95)])
def test_fields_are_found_in_real_header_lists(seen: bool, least: float) -> None:
    accuracy, precision, recall = figures(lists(seen=seen))
    assert min(accuracy, precision, recall) >= least


def test_fields_are_found_in_a_list_nobody_tuned_for() -> None:
    _, precision, recall = figures([("register", dict(GST_RETURN))])
    assert precision >= 0.7
    assert recall >= 0.6


def test_headers_are_words() -> None:
    assert words_of("Vch/Bill No.") == words_of("vch_bill_no") == words_of("VchBillNo") == "voucher bill number"
    assert words_of("  GST  % ") == "gst percent"
    assert words_of("₹ Amt (Dr)") == "amount debit"
    assert words_of("...") == ""


def test_values_speak_for_a_column_and_against_it() -> None:
    numbers = ("29AAGCB7383J1Z4", "27AAPFU0939F1ZV", "")
    proposals = propose("register", [Column(header="Regn", values=numbers), Column(header="Date", values=("x", "y"))])
    assert proposals[0].field == "party_gstin"
    assert "like gstin" in proposals[0].reason
    assert proposals[1].field == "", "a column of no dates is no date, whatever it is called"


def test_each_field_is_proposed_once_and_the_first_column_takes_it() -> None:
    headers = ["Qty.", "Unit", "Price", "Qty. (2)", "Amount", "amount"]
    fields = [one.field for one in propose("register", [Column(header=header) for header in headers])]
    assert fields[:3] == ["quantity", "unit", "rate"]
    assert len([name for name in fields if name]) == len({name for name in fields if name})


def test_a_running_balance_is_known_by_its_arithmetic() -> None:
    debit, credit = ("100", "", "50"), ("", "30", "")
    assert is_running_balance(("100 Dr", "70 Dr", "120 Dr"), debit, credit)
    assert is_running_balance(("-100", "-70", "-120"), debit, credit)
    assert not is_running_balance(("100", "75", "120"), debit, credit)
    columns = [
        Column(header="Dr", values=debit),
        Column(header="Cr", values=credit),
        Column(header="What is left", values=("100", "70", "120")),
    ]
    assert propose("ledger", columns)[2].field == "running_balance"


@pytest.mark.parametrize(
    ("headers", "document"),
    [
        ("Date,Particulars,Vch Type,Vch No,Debit,Credit,Balance", "ledger"),
        ("Party,Bill No,Bill Date,Due Date,Pending Amount,Overdue Days", "outstanding"),
        ("Invoice No,Invoice Date,Customer,GSTIN,Taxable Value,CGST,SGST,Total", "register"),
        ("Name,Group,Address 1,City,Pincode,Mobile,GSTIN,Opening Balance", "party"),
    ],
)
def test_the_kind_of_list_is_guessed_by_its_columns(headers: str, document: str) -> None:
    assert guess_document([Column(header=one) for one in headers.split(",")]) == document


def test_an_accountants_own_words_for_open_bills_are_understood() -> None:
    assert words_of("Pending (Dr/Cr)") == "pending"
    assert words_of("Party's Name") == "party name"
    headers = ("Party's Name", "Ref.", "Bill Date", "Due on", "Pending (Dr/Cr)")
    found = propose("outstanding", [Column(header=header) for header in headers])
    meant = ("party_name", "invoice_number", "invoice_date", "due_date", "balance_due")
    assert tuple(one.field for one in found) == meant
    (tax,) = propose("register", [Column(header="Intg. Tax")])
    assert tax.field == "igst_amount"
